"""Children, pregnancies, what the plan page says of them, and why."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from tests.handbook.family.conftest import guard, months_ago, registered, signed_in
from yakuba.handbook.family import timeline, words
from yakuba.handbook.models import Child, Dose, FamilyAccount, PublishedRulebook
from yakuba.handbook.rulebooks.load import builtin
from yakuba.handbook.services.families import children, outlooks, rules
from yakuba.handbook.services.families.errors import BadField
from yakuba.handbook.services.families.rules import in_use

pytestmark = pytest.mark.django_db
BIRTH = date(2026, 9, 3)


def text_of(answer: Any) -> str:
    bare = re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>", "", answer.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))


def seen(child: Child, today: date) -> timeline.Timeline:
    book = in_use()
    return timeline.timeline_of(child, outlooks.view_of(child, book, today), book, today)


@pytest.fixture
def hinata(home: object, db: None) -> Child:
    """Born on 3 September 2026."""
    return registered("hinata", BIRTH)


def test_the_page_begins_with_what_comes_next(inside: Client, child: Child) -> None:
    page = text_of(inside.get(f"/handbook/children/{child.reference}/"))
    assert page.index("次の予定") < page.index("これまでと、これから")
    assert "五種混合 1回目" in page


def test_bcg_waits_for_its_recommended_time_though_it_is_legal_from_birth(hinata: Child) -> None:
    found = seen(hinata, date(2027, 1, 19))
    (group,) = [one for one in found.soon if any(line.vaccine == "BCG" for line in one.lines)]
    assert group.day == date(2027, 2, 2)
    (line,) = group.lines
    assert (line.state, line.open) == ("not_yet", True)
    assert line.one.legal_from == BIRTH


def test_a_reason_names_the_age_in_the_words_of_the_language(hinata: Child) -> None:
    for language, said in (
        ("ja", "標準的な時期は、満5か月からです（令和9年2月2日（火））。"),
        ("en", "The recommended time begins at the age of 5 months: Tuesday 2 February 2027."),
    ):
        with translation.override(language):
            found = seen(hinata, date(2027, 1, 19))
            (line,) = [one for group in found.soon for one in group.lines if one.vaccine == "BCG"]
            assert said in line.why.sentences
            assert {key for key, *_ in line.why.sources} >= {"S12"}
            assert all(url.startswith("http") for _, url, _, _ in line.why.sources)


def test_a_reason_names_the_dose_that_an_interval_counts_from(hinata: Child, now: datetime) -> None:
    Dose.objects.create(
        child=hinata,
        reference="d1",
        vaccine="PCV",
        given_on=date(2026, 11, 5),
        source="register",
        recorded_at=now,
    )
    with translation.override("ja"):
        found = seen(hinata, date(2026, 11, 23))
        (line,) = [one for group in found.soon for one in group.lines if one.vaccine == "PCV"]
    assert line.day == date(2026, 12, 3)
    assert any("令和8年11月5日（木）、28日前" in one for one in line.why.sentences)


def test_health_checks_have_their_windows(hinata: Child) -> None:
    by = {one.check.rule.id: one for one in seen(hinata, date(2028, 4, 1)).checks}
    assert by["KENSHIN_1M"].state == "city"
    check = by["KENSHIN_1Y6M"]
    assert check.state == "now"
    assert (check.check.first, check.check.last) == (date(2028, 3, 3), date(2028, 9, 2))
    assert {one.check.rule.id: one.state for one in seen(hinata, date(2027, 1, 1)).checks}[
        "KENSHIN_3Y"
    ] == "later"
    assert {one.check.rule.id: one.state for one in seen(hinata, date(2032, 1, 1)).checks}[
        "KENSHIN_3Y"
    ] == "over"


def test_unsigned_rules_say_so_at_every_date(inside: Client, child: Child) -> None:
    page = inside.get(f"/handbook/children/{child.reference}/").content.decode()
    assert "この規則は、まだ責任者の確認を受けていません" in page
    legal = page.count("法律で受けられる期間")
    assert legal > 5
    assert page.count("確認前の規則") >= 2 * legal


def test_a_signed_rule_book_names_who_confirmed_it(inside: Client, child: Child, now: datetime) -> None:
    book = builtin("jp")
    from importlib import resources

    content = (resources.files("yakuba.handbook.rulebooks") / "jp" / "2026.yaml").read_text("utf-8")
    PublishedRulebook.objects.create(
        sha256=book.sha256, content=content, signed_name="保健師 帆足", signed_on=timezone.localdate(),
        published_at=now,
    )  # fmt: skip
    page = text_of(inside.get(f"/handbook/children/{child.reference}/"))
    assert "確認：保健師 帆足、令和" in page
    assert "確認前の規則" not in page
    assert "まだ責任者の確認を受けていません" not in page


def test_a_sign_off_expires_on_the_first_of_april(home: object, now: datetime) -> None:
    book = builtin("jp")
    from importlib import resources

    content = (resources.files("yakuba.handbook.rulebooks") / "jp" / "2026.yaml").read_text("utf-8")
    PublishedRulebook.objects.create(
        sha256=book.sha256, content=content, signed_name="帆足", signed_on=date(2026, 4, 1), published_at=now
    )
    assert rules.in_use().signed_on(date(2027, 3, 31))
    assert not rules.in_use().signed_on(date(2027, 4, 1))


def test_the_newest_published_rule_book_is_used(inside: Client, child: Child, now: datetime) -> None:
    from importlib import resources

    content = (resources.files("yakuba.handbook.rulebooks") / "jp" / "2026.yaml").read_text("utf-8")
    for at, version in enumerate(("2026-11-a", "2026-12-b")):
        PublishedRulebook.objects.create(
            sha256=version, content=content.replace("2026-11-draft1", version),
            published_at=now + timedelta(minutes=at),
        )  # fmt: skip
    assert in_use().book.version == "2026-12-b"
    assert "2026-12-b" in text_of(inside.get("/handbook/rules/"))


class TestPregnancy:
    def test_the_mothers_vaccine_has_its_weeks(self, home: object) -> None:
        unborn = registered("unborn", None, date(2027, 2, 3))
        with translation.override("ja"):
            found = seen(unborn, date(2026, 11, 1))
            (line,) = [one for group in found.soon for one in group.lines]
        assert (line.day, line.one.legal_until) == (date(2026, 11, 11), date(2027, 1, 12))
        assert any("妊娠28週0日" in one for one in line.why.sentences)
        assert found.checks == ()

    def test_the_birth_turns_it_into_a_child(self, inside: Client, parent: FamilyAccount) -> None:
        today = timezone.localdate()
        unborn = registered("unborn", None, today + timedelta(days=30), called="")
        guard(parent, unborn)
        base = f"/handbook/children/{unborn.reference}/"
        assert "赤ちゃんが生まれました" in text_of(inside.get(base))
        assert inside.post(base + "born/", {"birth": ""}).status_code == 422
        assert (
            inside.post(base + "born/", {"birth": (today + timedelta(days=1)).isoformat()}).status_code == 422
        )
        inside.post(base + "born/", {"birth": today.isoformat(), "name": "あおい", "sex": "M"})
        unborn.refresh_from_db()
        assert (unborn.birth, unborn.name, unborn.sex) == (today, "あおい", "M")
        assert unborn.due == today + timedelta(days=30)
        assert "B型肝炎 1回目" in text_of(inside.get(base))
        assert inside.get(base + "born/").status_code == 302

    def test_the_mothers_dose_stays_with_the_child_on_every_page(
        self, inside: Client, parent: FamilyAccount
    ) -> None:
        today = timezone.localdate()
        unborn = registered("unborn", None, today + timedelta(days=20), called="")
        guard(parent, unborn)
        base = f"/handbook/children/{unborn.reference}/"
        given = {"vaccine": "RSV_MATERNAL", "given_on": (today - timedelta(days=20)).isoformat()}
        assert inside.post(base + "doses/add/", given).status_code == 302
        assert unborn.doses.count() == 1
        inside.post(base + "born/", {"birth": today.isoformat()})
        assert "RSウイルス感染症（母子免疫ワクチン）" in text_of(inside.get(base))
        for page in ("doses/", "plan/", "month/", "export/data.json", "export/fhir.json", "print/"):
            assert inside.get(base + page).status_code == 200, page
        (dose,) = inside.get(base + "export/data.json").json()["doses"]
        assert (dose["vaccine"], dose["within_rules"]) == ("RSV_MATERNAL", True)

    def test_growth_waits_for_the_birth(self, inside: Client, parent: FamilyAccount) -> None:
        unborn = registered("unborn", None, timezone.localdate() + timedelta(days=30))
        guard(parent, unborn)
        base = f"/handbook/children/{unborn.reference}/growth/"
        assert "生まれてから始まります" in text_of(inside.get(base))
        assert inside.post(base, {"on": timezone.localdate().isoformat(), "weight": "3"}).status_code == 200
        assert unborn.measurements.count() == 0


@pytest.mark.parametrize(
    ("birth", "due", "field", "code"),
    [
        (None, None, "birth", "date_needed"),
        (1, None, "birth", "in_future"),
        (-26 * 366, None, "birth", "too_long_ago"),
        (None, 301, "due", "due_too_far"),
        (None, -61, "due", "due_is_past"),
        (-10, 140, "due", "due_does_not_fit"),
        (-10, -41, "due", "due_does_not_fit"),
    ],
)
def test_dates_that_can_not_be(
    parent: FamilyAccount, now: datetime, birth: int | None, due: int | None, field: str, code: str
) -> None:
    today = timezone.localdate(now)
    days = [None if one is None else today + timedelta(days=one) for one in (birth, due)]
    with pytest.raises(BadField) as bad:
        children.add(parent, "", days[0], days[1], "", now)
    assert (bad.value.field, bad.value.code) == (field, code)


@pytest.mark.parametrize(
    ("birth", "due"), [(0, None), (None, 300), (None, -60), (-10, 130), (-10, -40), (0, 0)]
)
def test_dates_at_the_edge_are_taken(
    parent: FamilyAccount, now: datetime, birth: int | None, due: int | None
) -> None:
    today = timezone.localdate(now)
    days = [None if one is None else today + timedelta(days=one) for one in (birth, due)]
    made = children.add(parent, " そう ", days[0], days[1], "M", now)
    assert (made.name, made.from_register) == ("そう", False)


def test_too_many_children_and_names_too_long(parent: FamilyAccount, now: datetime) -> None:
    with pytest.raises(BadField) as long:
        children.add(parent, "x" * 61, months_ago(3), None, "", now)
    assert (long.value.field, long.value.code) == ("name", "too_long")
    for _ in range(children.MOST_CHILDREN - 1):
        children.add(parent, "", months_ago(3), None, "", now)
    with pytest.raises(BadField) as bad:
        children.add(parent, "", months_ago(3), None, "", now)
    assert bad.value.code == "too_many"


def test_dates_of_the_register_are_not_the_familys_to_change(inside: Client, child: Child) -> None:
    birth = child.birth
    assert birth is not None
    fields = {
        "name": "ひな",
        "birth": "2020-01-01",
        "sex": "M",
        "due": (birth + timedelta(days=40)).isoformat(),
    }
    inside.post(f"/handbook/children/{child.reference}/details/", fields)
    child.refresh_from_db()
    assert (child.name, child.birth, child.sex) == ("ひな", birth, "F")
    assert child.due == birth + timedelta(days=40)  # for the corrected age


def test_ones_own_child_may_be_corrected(inside: Client, parent: FamilyAccount, now: datetime) -> None:
    own = children.add(parent, "そう", months_ago(40), None, "", now)
    base = f"/handbook/children/{own.reference}/details/"
    assert f'value="{months_ago(40).isoformat()}"' in inside.get(base).content.decode()
    inside.post(base, {"name": "そう", "birth": months_ago(39).isoformat(), "sex": "M"})
    own.refresh_from_db()
    assert (own.birth, own.sex) == (months_ago(39), "M")
    assert inside.post(base, {"name": "そう", "birth": ""}).status_code == 422


class TestCalendar:
    def test_a_month_shows_what_lies_in_it(self, inside: Client, child: Child, now: datetime) -> None:
        today = timezone.localdate()
        Dose.objects.create(
            child=child, reference="d1", vaccine="HEPB", given_on=today, source="family", recorded_at=now
        )
        page = text_of(inside.get(f"/handbook/children/{child.reference}/month/"))
        assert "接種済み B型肝炎 1回目" in page

    @pytest.mark.parametrize(("year", "month"), [(2026, 0), (2026, 13), (1900, 1), (2999, 1)])
    def test_months_that_are_not_are_not_found(
        self, inside: Client, child: Child, year: int, month: int
    ) -> None:
        assert inside.get(f"/handbook/children/{child.reference}/month/{year}/{month}/").status_code == 404

    def test_every_event_stands_in_the_table_and_in_the_list(self, hinata: Child) -> None:
        from yakuba.handbook.family.month import events_of, month_of

        found = seen(hinata, date(2026, 11, 23))
        events = events_of(found)
        shown = {}
        for number in range(12 * 18):
            first = date(2026 + (8 + number) // 12, (8 + number) % 12 + 1, 1)
            made = month_of(first, found, date(2026, 11, 23))
            assert all(len(week) == 7 for week in made.weeks)
            assert [one.day for week in made.weeks for one in week if one.events] == [
                one.day for one in made.listed
            ]
            shown |= {one.day: list(one.events) for one in made.listed}
            assert made.before < made.first < made.after
        assert shown == {day: rows for day, rows in events.items() if day <= max(shown)}


def test_holidays_and_sundays_are_closed(hinata: Child) -> None:
    from yakuba.handbook.family.month import month_of

    made = month_of(date(2026, 11, 1), seen(hinata, date(2026, 11, 2)), date(2026, 11, 2))
    closed = [one.day.day for week in made.weeks for one in week if one.day and one.closed]
    assert closed == [1, 3, 8, 15, 22, 23, 29]  # 文化の日, 勤労感謝の日
    assert [one.holiday for week in made.weeks for one in week if one.holiday] == ["文化の日", "勤労感謝の日"]


def test_one_child_opens_at_once_and_several_are_listed(
    inside: Client, parent: FamilyAccount, child: Child
) -> None:
    assert inside.get("/handbook/children/")["Location"] == f"/handbook/children/{child.reference}/"
    guard(parent, registered("sou", months_ago(38), called="そう"))
    page = text_of(inside.get("/handbook/children/"))
    assert page.index("ひなた") < page.index("そう")


def test_no_child_yet_says_what_to_do(inside: Client) -> None:
    from yakuba.handbook.models import Guardian

    Guardian.objects.all().delete()
    assert "まだ登録されていません" in text_of(inside.get("/handbook/children/"))


def test_no_state_and_no_fault_is_without_words() -> None:
    assert set(words.STATES) == set(words.CHIPS) == {
        "not_yet", "due", "overdue", "complete", "aged_out", "contraindicated",
    }  # fmt: skip
    values = {"most": 1, "least": 2, "unit": "kg", "example": "3.1"}
    for code in words.FAULTS:
        assert "%(" not in words.fault(BadField("x", code, values))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ja", "お子さんの性別が記録されていないため、ヒトパピローマウイルス感染症の予定は"),
        ("ja-x-easy", "HPV"),
        ("en", "There is no line for HPV (cervical cancer and others) yet"),
    ],
)
def test_a_child_whose_sex_is_not_recorded_is_told_what_is_missing(
    parent: FamilyAccount, settings: Any, language: str, sentence: str
) -> None:
    unknown = registered("unknown", months_ago(20), sex="")
    guard(parent, unknown)
    browser = signed_in(parent)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for place in ("", "print/"):
        page = browser.get(f"/handbook/children/{unknown.reference}/{place}").content.decode()
        assert sentence in page
    counter = {"ja": "窓口", "ja-x-easy": "<ruby>窓口", "en": "at the counter of the city office"}
    assert counter[language] in page


def test_a_child_whose_sex_is_recorded_is_told_nothing_of_it(parent: FamilyAccount) -> None:
    for sex in "FM":
        known = registered(f"known-{sex}", months_ago(20), sex=sex)
        guard(parent, known)
        assert "性別" not in signed_in(parent).get(f"/handbook/children/{known.reference}/").content.decode()


def test_a_family_that_entered_its_child_itself_is_led_to_the_details(parent: FamilyAccount) -> None:
    own = registered("own", months_ago(20), sex="")
    own.from_register = False
    own.save()
    guard(parent, own)
    page = signed_in(parent).get(f"/handbook/children/{own.reference}/").content.decode()
    notice = page[page.index("お子さんの性別が") :][:400]
    assert f"/handbook/children/{own.reference}/details/" in notice
    assert "窓口" not in notice


@pytest.mark.parametrize("language", ["ja", "ja-x-easy", "en"])
def test_families_read_no_internal_name_of_rules_that_nobody_confirmed(
    inside: Client, child: Child, settings: Any, language: str
) -> None:
    inside.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    said = {"ja": "確認前の規則", "ja-x-easy": "まだ 確かめて いない 決まり", "en": "Rules not confirmed yet"}
    base = f"/handbook/children/{child.reference}/"
    for place in (
        base,
        base + "plan/",
        base + "month/",
        base + "doses/",
        base + "print/",
        "/handbook/rules/",
    ):
        page = inside.get(place).content.decode()
        shown = re.sub(r"<details.*?</details>|<dl class=.facts.>.*?</dl>", "", page, flags=re.S)
        assert "draft" not in shown
        if place not in (base + "doses/",):
            assert said[language] in re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>|<[^>]+>", "", shown), place
    version = in_use().book.version
    assert version in inside.get("/handbook/rules/").content.decode()
    assert version in inside.get(base).content.decode()  # in «why this date», with the sources
    assert version in inside.get(base + "export/data.json").content.decode()
