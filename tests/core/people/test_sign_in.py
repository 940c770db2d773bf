"""Signing in, staying signed in, and not signing in."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from tests.core.people.conftest import GOOD, MakePerson
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people import services
from yakuba.core.people.models import Department, Role, User
from yakuba.core.people.signin.middleware import SEEN, STARTED

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(person: MakePerson, nursery: Department) -> User:
    return person("1001", nursery, Role.OFFICER, password=GOOD, name="千葉 奈緒")


@pytest.fixture
def approver(person: MakePerson, nursery: Department) -> User:
    return person("1002", nursery, Role.APPROVER, password=GOOD, name="浜田 栞")


def sign_in(client: Client, number: str, password: str = GOOD) -> Any:
    return client.post("/staff/login/", {"login": number, "password": password})


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def actions(user: User | None = None) -> list[str]:
    lines = AuditEntry.objects.all()
    if user:
        lines = lines.filter(target=f"user:{user.pk}")
    return [line.action for line in lines]


def test_the_right_password_signs_in_with_a_new_session_key(client: Client, officer: User) -> None:
    client.get("/staff/login/")
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    answer = sign_in(client, "1001")
    assert answer.status_code == 302
    assert answer["Location"] == "/staff/"
    assert client.session.session_key != before
    assert client.get("/staff/people/me/").status_code == 200
    assert "people.signed-in" in actions(officer)


def test_a_wrong_password_says_the_same_as_a_number_that_does_not_exist(
    client: Client, officer: User
) -> None:
    known = sign_in(client, "1001", "no such password")
    unknown = sign_in(client, "7777", "no such password")
    message = "職員番号かパスワードが違います"
    assert message in known.content.decode()
    assert message in unknown.content.decode()
    assert known.status_code == unknown.status_code == 200
    assert [line.target for line in AuditEntry.objects.filter(action="people.sign-in-failed")] == [
        f"user:{officer.pk}",
        "user:unknown",
    ]


def test_what_was_typed_never_reaches_the_audit_log(client: Client, officer: User) -> None:
    sign_in(client, "typed-into-the-wrong-field", "typed-secret")
    assert "typed" not in str(list(AuditEntry.objects.values()))


def test_five_failures_lock_the_number_at_this_address_and_an_admin_unlocks(
    client: Client, officer: User, admin: User
) -> None:
    answers = [sign_in(client, "1001", f"wrong {n}") for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert "15分待つと" in answers[-1].content.decode()
    assert sign_in(client, "1001").status_code == 429, "the right password does not open a locked number"
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(elsewhere, "1001").status_code == 302, "another desk is not locked out"
    for n in range(5):
        sign_in(client, "1001", f"wrong again {n}")
    services.unlock(officer, by=admin)
    assert sign_in(client, "1001").status_code == 302


def test_a_lock_ends_after_fifteen_minutes(client: Client, officer: User) -> None:
    for n in range(5):
        sign_in(client, "1001", f"wrong {n}")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14, seconds=50))
    assert sign_in(client, "1001").status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert sign_in(client, "1001").status_code == 302


def test_a_disabled_account_is_out_at_once_and_cannot_come_back(
    client: Client, officer: User, admin: User
) -> None:
    sign_in(client, "1001")
    assert UserSession.objects.filter(user=officer).count() == 1
    services.disable(officer, by=admin)
    assert client.get("/staff/people/me/").status_code == 302
    assert UserSession.objects.filter(user=officer).count() == 0
    assert sign_in(client, "1001")["Location"] == "/staff/login/inactive/"
    assert "利用を止めています" in client.get("/staff/login/inactive/").content.decode()
    assert client.get("/staff/people/me/").status_code == 302
    services.enable(officer, by=admin)
    assert sign_in(client, "1001").status_code == 302


@pytest.mark.parametrize(
    ("field", "age", "ended"),
    [(SEEN, 30 * 60, "idle"), (STARTED, 12 * 3600, "limit")],
    ids=["idle", "absolute"],
)
def test_a_session_ends_by_age(client: Client, officer: User, field: str, age: int, ended: str) -> None:
    sign_in(client, "1001")
    key = client.session.session_key
    session = client.session
    session[field] -= age - 60
    session.save()
    assert client.get("/staff/people/me/").status_code == 200
    session = client.session
    session[STARTED] = min(session[STARTED], int(time.time()) - (age if field == STARTED else 0))
    session[SEEN] = int(time.time()) - (age if field == SEEN else 0)
    session.save()
    answer = client.get("/staff/people/me/")
    assert answer.status_code == 302
    assert answer["Location"] == f"/staff/login/?ended={ended}&next=%2Fstaff%2Fpeople%2Fme%2F"
    assert not client.session.exists(key), "the session is gone from the server"
    assert "people.session-ended" in actions(officer)


def test_activity_keeps_a_session_alive(client: Client, officer: User) -> None:
    sign_in(client, "1001")
    session = client.session
    session[SEEN] -= 29 * 60
    session.save()
    client.get("/staff/people/me/")
    assert int(time.time()) - client.session[SEEN] < 60


def test_signing_out_needs_a_post_and_ends_the_session_on_the_server(client: Client, officer: User) -> None:
    sign_in(client, "1001")
    key = client.session.session_key
    assert client.get("/staff/logout/").status_code == 200
    assert client.get("/staff/people/me/").status_code == 200
    client.post("/staff/logout/")
    assert not client.session.exists(key)
    assert client.get("/staff/people/me/").status_code == 302
    assert "people.signed-out" in actions(officer)


def test_changing_the_password_needs_the_current_one_and_ends_other_sessions(
    client: Client, officer: User
) -> None:
    other = Client()
    sign_in(client, "1001")
    sign_in(other, "1001")
    new = {"password1": "kaze wo yomu hito 3", "password2": "kaze wo yomu hito 3"}
    wrong = client.post("/staff/account/password/", {"oldpassword": "guess guess guess", **new})
    assert "今のパスワードが違います" in wrong.content.decode()
    right = client.post("/staff/account/password/", {"oldpassword": GOOD, **new})
    assert right["Location"] == "/staff/people/me/"
    assert client.get("/staff/people/me/").status_code == 200
    assert other.get("/staff/people/me/").status_code == 302
    assert "people.password-changed" in actions(officer)


def test_a_weak_password_is_refused_when_changing(client: Client, officer: User) -> None:
    sign_in(client, "1001")
    answer = client.post(
        "/staff/account/password/", {"oldpassword": GOOD, "password1": "yakuba123", "password2": "yakuba123"}
    )
    assert "12文字以上" in answer.content.decode()
    officer.refresh_from_db()
    assert officer.check_password(GOOD)


def test_one_can_end_ones_other_sessions_after_showing_who_one_is(client: Client, officer: User) -> None:
    other = Client(HTTP_USER_AGENT="Other desk")
    sign_in(client, "1001")
    sign_in(other, "1001")
    assert "Other desk" in client.get("/staff/people/me/").content.decode()
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    answer = client.post("/staff/people/me/sessions/end/")
    assert answer["Location"].startswith("/staff/login/again/")
    assert other.get("/staff/people/me/").status_code == 200
    client.post(answer["Location"], {"password": GOOD})
    assert other.get("/staff/people/me/").status_code == 302
    assert client.get("/staff/people/me/").status_code == 200


def test_an_approver_is_led_to_the_second_factor_and_then_asked_for_it(
    client: Client, approver: User, settings: Any
) -> None:
    settings.YAKUBA_REQUIRE_TOTP = "approvers"
    sign_in(client, "1002")
    assert client.get("/staff/people/me/")["Location"] == "/staff/account/totp/activate/"
    page = client.get("/staff/account/totp/activate/")
    assert "<svg" in page.content.decode()
    secret = client.session["mfa.totp.secret"]
    answer = client.post("/staff/account/totp/activate/", {"code": code_now(secret)})
    assert answer["Location"] == "/staff/account/codes/"
    codes = client.get("/staff/account/codes/").context["unused_codes"]
    assert len(codes) == 10
    assert client.get("/staff/people/me/").status_code == 200
    assert "people.second-factor" in actions(approver)

    stored = Authenticator.objects.get(user=approver, type="totp").data["secret"]
    assert secret not in stored
    assert get_adapter().decrypt(stored) == secret

    again = Client()
    assert sign_in(again, "1002")["Location"] == "/staff/login/code/"
    assert again.get("/staff/people/me/").status_code == 302, "half signed in is not signed in"
    wrong = again.post("/staff/login/code/", {"code": "000000" if code_now(secret) != "000000" else "111111"})
    assert "確認コードが違います" in wrong.content.decode()
    assert again.post("/staff/login/code/", {"code": codes[0]}).status_code == 302
    assert again.get("/staff/people/me/").status_code == 200

    third = Client()
    sign_in(third, "1002")
    assert third.post("/staff/login/code/", {"code": codes[0]}).status_code == 200, (
        "a recovery code works once"
    )


def test_a_totp_code_works_once(client: Client, officer: User, settings: Any) -> None:
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    RecoveryCodes.activate(officer)
    sign_in(client, "1001")
    code = code_now(secret)
    assert client.post("/staff/login/code/", {"code": code}).status_code == 302
    other = Client()
    sign_in(other, "1001")
    assert other.post("/staff/login/code/", {"code": code}).status_code == 200
    assert other.get("/staff/people/me/").status_code == 302


@pytest.mark.parametrize(
    ("rule", "role", "led"),
    [
        ("none", Role.ADMIN, False),
        ("approvers", Role.OFFICER, False),
        ("approvers", Role.ADMIN, True),
        ("all", Role.VIEWER, True),
    ],
)
def test_who_needs_a_second_factor(
    client: Client, person: MakePerson, nursery: Department, settings: Any, rule: str, role: Role, led: bool
) -> None:
    settings.YAKUBA_REQUIRE_TOTP = rule
    user = person("1500", nursery, role)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert (client.get("/staff/people/me/").status_code == 302) is led


def test_there_is_no_sign_up_and_no_mail_page(client: Client) -> None:
    for path in ("/staff/signup/", "/staff/account/email/", "/staff/password/reset/"):
        assert client.get(path).status_code == 404


def test_a_next_address_of_another_host_is_not_followed(client: Client, officer: User) -> None:
    answer = client.post(
        "/staff/login/", {"login": "1001", "password": GOOD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/staff/"
