"""The way in: a code and a date, a name and a password; few tries, no hints."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.family.conftest import (
    PASSWORD,
    account,
    code_of,
    guard,
    months_ago,
    registered,
    signed_in,
)
from yakuba.core import access_codes as codes
from yakuba.core import entry_limits
from yakuba.handbook.family.session import cookie_name
from yakuba.handbook.models import (
    Child,
    EntryCode,
    EntryLimit,
    FamilyAccount,
    FamilySession,
    Guardian,
    RegisteredChild,
)
from yakuba.handbook.services.families import accounts, entry, sessions
from yakuba.handbook.services.families.errors import BadField, Gone, Locked, Wrong

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"


def born(child: Child) -> date:
    assert child.birth is not None
    return child.birth


def give(client: Client, name: str, day: date) -> object:
    fields = {
        "code": codes.shown(code_of(name)).lower(),
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }
    return client.post("/handbook/code/", fields)


def test_the_code_and_the_birth_date_make_an_account_that_owns_the_child(
    client: Client, child: Child
) -> None:
    answer = give(client, "hinata", born(child))
    assert answer["Location"] == "/handbook/account/sign-in/?new"
    held = Guardian.objects.get()
    assert (held.child, held.role) == (child, "owner")
    assert client.get(f"/handbook/children/{child.reference}/").status_code == 200


def test_a_code_opens_once(client: Client, child: Child) -> None:
    give(client, "hinata", born(child))
    answer = give(Client(), "hinata", born(child))
    assert answer.status_code == 410
    assert Guardian.objects.count() == 1
    assert give(client, "hinata", born(child)).status_code == 302  # the family itself may type it again


def test_before_birth_the_due_date_opens(client: Client, home: object) -> None:
    due = timezone.localdate() + timedelta(days=70)
    expected = registered("unborn", None, due)
    give(client, "unborn", due)
    page = client.get(f"/handbook/children/{expected.reference}/").content.decode()
    assert "RSウイルス感染症（母子免疫ワクチン）" in page


def test_a_signed_in_adult_adds_a_second_child(inside: Client, parent: FamilyAccount) -> None:
    second = registered("sou", months_ago(38), called="そう")
    assert give(inside, "sou", born(second))["Location"] == f"/handbook/children/{second.reference}/"
    assert {one.child.name for one in parent.guardianships.all()} == {"ひなた", "そう"}
    assert FamilyAccount.objects.count() == 1


@pytest.mark.parametrize("how", ["date", "code", "shape"])
def test_nobody_is_told_which_part_was_wrong(client: Client, child: Child, how: str) -> None:
    typed = {"date": code_of("hinata"), "code": code_of("other"), "shape": "ABCD"}[how]
    day = born(child) + timedelta(days=how == "date")
    answer = client.post(
        "/handbook/code/", {"code": typed, "year": day.year, "month": day.month, "day": day.day}
    )
    assert answer.status_code == 422
    assert "コードと日付が、通知と合いません" in answer.content.decode()
    assert Guardian.objects.count() == 0


def test_five_failures_of_a_code_lock_it_even_with_the_right_date(child: Child, now: datetime) -> None:
    for at in range(5):
        with pytest.raises((Wrong, Locked)):
            entry.enter_by_code(code_of("hinata"), date(2020, 1, 1), f"192.0.2.{at}", now)
    with pytest.raises(Locked) as locked:
        entry.enter_by_code(code_of("hinata"), child.birth, "198.51.100.1", now)
    assert locked.value.until == now + entry_limits.LOCK
    later = now + entry_limits.LOCK
    assert entry.enter_by_code(code_of("hinata"), child.birth, "198.51.100.1", later).child == child


def test_twenty_failures_from_an_address_lock_the_address(child: Child, now: datetime) -> None:
    for at in range(20):
        with pytest.raises((Wrong, Locked)):
            entry.enter_by_code(code_of(f"guess {at}"), born(child), HERE, now)
    with pytest.raises(Locked):
        entry.enter_by_code(code_of("hinata"), child.birth, HERE, now)


def test_thirty_failures_over_time_close_a_code_for_good(child: Child, now: datetime) -> None:
    for at in range(entry.MOST_EVER):
        with pytest.raises((Wrong, Locked)):
            entry.enter_by_code(
                code_of("hinata"), date(2020, 1, 1), f"198.51.100.{at}", now + at * entry_limits.WINDOW * 2
            )
    with pytest.raises(Locked) as locked:
        entry.enter_by_code(code_of("hinata"), child.birth, HERE, now + timedelta(days=9))
    assert locked.value.until is None


@pytest.mark.parametrize("why", ["expired", "revoked"])
def test_an_old_or_revoked_code_says_so_only_to_those_who_know_the_date(
    child: Child, now: datetime, why: str
) -> None:
    change = {"expired": {"expires_at": now}, "revoked": {"revoked_at": now}}[why]
    EntryCode.objects.update(**change)
    with pytest.raises(Gone) as gone:
        entry.enter_by_code(code_of("hinata"), child.birth, HERE, now)
    assert gone.value.why == why
    with pytest.raises(Wrong):
        entry.enter_by_code(code_of("hinata"), date(2020, 1, 1), HERE, now)


def test_limits_keep_neither_codes_nor_addresses(child: Child, now: datetime) -> None:
    with pytest.raises(Wrong):
        entry.enter_by_code(code_of("hinata"), date(2020, 1, 1), HERE, now)
    kept = " ".join(EntryLimit.objects.values_list("key", flat=True))
    assert HERE not in kept
    assert code_of("hinata") not in kept


def test_name_and_password_sign_in_and_the_asked_page_follows(client: Client, child: Child) -> None:
    guard(account("みなと", login="minato-2"), child)
    page = f"/handbook/children/{child.reference}/doses/"
    asked = client.get(page)
    assert asked["Location"].startswith("/handbook/?next=")
    fields = {"login": "Minato-2", "password": PASSWORD, "next": page}
    assert client.post("/handbook/", fields)["Location"] == page
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("after", ["https://example.org/", "//example.org/", "javascript:alert(1)", "\\\\x"])
def test_signing_in_leads_nowhere_else(client: Client, child: Child, after: str) -> None:
    account(login="minato-2")
    fields = {"login": "minato-2", "password": PASSWORD, "next": after}
    assert client.post("/handbook/", fields)["Location"] == "/handbook/children/"


def test_a_wrong_password_and_an_unknown_name_read_the_same(client: Client, child: Child) -> None:
    account(login="minato-2")
    wrong = client.post("/handbook/", {"login": "minato-2", "password": "x" * 12})
    unknown = client.post("/handbook/", {"login": "nobody-here", "password": "x" * 12})
    assert wrong.status_code == unknown.status_code == 422
    assert "ログイン名かパスワードが違います" in unknown.content.decode()


def test_ten_wrong_passwords_lock_the_name(child: Child, now: datetime) -> None:
    account(login="minato-2")
    for at in range(10):
        with pytest.raises((Wrong, Locked)):
            entry.sign_in("minato-2", "not the password", f"192.0.2.{at}", now)
    with pytest.raises(Locked):
        entry.sign_in("minato-2", PASSWORD, HERE, now)
    assert entry.sign_in("minato-2", PASSWORD, HERE, now + entry_limits.LOCK)


def test_an_account_without_a_password_is_not_entered_by_one(child: Child, now: datetime) -> None:
    FamilyAccount.objects.create(reference="x", login=entry.name_digest("minato-2"), created_at=now)
    with pytest.raises(Wrong):
        entry.sign_in("minato-2", "", HERE, now)


def test_the_cookie_is_for_the_server_alone(client: Client, child: Child) -> None:
    give(client, "hinata", born(child))
    cookie = client.cookies[cookie_name()]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not FamilySession.objects.filter(digest=cookie.value).exists()  # only its digest is kept


def test_with_https_the_cookie_is_bound_to_the_host(settings: object, client: Client, child: Child) -> None:
    settings.SESSION_COOKIE_SECURE = True
    give(client, "hinata", born(child))
    assert client.cookies["__Host-yakuba_handbook"]["secure"]


@pytest.mark.parametrize(
    ("kept", "still", "over"),
    [
        (False, timedelta(minutes=29), timedelta(minutes=30)),
        (True, timedelta(days=29), timedelta(days=30)),
    ],
)
def test_a_session_ends_when_it_is_not_used(
    parent: FamilyAccount, now: datetime, kept: bool, still: timedelta, over: timedelta
) -> None:
    secret = sessions.begin(parent, "", now, kept=kept)
    assert sessions.current(secret, now + still) is not None
    assert sessions.current(secret, now + still + over) is None
    assert not FamilySession.objects.exists()


@pytest.mark.parametrize(("kept", "longest"), [(False, sessions.LONGEST), (True, sessions.KEPT_LONGEST)])
def test_a_session_ends_however_much_it_is_used(
    parent: FamilyAccount, now: datetime, kept: bool, longest: timedelta
) -> None:
    secret = sessions.begin(parent, "", now, kept=kept)
    step = timedelta(minutes=20) if not kept else timedelta(days=20)
    at = now
    while at + step < now + longest:
        at += step
        assert sessions.current(secret, at) is not None
    assert sessions.current(secret, now + longest) is None


def test_signing_out_ends_the_session_and_a_link_does_not(inside: Client) -> None:
    assert inside.get("/handbook/sign-out/").status_code == 302
    assert FamilySession.objects.count() == 1
    assert inside.post("/handbook/sign-out/")["Location"] == "/handbook/?left"
    assert FamilySession.objects.count() == 0
    assert "ログアウトしました" in inside.get("/handbook/?left").content.decode()


def test_pages_are_never_stored(inside: Client, child: Child) -> None:
    for page in (
        f"/handbook/children/{child.reference}/",
        "/handbook/account/",
        "/handbook/code/",
        "/handbook/",
    ):
        assert "no-store" in inside.get(page)["Cache-Control"]


def test_acts_need_the_token_of_the_form(parent: FamilyAccount) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(parent).cookies
    assert strict.post("/handbook/sign-out/").status_code == 403
    assert strict.post("/handbook/children/add/", {"birth": "2026-01-01"}).status_code == 403


class TestChoosingHowToSignIn:
    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"login": "abc"}, "name_form"),
            ({"login": "みなと"}, "name_form"),
            ({"login": "-minato"}, "name_form"),
            ({"password": "short"}, "password_short"),
            ({"password": "x" * 300}, "password_long"),
            ({"password": "汐見区汐見区汐見区汐見区"}, "password_guessed"),
            ({"password": "minato-22020"}, "password_guessed"),
            ({"again": "something else"}, "password_differs"),
            ({"login": "taken-name"}, "name_taken"),
        ],
    )
    def test_what_is_refused(self, parent: FamilyAccount, now: datetime, fields: dict, fault: str) -> None:
        account(login="taken-name")
        password = fields.get("password", PASSWORD)
        with pytest.raises(BadField) as bad:
            accounts.choose_password(
                parent, fields.get("login", "minato-2"), password, fields.get("again", password), now
            )
        assert bad.value.code == fault

    def test_the_page_keeps_the_name_and_says_why(self, client: Client, child: Child) -> None:
        give(client, "hinata", born(child))
        answer = client.post(
            "/handbook/account/sign-in/", {"login": "minato-2", "password": "a", "again": "a"}
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="minato-2"' in page
        assert "12文字以上にしてください" in page
        good = {"login": "minato-2", "password": PASSWORD, "again": PASSWORD}
        assert client.post("/handbook/account/sign-in/", good)["Location"] == "/handbook/children/"
        assert entry.sign_in("MINATO-2", PASSWORD, HERE, timezone.now())

    def test_a_changed_password_signs_other_devices_out(self, parent: FamilyAccount, inside: Client) -> None:
        other = signed_in(parent)
        fields = {
            "old": PASSWORD,
            "password": "夕凪の灯台と七つの白い波",
            "again": "夕凪の灯台と七つの白い波",
        }
        assert inside.post("/handbook/account/password/", fields).status_code == 302
        assert inside.get("/handbook/account/").status_code == 200
        assert other.get("/handbook/account/").status_code == 302

    def test_the_present_password_is_asked_for(self, inside: Client) -> None:
        fields = {"old": "wrong", "password": "夕凪の灯台と七つの白い波", "again": "夕凪の灯台と七つの白い波"}
        answer = inside.post("/handbook/account/password/", fields)
        assert answer.status_code == 422
        assert "今のパスワードが違います" in answer.content.decode()

    def test_another_device_is_signed_out_and_nobody_elses(
        self, parent: FamilyAccount, inside: Client
    ) -> None:
        other = signed_in(parent)
        stranger = signed_in(account("他人"))
        theirs = FamilySession.objects.get(account__name__isnull=False, account=FamilyAccount.objects.last())
        last = parent.sessions.order_by("pk").last()
        assert last is not None
        inside.post(f"/handbook/account/devices/{last.pk}/end/")
        inside.post(f"/handbook/account/devices/{theirs.pk}/end/")
        assert other.get("/handbook/account/").status_code == 302
        assert stranger.get("/handbook/account/").status_code == 200


class TestLeaving:
    def test_own_children_go_and_the_registers_stay(
        self, inside: Client, parent: FamilyAccount, child: Child
    ) -> None:
        fields = {"name": "そう", "birth": months_ago(40).isoformat()}
        inside.post("/handbook/children/add/", fields)
        assert inside.post("/handbook/account/delete/").status_code == 422
        assert inside.post("/handbook/account/delete/", {"sure": "on"})["Location"] == "/handbook/?deleted"
        assert list(Child.objects.all()) == [child]
        assert not FamilyAccount.objects.filter(pk=parent.pk).exists()
        assert not FamilySession.objects.exists()
        assert not RegisteredChild.objects.exists()  # nothing of the office was touched

    def test_the_longest_writer_becomes_the_owner(self, inside: Client, child: Child, now: datetime) -> None:
        reader, editor = account("祖母"), account("父")
        guard(reader, child, "reader")
        guard(editor, child, "editor")
        inside.post("/handbook/account/delete/", {"sure": "on"})
        assert Guardian.objects.get(account=editor).role == "owner"
        assert Guardian.objects.get(account=reader).role == "reader"


class TestPagesOfTheEntrance:
    def test_too_many_failures_say_until_when(self, client: Client, child: Child) -> None:
        for _ in range(5):
            answer = give(client, "hinata", date(2020, 1, 1))
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= entry_limits.LOCK.total_seconds()
        assert "入力を止めています" in answer.content.decode()

    def test_a_code_that_is_closed_for_good_sends_to_the_health_centre(
        self, client: Client, child: Child
    ) -> None:
        EntryCode.objects.update(failures=entry.MOST_EVER)
        answer = give(client, "hinata", born(child))
        assert answer.status_code == 429
        assert "保健センターに新しい通知" in answer.content.decode()

    def test_ten_wrong_passwords_lock_the_page_too(self, client: Client, child: Child) -> None:
        account(login="minato-2")
        for _ in range(10):
            answer = client.post("/handbook/", {"login": "minato-2", "password": "x" * 12})
        assert answer.status_code == 429

    def test_who_is_signed_in_goes_on(self, inside: Client) -> None:
        assert inside.get("/handbook/")["Location"] == "/handbook/children/"

    def test_staying_signed_in_is_asked_for(self, client: Client, child: Child) -> None:
        account(login="minato-2")
        client.post("/handbook/", {"login": "minato-2", "password": PASSWORD, "keep": "on"})
        assert FamilySession.objects.get().kept
        assert client.cookies[cookie_name()]["max-age"] == sessions.KEPT_LONGEST.total_seconds()

    def test_a_name_and_a_language_of_ones_own(self, inside: Client, parent: FamilyAccount) -> None:
        inside.post("/handbook/account/name/", {"name": " 美波 ", "language": "en"})
        parent.refresh_from_db()
        assert (parent.name, parent.language) == ("美波", "en")
        for fields in ({"name": "x" * 61, "language": "ja"}, {"name": "x", "language": "xx"}):
            assert inside.post("/handbook/account/name/", fields).status_code == 422
        assert inside.get("/handbook/account/name/").status_code == 302

    def test_an_account_with_a_password_changes_it_elsewhere(self, inside: Client) -> None:
        assert inside.get("/handbook/account/sign-in/")["Location"] == "/handbook/account/"
        assert inside.get("/handbook/account/password/")["Location"] == "/handbook/account/"

    def test_an_invitation_that_is_over_says_so(
        self, client: Client, child: Child, parent: FamilyAccount
    ) -> None:
        from yakuba.handbook.services.families import sharing

        made, code = sharing.invite(child, "reader", parent, timezone.now())
        sharing.revoke(child, made.pk, timezone.now())
        answer = client.post("/handbook/invitation/", {"code": code})
        assert answer.status_code == 410
        assert "家族に新しいコード" in answer.content.decode()
