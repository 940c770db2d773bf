"""A new password without mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from tests.core.people.conftest import GOOD, MakePerson
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people import services
from yakuba.core.people.models import ResetCode, User

pytestmark = pytest.mark.django_db
NEW = "asa no minato 8 ji"


@pytest.fixture
def officer(person: MakePerson) -> User:
    return person("1001", password=GOOD)


def post(client: Client, number: str, code: str, password: str = NEW) -> object:
    data = {"username": number, "code": code, "password": password, "again": password}
    return client.post("/staff/login/reset/", data)


def test_a_code_sets_a_new_password_once(client: Client, officer: User, admin: User) -> None:
    code = services.issue_reset_code(officer, by=admin)
    answer = post(client, "1001", code.lower().replace("-", " "))
    assert answer["Location"] == "/staff/login/?done=reset"
    officer.refresh_from_db()
    assert officer.check_password(NEW)
    again = post(client, "1001", code, "kondo wa dame desu yo")
    assert "期限が切れています" in again.content.decode()
    officer.refresh_from_db()
    assert officer.check_password(NEW)


def test_the_code_is_stored_as_a_hash_and_audited_without_it(officer: User, admin: User) -> None:
    code = services.issue_reset_code(officer, by=admin)
    assert services.plain_code(code) not in str(list(ResetCode.objects.values()))
    assert len(services.plain_code(code)) * 5 == 80
    lines = str(list(AuditEntry.objects.values()))
    assert code not in lines
    assert services.plain_code(code) not in lines


def test_a_code_ends_after_a_day(client: Client, officer: User, admin: User) -> None:
    code = services.issue_reset_code(officer, by=admin)
    issued = ResetCode.objects.get()
    assert issued.expires_at - issued.issued_at == timedelta(hours=24)
    ResetCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(services.WrongCode):
        services.redeem_reset_code("1001", code, NEW)


def test_a_newer_code_ends_the_older_one(officer: User, admin: User) -> None:
    old = services.issue_reset_code(officer, by=admin)
    new = services.issue_reset_code(officer, by=admin)
    with pytest.raises(services.WrongCode):
        services.redeem_reset_code("1001", old, NEW)
    assert services.redeem_reset_code("1001", new, NEW) == officer


def test_five_wrong_codes_end_the_code(officer: User, admin: User) -> None:
    code = services.issue_reset_code(officer, by=admin)
    for _ in range(4):
        with pytest.raises(services.WrongCode):
            services.redeem_reset_code("1001", "AAAA-AAAA-AAAA-AAAA", NEW)
    assert ResetCode.objects.get().closed_at is None
    with pytest.raises(services.WrongCode):
        services.redeem_reset_code("1001", "AAAA-AAAA-AAAA-AAAA", NEW)
    with pytest.raises(services.WrongCode):
        services.redeem_reset_code("1001", code, NEW)


def test_wrong_codes_lock_the_address_out_also_for_numbers_without_a_code(
    client: Client, officer: User
) -> None:
    answers = [post(client, "no-such", "AAAA") for _ in range(6)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert answers[0].content.decode().count("期限が切れています") == 1


def test_a_weak_password_does_not_use_the_code_up(officer: User, admin: User) -> None:
    code = services.issue_reset_code(officer, by=admin)
    with pytest.raises(ValidationError):
        services.redeem_reset_code("1001", code, "short")
    assert services.redeem_reset_code("1001", code, NEW) == officer


def test_a_reset_ends_every_session_and_does_not_sign_in(client: Client, officer: User, admin: User) -> None:
    client.post("/staff/login/", {"login": "1001", "password": GOOD})
    code = services.issue_reset_code(officer, by=admin)
    fresh = Client()
    post(fresh, "1001", code)
    assert client.get("/staff/people/me/").status_code == 302
    assert fresh.get("/staff/people/me/").status_code == 302


def test_no_code_for_a_stopped_account_and_stopping_ends_codes(officer: User, admin: User) -> None:
    code = services.issue_reset_code(officer, by=admin)
    services.disable(officer, by=admin)
    with pytest.raises(services.WrongCode):
        services.redeem_reset_code("1001", code, NEW)
    with pytest.raises(services.PeopleError, match="利用を再開"):
        services.issue_reset_code(officer, by=admin)


def test_two_different_passwords_are_refused(client: Client, officer: User, admin: User) -> None:
    code = services.issue_reset_code(officer, by=admin)
    data = {"username": "1001", "code": code, "password": NEW, "again": NEW + "x"}
    page = client.post("/staff/login/reset/", data).content.decode()
    assert "2つのパスワードが違います" in page
    assert ResetCode.objects.get().closed_at is None


def test_oneself_and_the_last_admin_cannot_be_disabled(
    admin: User, person: MakePerson, general: object
) -> None:
    with pytest.raises(services.PeopleError, match="自分の利用"):
        services.disable(admin, by=admin)
    with pytest.raises(services.PeopleError, match="最後の管理者"):
        services.disable(admin, by=person("9002"))
    admin.refresh_from_db()
    assert admin.is_active


def test_a_lost_telephone_is_removed_by_an_admin_but_not_ones_own(officer: User, admin: User) -> None:
    with pytest.raises(services.PeopleError, match="自分の設定"):
        services.remove_second_factor(admin, by=admin)
    services.remove_second_factor(officer, by=admin)
    assert AuditEntry.objects.get(action="people.second-factor-removed").actor == f"user:{admin.pk}"


def test_the_page_says_why_a_password_is_too_weak(client: Client, officer: User, admin: User) -> None:
    code = services.issue_reset_code(officer, by=admin)
    assert "12文字以上" in post(client, "1001", code, "short").content.decode()
    assert post(client, "1001", code)["Location"] == "/staff/login/?done=reset"


def test_the_right_code_does_not_open_a_locked_address(client: Client, officer: User, admin: User) -> None:
    for _ in range(5):
        post(client, "1001", "AAAA-AAAA-AAAA-AAAA")
    code = services.issue_reset_code(officer, by=admin)
    assert post(client, "1001", code).status_code == 429
    assert ResetCode.objects.filter(closed_at=None).count() == 1
