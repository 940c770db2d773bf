"""The people, approval and deputy pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from click.testing import CliRunner
from django.contrib.auth.hashers import check_password
from django.test import Client

from tests.core.people.conftest import GOOD, MakePerson
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.approval import request_approval
from yakuba.core.people.cli import sign_out_command
from yakuba.core.people.models import Approval, Department, Deputy, ResetCode, Role, User
from yakuba.core.people.services import plain_code

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def officer(person: MakePerson, nursery: Department) -> User:
    return person("1001", nursery, Role.OFFICER, name="千葉 奈緒", kana="チバ ナオ")


@pytest.fixture
def approver(person: MakePerson, nursery: Department) -> User:
    return person("1002", nursery, Role.APPROVER, name="浜田 栞", kana="ハマダ シオリ")


@pytest.fixture
def as_(settings: Any) -> Any:
    settings.YAKUBA_REQUIRE_TOTP = "none"

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


def numbers(client: Client, query: str) -> list[str]:
    return [row["user"].username for row in client.get(f"/staff/people/?{query}").context["rows"]]


def test_the_list_is_searched_sorted_and_filtered(
    admin_client: Client, officer: User, approver: User, person: MakePerson, nursery: Department
) -> None:
    person("1000", nursery, Role.VIEWER, name="網代 はる", kana="アジロ ハル", is_active=False)
    assert numbers(admin_client, "") == ["1000", "1001", "1002", "9001"]
    assert numbers(admin_client, "sort=-number") == ["9001", "1002", "1001", "1000"]
    assert numbers(admin_client, "sort=name&department=210") == ["1000", "1001", "1002"]
    assert numbers(admin_client, "sort=nonsense") == ["1000", "1001", "1002", "9001"]
    assert numbers(admin_client, "q=チバ") == numbers(admin_client, "q=1001") == ["1001"]
    assert numbers(admin_client, "q=千葉 奈緒") == ["1001"]
    assert numbers(admin_client, "role=approver") == ["1002"]
    assert numbers(admin_client, "department=100&role=admin") == ["9001"]
    assert numbers(admin_client, "state=stopped") == ["1000"]
    assert numbers(admin_client, "state=active&department=210") == ["1001", "1002"]
    assert "条件に合う職員はいません" in admin_client.get("/staff/people/?q=zzz").content.decode()


def test_the_list_has_pages(admin_client: Client, person: MakePerson) -> None:
    for number in range(100, 155):
        person(str(number))
    first = numbers(admin_client, "")
    second = numbers(admin_client, "page=2")
    assert (len(first), len(second)) == (50, 6)
    assert not set(first) & set(second)


def test_a_person_is_added_and_gets_a_code_that_is_shown_once(
    admin_client: Client, nursery: Department
) -> None:
    form = {"username": "1005", "name": "岬 明", "department": nursery.pk, "role": "officer"}
    answer = admin_client.post("/staff/people/add/", form)
    added = User.objects.get(username="1005")
    assert answer["Location"] == f"/staff/people/{added.pk}/"
    assert not added.has_usable_password()
    assert added.assignments.get().role == Role.OFFICER
    page = admin_client.post(f"/staff/people/{added.pk}/code/")
    assert "no-store" in page["Cache-Control"]
    assert check_password(plain_code(page.context["code"]), ResetCode.objects.get().code_hash)
    assert page.context["code"] not in admin_client.get(f"/staff/people/{added.pk}/").content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"username": "9001"}, "登録済みです"),
        ({"username": "１００"}, "半角の英数字"),
        ({"role": ""}, "両方選ぶか"),
        ({"name": ""}, "必須"),
    ],
)
def test_adding_says_what_is_wrong(
    admin_client: Client, nursery: Department, change: dict[str, str], said: str
) -> None:
    form = {"username": "1005", "name": "岬 明", "department": nursery.pk, "role": "officer"}
    assert said in admin_client.post("/staff/people/add/", form | change).content.decode()
    assert not User.objects.filter(name="岬 明").exists()


def test_an_admin_stops_starts_unlocks_and_removes_a_second_factor(
    admin_client: Client, admin: User, officer: User
) -> None:
    TOTP.activate(officer, generate_totp_secret())
    base = f"/staff/people/{officer.pk}/"
    page = admin_client.get(base).content.decode()
    assert "千葉 奈緒さんの利用を止める" in page
    assert "二段階認証を解除する" in page
    admin_client.post(f"{base}remove-factor/")
    assert "二段階認証を解除する" not in admin_client.get(base).content.decode()
    admin_client.post(f"{base}disable/")
    officer.refresh_from_db()
    assert not officer.is_active
    assert "利用を再開する" in admin_client.get(base).content.decode()
    refused = admin_client.post(f"{base}code/", follow=True).content.decode()
    assert "先に利用を再開" in refused
    admin_client.post(f"{base}enable/")
    officer.refresh_from_db()
    assert officer.is_active
    for n in range(5):
        Client().post("/staff/login/", {"login": "1001", "password": f"wrong {n}"})
    assert "ログインの停止を解除する" in admin_client.get(base).content.decode()
    admin_client.post(f"{base}unlock/")
    assert "ログインの停止を解除する" not in admin_client.get(base).content.decode()
    own = admin_client.post(f"/staff/people/{admin.pk}/disable/", follow=True).content.decode()
    assert "自分の利用は止められません" in own
    assert admin_client.get(f"{base}disable/").status_code == 405


def test_departments_are_added_and_changed(admin_client: Client, nursery: Department, officer: User) -> None:
    assert admin_client.get("/staff/people/departments/").context["rows"][-1]["people"] == 1
    admin_client.post(
        "/staff/people/departments/add/", {"code": "300", "name": "道路課", "systems": "roads、ocr, roads"}
    )
    assert Department.objects.get(code="300").systems == ["roads", "ocr"]
    address = f"/staff/people/departments/{nursery.pk}/"
    assert 'value="nursery"' in admin_client.get(address).content.decode()
    bad = admin_client.post(address, {"code": "210", "name": "保育課", "systems": "保育"})
    assert "半角小文字のキー" in bad.content.decode()
    admin_client.post(address, {"code": "210", "name": "保育課", "systems": ""})
    assert Department.objects.get(code="210").systems == []


def test_a_request_is_decided_on_its_page(
    as_: Any, officer: User, approver: User, person: MakePerson
) -> None:
    asked = request_approval("test.page", "child:1", {}, by=officer, reason="きょうだい", system="nursery")
    address = f"/staff/people/approvals/{asked.pk}/"
    stranger = as_(person("1500"))
    assert stranger.get(address).status_code == 403
    mine = as_(officer).get(address).content.decode()
    assert "取り下げる" in mine
    assert "承認する</button>" not in mine
    own = as_(officer).post(address, {"act": "approve"})
    assert own.status_code == 409
    assert "自分の依頼は" in own.content.decode()
    client = as_(approver)
    assert "付記：空です" in client.post(address, {"act": "refuse", "note": ""}).content.decode()
    assert "選んでください" in client.post(address, {"act": "x"}).content.decode()
    assert client.post(address, {"act": "refuse", "note": "理由を足す"}).status_code == 302
    late = client.post(address, {"act": "approve"})
    assert late.status_code == 409
    assert "決定済みです" in late.content.decode()
    assert Approval.objects.get().state == Approval.State.REFUSED
    assert "理由を足す" in as_(officer).get(address).content.decode()


def test_a_request_is_withdrawn_on_its_page(as_: Any, officer: User) -> None:
    asked = request_approval("test.page", "child:1", {}, by=officer, reason="x", system="nursery")
    client = as_(officer)
    client.post(f"/staff/people/approvals/{asked.pk}/", {"act": "withdraw"})
    assert "取下げ" in client.get("/staff/people/approvals/").content.decode()


def test_a_deputy_is_named_used_and_taken_back_by_pages(
    as_: Any, officer: User, approver: User, person: MakePerson, today: date
) -> None:
    helper = person("1003", name="岸 遥")
    client = as_(approver)
    form = {
        "deputy": "1003",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=2)).isoformat(),
        "reason": "出張",
    }
    missing = client.post("/staff/people/deputies/", form | {"deputy": "7777"})
    assert "「7777」は登録されていません" in missing.content.decode()
    assert (
        "自分は指定できません"
        in client.post("/staff/people/deputies/", form | {"deputy": "1002"}).content.decode()
    )
    assert client.post("/staff/people/deputies/", form).status_code == 302
    asked = request_approval("test.page", "child:1", {}, by=officer, reason="x", system="nursery")
    theirs = as_(helper)
    assert (
        "浜田 栞さんの代決として記録します"
        in theirs.get(f"/staff/people/approvals/{asked.pk}/").content.decode()
    )
    assert "浜田 栞さんの代わりに承認できます" in theirs.get("/staff/people/me/").content.decode()
    theirs.post(f"/staff/people/approvals/{asked.pk}/", {"act": "approve"})
    assert "浜田 栞の代決" in client.get("/staff/people/approvals/").content.decode()
    named = Deputy.objects.get()
    assert theirs.post(f"/staff/people/deputies/{named.pk}/end/").status_code == 404
    client.post(f"/staff/people/deputies/{named.pk}/end/")
    again = client.post(f"/staff/people/deputies/{named.pk}/end/", follow=True).content.decode()
    assert "取消し済みです" in again
    assert "代決の指定はありません" in theirs.get("/staff/people/deputies/").content.decode()


def test_names_with_rare_characters_round_trip(admin_client: Client) -> None:
    name = "𠮷田 髙﨑 葛\U000e0100"
    admin_client.post("/staff/people/add/", {"username": "1006", "name": name})
    assert User.objects.get(username="1006").name == name
    assert name in admin_client.get("/staff/people/?q=1006").content.decode()


def test_an_admin_ends_the_sessions_of_one_person_or_of_everybody(
    admin_client: Client, officer: User, nursery: Department, person: MakePerson
) -> None:
    other = person("1777", nursery, Role.OFFICER, password=GOOD)
    officer.set_password(GOOD)
    officer.save()
    here, there = Client(), Client()
    for client, user in ((here, officer), (there, other)):
        client.post("/staff/login/", {"login": user.username, "password": GOOD})
        assert client.get("/staff/people/me/").status_code == 200
    page = f"/staff/people/{officer.pk}/"
    assert "ログイン中の端末での利用を終わらせる" in admin_client.get(page).content.decode()
    answer = admin_client.post(f"{page}sign-out/", follow=True)
    assert "端末 1台での利用を終わらせました" in answer.content.decode()
    assert here.get("/staff/people/me/").status_code == 302
    assert there.get("/staff/people/me/").status_code == 200, "nobody else's"
    assert here.post("/staff/login/", {"login": officer.username, "password": GOOD})["Location"] == "/staff/"

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(sign_out_command, arguments)
        return done.exit_code, done.output

    assert run(other.username) == (0, "ログイン中の端末 1台での利用を終わらせました。\n")
    assert there.get("/staff/people/me/").status_code == 302
    assert run("--everybody")[0] == 0
    assert here.get("/staff/people/me/").status_code == 302
    assert admin_client.get("/staff/people/").status_code == 302
    assert AuditEntry.objects.filter(action="people.signed-out-by-admin").count() == 3
    assert run()[0] == run("1777", "--everybody")[0] == 2
    assert "登録されていません" in run("404404")[1]


def test_only_an_admin_may_end_sessions(client: Client, officer: User, admin: User) -> None:
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(f"/staff/people/{admin.pk}/sign-out/").status_code == 403
