"""Writing doses down: what is refused, what is said gently, what the office gets."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.family.conftest import guard, months_ago, registered
from yakuba.core.exchange import Lane, sending
from yakuba.core.exchange.models import ItemForStaff
from yakuba.handbook.models import Child, Dose, FamilyAccount, RegisteredChild, RegisteredDose
from yakuba.handbook.services.families import doses, outlooks, rules
from yakuba.handbook.services.families.errors import BadField, NotAllowed

pytestmark = pytest.mark.django_db


def entry(vaccine: str, day: date | None, product: str = "", lot: str = "", clinic: str = "") -> doses.Entry:
    return doses.Entry(vaccine, product, day, lot, clinic)


def posted() -> list[dict[str, Any]]:
    return [
        json.loads(one.content) for one in ItemForStaff.objects.filter(kind="handbook.dose").order_by("pk")
    ]


@pytest.fixture
def first_day(child: Child) -> date:
    """The day on which she is two months old, or a little later: PCV may be given."""
    assert child.birth is not None
    return child.birth + timedelta(days=63)


def test_a_dose_is_written_down_and_the_office_gets_it(inside: Client, child: Child, first_day: date) -> None:
    fields = {
        "vaccine": "PCV", "product": "PCV:PCV20", "given_on": first_day.isoformat(),
        "lot": "ＡＢ１２３　", "clinic": "汐浜こどもクリニック",
    }  # fmt: skip
    answer = inside.post(f"/handbook/children/{child.reference}/doses/add/", fields)
    kept = Dose.objects.get()
    assert answer["Location"].endswith(f"/doses/?recorded={kept.reference}")
    assert (kept.vaccine, kept.product, kept.lot, kept.source) == ("PCV", "PCV20", "AB123", "family")
    assert posted() == [
        {
            "child": child.reference,
            "dose": kept.reference,
            "vaccine": "PCV",
            "product": "PCV20",
            "given_on": first_day.isoformat(),
            "lot": "AB123",
            "clinic": "汐浜こどもクリニック",
            "taken_back": False,
        }
    ]
    page = inside.get(answer["Location"]).content.decode()
    assert "小児用肺炎球菌 1回目" in page
    assert "戻す" in page


def test_undo_takes_the_dose_back_and_tells_the_office(inside: Client, child: Child, first_day: date) -> None:
    inside.post(
        f"/handbook/children/{child.reference}/doses/add/",
        {"vaccine": "PCV", "given_on": first_day.isoformat()},
    )
    kept = Dose.objects.get()
    inside.post(f"/handbook/children/{child.reference}/doses/{kept.reference}/take-back/")
    kept.refresh_from_db()
    assert kept.taken_back_at is not None
    assert [one["taken_back"] for one in posted()] == [True]  # the first one had not left yet
    assert "まだありません" in inside.get(f"/handbook/children/{child.reference}/doses/").content.decode()


def test_a_correction_crosses_out_and_writes_anew(inside: Client, child: Child, first_day: date) -> None:
    base = f"/handbook/children/{child.reference}/doses/"
    inside.post(base + "add/", {"vaccine": "PCV", "given_on": first_day.isoformat()})
    old = Dose.objects.get()
    page = inside.get(f"{base}{old.reference}/").content.decode()
    assert f'value="{first_day.isoformat()}"' in page
    later = first_day + timedelta(days=1)
    inside.post(f"{base}{old.reference}/", {"vaccine": "PCV", "given_on": later.isoformat()})
    new = Dose.objects.get(taken_back_at=None)
    assert (new.given_on, new.reference == old.reference) == (later, False)
    assert [(one["given_on"], one["taken_back"]) for one in posted()] == [
        (first_day.isoformat(), True),
        (later.isoformat(), False),
    ]


def test_a_correction_that_can_not_be_changes_nothing(inside: Client, child: Child, first_day: date) -> None:
    base = f"/handbook/children/{child.reference}/doses/"
    inside.post(base + "add/", {"vaccine": "PCV", "given_on": first_day.isoformat()})
    old = Dose.objects.get()
    answer = inside.post(f"{base}{old.reference}/", {"vaccine": "PCV", "given_on": "2999-01-01"})
    assert answer.status_code == 422
    old.refresh_from_db()
    assert old.taken_back_at is None


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"vaccine": "SMALLPOX"}, "vaccine", "choose"),
        ({"product": "PCV99"}, "product", "choose"),
        ({"product": "HPV9"}, "product", "choose"),
        ({"day": None}, "given_on", "date_needed"),
        ({"day": timedelta(days=1)}, "given_on", "in_future"),
        ({"day": timedelta(days=-4000)}, "given_on", "before_birth"),
        ({"lot": "x" * 41}, "lot", "too_long"),
        ({"lot": "㍿" * 11}, "lot", "too_long"),  # 44 signs, once they are plain ones
        ({"clinic": "x" * 101}, "clinic", "too_long"),
    ],
)
def test_what_can_not_be_written_down(
    child: Child, parent: FamilyAccount, now: datetime, change: dict[str, Any], field: str, code: str
) -> None:
    today = timezone.localdate(now)
    moved = change.get("day", timedelta())
    given = entry(
        change.get("vaccine", "PCV"),
        None if moved is None else today + moved,
        change.get("product", ""),
        change.get("lot", ""),
        change.get("clinic", ""),
    )
    with pytest.raises(BadField) as bad:
        doses.record(child, given, rules.in_use(), parent, now)
    assert (bad.value.field, bad.value.code) == (field, code)
    assert not Dose.objects.exists()


def test_today_and_the_birth_day_may_be_written_down(
    child: Child, parent: FamilyAccount, now: datetime
) -> None:
    book = rules.in_use()
    doses.record(child, entry("HEPB", child.birth), book, parent, now)
    doses.record(child, entry("HEPB", timezone.localdate(now)), book, parent, now)
    assert Dose.objects.count() == 2


def test_the_same_dose_twice_is_one(
    child: Child, parent: FamilyAccount, first_day: date, now: datetime
) -> None:
    doses.record(child, entry("PCV", first_day), rules.in_use(), parent, now)
    with pytest.raises(BadField) as bad:
        doses.record(child, entry("PCV", first_day, "PCV20"), rules.in_use(), parent, now)
    assert bad.value.code == "known_already"


def test_before_birth_only_the_mothers_vaccine(home: object, now: datetime) -> None:
    due = timezone.localdate() + timedelta(days=70)
    unborn = registered("unborn", None, due)
    adult = FamilyAccount.objects.create(reference="m", created_at=now)
    guard(adult, unborn)
    with pytest.raises(BadField) as bad:
        doses.record(unborn, entry("HEPB", timezone.localdate()), rules.in_use(), adult, now)
    assert bad.value.code == "not_born"
    doses.record(unborn, entry("RSV_MATERNAL", timezone.localdate()), rules.in_use(), adult, now)
    view = outlooks.view_of(unborn, rules.in_use(), timezone.localdate())
    assert view.recorded[0].line is not None


def test_a_dose_outside_the_rules_is_spoken_of_gently(inside: Client, child: Child, first_day: date) -> None:
    base = f"/handbook/children/{child.reference}/doses/"
    for day in (first_day, first_day + timedelta(days=10)):
        answer = inside.post(base + "add/", {"vaccine": "PCV", "given_on": day.isoformat()})
    page = inside.get(answer["Location"]).content.decode()
    assert "定期接種の条件外の可能性があります。保健所へご相談ください" in page
    for word in ("無効", "invalid", "不合格", "エラー"):
        assert word not in page.casefold()
    assert (
        "定期接種の条件外の可能性があります"
        in inside.get(f"/handbook/children/{child.reference}/").content.decode()
    )


def test_the_offices_doses_are_shown_and_not_touched(
    inside: Client, child: Child, parent: FamilyAccount, first_day: date, now: datetime
) -> None:
    kept = Dose.objects.create(
        child=child,
        reference="office-1",
        vaccine="PCV",
        given_on=first_day,
        source="register",
        recorded_at=now,
    )
    page = inside.get(f"/handbook/children/{child.reference}/doses/").content.decode()
    assert "役所の台帳の記録" in page
    assert inside.get(f"/handbook/children/{child.reference}/doses/office-1/").status_code == 404
    with pytest.raises(NotAllowed):
        doses.take_back(kept, now)


def test_a_child_that_the_office_does_not_know_stays_with_the_family(
    inside: Client, parent: FamilyAccount, now: datetime
) -> None:
    inside.post("/handbook/children/add/", {"name": "そう", "birth": months_ago(4).isoformat()})
    own = Child.objects.get(from_register=False)
    doses.record(own, entry("HEPB", timezone.localdate()), rules.in_use(), parent, now)
    assert posted() == []


def test_a_vaccine_that_the_rules_forgot_is_shown_without_a_verdict(
    inside: Client, child: Child, now: datetime
) -> None:
    Dose.objects.create(
        child=child,
        reference="old-1",
        vaccine="GONE",
        given_on=child.birth,
        source="register",
        recorded_at=now,
    )
    assert "GONE" in inside.get(f"/handbook/children/{child.reference}/doses/").content.decode()
    assert inside.get(f"/handbook/children/{child.reference}/").status_code == 200


def test_the_choice_begins_with_what_is_due(inside: Client, child: Child) -> None:
    page = inside.get(f"/handbook/children/{child.reference}/doses/add/").content.decode()
    due, others = page.index("今、受けられます"), page.index("ほかのワクチン")
    assert due < page.index(">五種混合<") < others < page.index(">日本脳炎<")


def test_the_office_keeps_what_the_family_wrote_and_took_back(
    child: Child, parent: FamilyAccount, first_day: date, now: datetime
) -> None:
    known = RegisteredChild.objects.create(
        number="7001", reference=child.reference, name="千葉 ひなた", birth=child.birth
    )
    entered = entry("PCV", first_day, "PCV20", "x" * doses.MOST_LOT, "汐" * doses.MOST_CLINIC)
    kept = doses.record(child, entered, rules.in_use(), parent, now)
    sending.send(Lane.STAFF)
    there = RegisteredDose.objects.get(child=known)
    assert (there.reference, there.source, there.vaccine, there.product, there.given_on) == (
        kept.reference, "family", "PCV", "PCV20", first_day,
    )  # fmt: skip
    doses.take_back(kept, now)
    sending.send(Lane.STAFF)
    there.refresh_from_db()
    assert there.taken_back_at is not None


def test_a_product_of_another_vaccine_is_refused_and_not_left_out(
    inside: Client, child: Child, first_day: date
) -> None:
    fields = {"vaccine": "BCG", "product": "PCV:PCV20", "given_on": first_day.isoformat()}
    answer = inside.post(f"/handbook/children/{child.reference}/doses/add/", fields)
    assert answer.status_code == 422
    assert "選んだワクチンの製品ではありません" in answer.content.decode()
    assert not Dose.objects.exists()


@pytest.mark.parametrize("form", ["{:%Y/%m/%d}", "{:%Y-%m-%d}", "full"])
def test_a_date_typed_by_hand_is_read(inside: Client, child: Child, first_day: date, form: str) -> None:
    typed = form.format(first_day)
    if form == "full":
        typed = first_day.isoformat().translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789-"})
    inside.post(f"/handbook/children/{child.reference}/doses/add/", {"vaccine": "PCV", "given_on": typed})
    assert Dose.objects.get().given_on == first_day


def test_a_field_that_is_too_long_is_marked(inside: Client, child: Child, first_day: date) -> None:
    fields = {"vaccine": "PCV", "given_on": first_day.isoformat(), "lot": "x" * 41}
    page = inside.post(f"/handbook/children/{child.reference}/doses/add/", fields).content.decode()
    assert 'lot-fault" aria-invalid="true"' in page


def test_nothing_is_said_of_the_law_where_no_law_offers_a_vaccine(inside: Client, child: Child) -> None:
    page = inside.get(f"/handbook/children/{child.reference}/").content.decode()
    mumps = page[page.index("おたふくかぜ") :].split('class="dose-line"')[0].split("出典")[0]
    assert "任意接種" in mumps
    assert "受けられるのは、満1歳から" in mumps
    assert "法律" not in mumps
    assert "定期接種として" not in mumps


@pytest.mark.parametrize(
    ("language", "slip"),
    [
        ("ja", "この日には使われていないワクチンまたは製品"),
        ("ja-x-easy", "使って いない ワクチン"),
        ("en", "was not in use on that day"),
    ],
)
@pytest.mark.parametrize("product", ["PCV13", "PCV20"])
def test_a_product_outside_its_time_is_asked_to_be_looked_up(
    inside: Client, child: Child, first_day: date, settings: Any, language: str, slip: str, product: str
) -> None:
    inside.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    Dose.objects.create(
        child=child, reference="d", vaccine="PCV", product=product, source="family",
        given_on=first_day, recorded_at=timezone.now(),
    )  # fmt: skip
    page = inside.get(f"/handbook/children/{child.reference}/doses/").content.decode()
    assert (slip in re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>|</?ruby>", "", page)) is (product == "PCV13")
