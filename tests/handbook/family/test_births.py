"""From «a baby to be born» to the named child, through the real exchange: nothing of the family is lost."""

from __future__ import annotations

import html
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.handbook.family.conftest import account, guard, signed_in
from tests.handbook.family.test_plans import adopted
from tests.handbook.family.test_reminders import sign_rulebook, standing
from tests.handbook.staff.conftest import (
    born,
    child_row,
    dose_row,
    one,
    take_children,
    take_doses,
    today,
)
from yakuba.handbook.models import Birth, Child, Dose, FamilyAccount, Guardian, RegisteredChild
from yakuba.handbook.services import births, codes, publishing, reminders
from yakuba.handbook.services.families import children, doses, entry, joining, rules
from yakuba.handbook.services.families.errors import Gone
from yakuba.handbook.services.families.outlooks import view_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

MOTHER = {"保護者": "橋本 渚", "住所": "汐見区月待浜三丁目5", "郵便番号": "999-0008"}


def letter(row: RegisteredChild, account: FamilyAccount | None = None) -> entry.Entered:
    """A letter for a row, and the family that types its code in."""
    drawn = codes.draw([row])
    codes.keep(drawn, by=None)
    publishing.hand_over(None)
    day = row.birth or row.due
    return entry.enter_by_code(drawn[row.pk], day, "192.0.2.1", timezone.now(), account=account)


def notice(due: date) -> list[str]:
    return child_row("800", "橋本 渚", "", **{**MOTHER, "性別": "", "出産予定日": due.isoformat()})


def newborn(days: int = 3, number: str = "900", name: str = "橋本 汐里") -> list[str]:
    return child_row(number, name, born(days=days), **MOTHER)


@pytest.fixture
def due() -> date:
    return today() + timedelta(days=20)  # the mother is in her 38th week


@pytest.fixture
def mother(due: date) -> FamilyAccount:
    """She follows her pregnancy: the office knows of her dose."""
    take_children(notice(due))
    take_doses(dose_row("800", "RSウイルス母子免疫", (due - timedelta(days=50)).isoformat()))
    return letter(one("800")).account


def hand(how: str = "taken_over") -> Birth:
    return births.link(one("800"), one("900"), how=how, by=None)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def test_the_page_goes_from_a_baby_to_be_born_to_the_named_child(mother: FamilyAccount, due: date) -> None:
    browser = signed_in(mother)
    reference = Child.objects.get().reference
    page = f"/handbook/children/{reference}/"
    before = text(browser, page)
    assert "橋本 渚" in before  # the notice of pregnancy names the mother
    assert "妊娠37週" in before
    father = account("父")
    guard(father, Child.objects.get(), "reader")
    take_children(newborn())
    hand()
    child = Child.objects.get()
    assert (child.reference, child.name, child.birth, child.due) == (
        reference, "橋本 汐里", today() - timedelta(days=3), due,
    )  # fmt: skip
    assert set(child.guardians.filter(ended_at=None).values_list("account", flat=True)) == {
        mother.pk, father.pk,
    }  # fmt: skip
    after = text(browser, page)
    assert "橋本 汐里" in after
    assert "橋本 渚" not in after
    view = view_of(child, rules.in_use(), today())
    (given,) = view.recorded
    assert given.line is not None
    assert (given.dose.vaccine, given.line.valid) == ("RSV_MATERNAL", True)
    assert {one.vaccine for one in view.forecasts if one.status in ("due", "not_yet")} >= {"HEPB", "PCV"}
    assert "RSウイルス" in text(browser, page + "doses/")
    assert text(signed_in(father), page)


def test_the_mothers_reminders_end_and_the_childs_begin(due: date, now: datetime) -> None:
    sign_rulebook()
    due = today() + timedelta(weeks=9)  # her 31st week: the dose is still to come
    take_children(notice(due))
    mother = letter(one("800")).account
    child = Child.objects.get()
    adopted(child, mother, now)
    planned = [shot["vaccine"] for visit in child.planned_visits.all() for shot in visit.shots]
    assert planned == ["RSV_MATERNAL"]
    assert len(standing(mother, reminders.VISIT)) == 1
    take_children(newborn())
    hand()
    child.refresh_from_db()
    assert not child.planned_visits.exists()
    assert standing(mother, reminders.VISIT) == []
    adopted(child, mother, now)
    visits = standing(mother, reminders.VISIT)
    assert len(visits) >= 5
    assert all(child.reference in one.key for one in visits)
    take_children(newborn())  # the register once more
    assert len(standing(mother, reminders.VISIT)) == len(visits)
    assert RegisteredChild.objects.filter(gone_at=None).count() == 1


def test_a_birth_that_the_family_tells_ends_the_mothers_plan_too(now: datetime) -> None:
    sign_rulebook()
    take_children(notice(today() + timedelta(weeks=9)))
    mother = letter(one("800")).account
    child = Child.objects.get()
    adopted(child, mother, now)
    assert standing(mother, reminders.VISIT)
    children.born(child, today(), "しおり", "F", today())
    assert standing(mother, reminders.VISIT) == []
    take_children(newborn(0))
    hand()
    child.refresh_from_db()
    assert (child.name, child.birth) == ("しおり", today())  # as the family calls it


