"""Signing in, staying signed in, and not signing in."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import time
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.backends.db import SessionStore
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
    gone = client.post("/staff/logout/")
    assert gone["Clear-Site-Data"] == '"cache", "storage"'
    assert gone["Cache-Control"] == "no-store, private"
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
    assert len(codes) == len(set(codes)) == 10
    assert all(re.fullmatch(r"\d{4} \d{4} \d{4}", code) for code in codes), "39 bits each"
    again = client.get("/staff/account/codes/")
    assert set(again.context["unused_codes"]) == {"****"}, "shown once"
    assert "****" not in again.content.decode()
    assert "残りは10個" in again.content.decode()
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
    typed = codes[1].replace(" ", "-").translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert third.post("/staff/login/code/", {"code": typed}).status_code == 302
    assert (
        Authenticator.objects.get(user=approver, type="recovery_codes").wrap().get_unused_codes()
        == ["****"] * 8
    )


def test_recovery_codes_are_stored_as_slow_salted_digests(officer: User) -> None:
    codes = RecoveryCodes.activate(officer)
    assert codes.get_unused_codes() == []
    codes.mark_as_viewed()
    shown = codes.get_unused_codes()
    kept = Authenticator.objects.get(user=officer, type="recovery_codes").data
    stored = json.dumps(kept)
    assert not [code for code in shown if code in stored or code.replace(" ", "") in stored]
    salt = bytes.fromhex(kept["salt"])
    assert len(salt) == 16
    digest = hashlib.scrypt(shown[3].replace(" ", "").encode(), salt=salt, n=2**14, r=8, p=5)
    assert kept["digests"][3] == digest.hex()
    codes.mark_as_viewed()
    assert Authenticator.objects.get(user=officer, type="recovery_codes").data == kept, "drawn once"
    fresh = RecoveryCodes.activate(officer)
    assert not fresh.validate_code("1234")
    assert not fresh.validate_code("000000000000" if shown[0] != "0000 0000 0000" else "111111111111")
    assert fresh.validate_code(shown[9])
    assert not RecoveryCodes.activate(officer).validate_code(shown[9])


def test_a_set_of_the_older_form_holds_no_usable_code(officer: User) -> None:
    Authenticator.objects.create(
        user=officer, type="recovery_codes", data={"seed": get_adapter().encrypt("ab" * 40), "used_mask": 0}
    )
    codes = RecoveryCodes.activate(officer)
    assert codes.get_unused_codes() == []
    assert not codes.validate_code("12345678")
    assert not codes.validate_code("1234 5678 9012")


def test_seeds_and_codes_come_from_the_systems_random_source(
    officer: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    real = random.SystemRandom.getrandbits

    def listener(self: random.SystemRandom, bits: int) -> int:
        drawn.append(bits)
        return real(self, bits)

    monkeypatch.setattr(random.SystemRandom, "getrandbits", listener)
    random.seed(1)
    codes = RecoveryCodes.activate(officer)
    codes.mark_as_viewed()
    assert len([bits for bits in drawn if bits == 40]) >= 10, "ten codes below 10**12 < 2**40"
    drawn.clear()
    issued = services.issue_reset_code(officer, by=admin)
    assert len(drawn) >= len(issued.replace("-", "")) == 16
    random.seed(1)
    secret = generate_totp_secret()
    random.seed(1)
    assert secret != generate_totp_secret(), "no generator that a seed repeats"
    assert len(base64.b32decode(secret)) * 8 >= 128


def test_a_totp_code_of_the_step_before_is_refused(client: Client, officer: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    sign_in(client, "1001")
    step = int(time.time()) // 30
    fitting = {format_hotp_value(hotp_value(secret, step + n)) for n in (0, 1)}  # now, or the tick between
    old = next(
        code
        for code in (format_hotp_value(hotp_value(secret, step - n)) for n in (1, 2, 3))
        if code not in fitting
    )
    assert "確認コードが違います" in client.post("/staff/login/code/", {"code": old}).content.decode()
    assert client.get("/staff/people/me/").status_code == 302


def test_a_session_key_is_long_random_and_never_the_one_before(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = []
    for _ in range(5):
        client = Client()
        sign_in(client, "1001")
        keys.append(client.session.session_key)
    assert len(set(keys)) == 5
    for key in keys:
        assert re.fullmatch(r"[0-9a-z]{32}", key), "32 signs of 36: 165 bits"
    asked: list[object] = []
    monkeypatch.setattr("django.utils.crypto.secrets.choice", lambda signs: asked.append(signs) or "a")
    assert SessionStore()._get_new_session_key() == "a" * 32
    assert len(asked) == 32, "drawn by the module secrets"


def test_a_password_field_hides_what_is_typed_and_lets_password_managers_work(
    client: Client, officer: User
) -> None:
    pages = [client.get("/staff/login/"), client.get("/staff/login/reset/")]
    sign_in(client, "1001")
    pages.append(client.get("/staff/account/password/"))
    fields = [
        tag for page in pages for tag in re.findall(r"<input[^>]*password[^>]*>", page.content.decode())
    ]
    assert len(fields) >= 6
    for tag in fields:
        assert 'type="password"' in tag
        assert re.search(r'autocomplete="(current|new)-password"', tag), tag
        assert not re.search("onpaste|readonly", tag)
    for script in (Path(__file__).parents[3] / "src/yakuba").rglob("static/**/*.js"):
        assert "paste" not in script.read_text(encoding="utf-8"), script


def test_a_password_is_taken_exactly_as_typed(
    client: Client, person: MakePerson, nursery: Department
) -> None:
    exact = "  Umi no Oto wo Kiku １ 髙﨑  "
    person("1003", nursery, Role.OFFICER, password=exact)
    for other in (exact.strip(), exact.lower(), exact[:-1], unicodedata.normalize("NFKC", exact)):
        assert sign_in(Client(), "1003", other).status_code == 200, repr(other)
        AccessAttempt.objects.all().delete()
    assert sign_in(client, "1003", exact).status_code == 302
    long = "k" * 120 + " ano mizuumi no kishibe de " + "z" * 100
    person("1004", nursery, Role.OFFICER, password=long)
    assert sign_in(Client(), "1004", long[:-1]).status_code == 200, "nothing is cut off"
    assert sign_in(Client(), "1004", long).status_code == 302


def test_a_password_does_not_expire(client: Client, officer: User) -> None:
    User.objects.update(date_joined=timezone.now() - timedelta(days=3650), last_login=None)
    answer = sign_in(client, "1001")
    assert answer["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200
    User.objects.update(last_login=timezone.now() - timedelta(days=3650))
    assert sign_in(Client(), "1001")["Location"] == "/staff/"


@pytest.mark.parametrize(
    "path",
    [
        "/staff/account/totp/activate/",
        "/staff/account/totp/deactivate/",
        "/staff/account/codes/",
        "/staff/account/codes/renew/",
    ],
)
def test_the_second_factor_is_changed_only_after_showing_who_one_is(
    client: Client, officer: User, path: str
) -> None:
    if "activate/" not in path or "de" in path:
        TOTP.activate(officer, generate_totp_secret())
        RecoveryCodes.activate(officer)
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    before = list(Authenticator.objects.values("type", "data"))
    for answer in (
        client.get(path),
        client.post(path) if path != "/staff/account/codes/" else client.get(path),
    ):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/staff/login/again/"), answer["Location"]
    assert list(Authenticator.objects.values("type", "data")) == before


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