def test_an_unused_letter_of_the_pregnancy_opens_the_child_by_its_birth_date(due: date) -> None:
    take_children(notice(due))
    drawn = codes.draw([one("800")])
    codes.keep(drawn, by=None)
    publishing.hand_over(None)
    code = next(iter(drawn.values()))
    take_children(newborn())
    hand()
    birth = one("900").birth
    found = entry.enter_by_code(code, birth, "192.0.2.1", timezone.now())
    assert found.child.name == "橋本 汐里"
    with pytest.raises(Gone):
        entry.enter_by_code(code, birth, "192.0.2.1", timezone.now())


def test_what_the_family_records_afterwards_stands_at_the_office_under_the_child(
    mother: FamilyAccount, now: datetime
) -> None:
    take_children(newborn(70))
    take_children(notice(today() - timedelta(days=60)))
    hand()
    child = Child.objects.get()
    doses.record(child, doses.Entry("PCV", "PCV20", today()), rules.in_use(), mother, now)
    from yakuba.core.exchange import Lane, sending

    sending.send(Lane.STAFF)
    assert {(row.vaccine, row.source) for row in one("900").doses.all()} == {
        ("RSV_MATERNAL", "office"), ("PCV", "family"),
    }  # fmt: skip
    assert "取り消せません" in births.why_not_undo(Birth.objects.get())


def test_undo_brings_the_pregnancy_back_to_the_family(mother: FamilyAccount, now: datetime) -> None:
    take_children(newborn())
    made = hand()
    child = Child.objects.get()
    adopted(child, mother, now)
    assert child.planned_visits.exists()
    births.undo(made, by=None)
    child.refresh_from_db()
    assert (child.birth, child.name, child.sex, child.ended_at) == (None, "橋本 渚", "", None)
    assert not child.planned_visits.exists()
    assert standing(mother, reminders.VISIT) == []
    assert list(child.doses.filter(taken_back_at=None).values_list("vaccine", flat=True)) == ["RSV_MATERNAL"]
    assert Guardian.objects.filter(account=mother, child=child, ended_at=None).exists()
    assert view_of(child, rules.in_use(), today()).recorded[0].line.valid is True  # type: ignore[union-attr]
    other = letter(one("900")).child  # and the child has an entry of its own now
    assert other.pk != child.pk
    assert other.name == "橋本 汐里"


def test_a_family_with_both_letters_puts_them_together_itself(mother: FamilyAccount, now: datetime) -> None:
    take_children(newborn())
    own = Child.objects.get()
    Child.objects.filter(pk=own.pk).update(name="おなかの子")
    father = letter(one("900")).account
    hand("let_go")
    own.refresh_from_db()
    assert not own.from_register
    assert not own.doses.filter(taken_back_at=None).exists()
    child = Child.objects.exclude(pk=own.pk).get()
    assert list(child.doses.filter(taken_back_at=None).values_list("vaccine", flat=True)) == ["RSV_MATERNAL"]
    assert not Guardian.objects.filter(account=mother, child=child).exists()  # nobody is let in by a guess
    assert not Guardian.objects.filter(account=father, child=own).exists()
    guard(mother, child)
    page = text(signed_in(mother), f"/handbook/children/{child.reference}/")
    assert "同じお子さんですか" in page
    joining.join(mother, child, own.reference)
    assert Child.objects.get() == child
    assert Dose.objects.filter(taken_back_at=None).count() == 1
    births.undo(Birth.objects.get(), by=None)  # two rows again; the new one is empty
    assert {row.birth is None for row in Child.objects.all()} == {True, False}


def test_a_pregnancy_that_the_family_entered_itself_is_offered_for_joining(due: date, now: datetime) -> None:
    adult = account("みなと")
    children.add(adult, "おなかの子", None, due, "", now)
    take_children(newborn())
    child = letter(one("900"), adult).child
    (same,) = joining.twin_entries(adult, child)
    joining.join(adult, child, same.reference)
    child.refresh_from_db()
    assert child.due == due


def test_a_protected_child_is_closed_for_those_who_followed_the_pregnancy(mother: FamilyAccount) -> None:
    take_children(newborn())
    RegisteredChild.objects.filter(number="900").update(flagged=True)
    hand()
    child = Child.objects.get()
    assert child.sharing_closed
    assert "橋本 汐里" not in child.name
    assert not Guardian.objects.filter(ended_at=None).exists()


def test_the_same_item_again_changes_nothing(mother: FamilyAccount, now: datetime) -> None:
    take_children(newborn())
    hand()
    child = Child.objects.get()
    adopted(child, mother, now)
    before = list(child.planned_visits.values())
    publishing.put_everything([one("900")])
    publishing.hand_over(None)
    assert list(child.planned_visits.values()) == before
    assert Child.objects.count() == 1
    assert _doses() == [("RSV_MATERNAL", None)]


def _doses() -> list[Any]:
    return list(Dose.objects.values_list("vaccine", "taken_back_at"))
