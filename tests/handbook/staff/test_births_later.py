"""After a hand-over: files that come later, doses of the mother in them, and undo."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.handbook.bookings.conftest import a_slot, an_offer
from tests.handbook.staff.conftest import (
    DUE,
    MOTHER,
    a_booking,
    a_slot_in,
    born,
    child_row,
    contents,
    cross,
    dose_row,
    hand,
    newborn,
    notice,
    one,
    take_children,
    take_doses,
    today,
    verdicts,
)
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import User
from yakuba.core.sheets.faults import BadInput
from yakuba.handbook.models import (
    Birth,
    Booking,
    RegisteredChild,
    RegisteredDose,
    StaffTask,
    WaitingEntry,
)
from yakuba.handbook.pages.births import days_text
from yakuba.handbook.services import births, doses, imports, observations
from yakuba.handbook.services.births import NotPossible
from yakuba.handbook.services.doses import DoseFacts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_home")]

# --- files that come later ----------------------------------------------------------------------------------


def test_later_files_neither_reset_nor_resurrect(handed: Birth, officer: User) -> None:
    reference = one("900").reference
    done = take_children(newborn(住所="汐見区帆風町九丁目9"), by=officer, whole=True)
    assert done.figures == {"new": 0, "changed": 1, "gone": 0, "unchanged": 0}
    done = take_children(notice(), newborn(住所="汐見区帆風町九丁目9"), by=officer)
    assert done.figures["unchanged"] == 2
    done = take_children(notice(due=born(days=DUE - 9)), by=officer)
    assert (done.figures["unchanged"], done.figures["new"]) == (1, 0)
    child = one("900")
    assert (child.reference, child.due) == (reference, today() - timedelta(days=DUE))
    assert one("800").gone_at is not None
    assert RegisteredChild.objects.filter(birth=None, gone_at=None).count() == 0


def test_the_next_pregnancy_of_the_same_mother_is_a_new_one(handed: Birth, officer: User) -> None:
    RegisteredChild.objects.filter(number="900").update(birth=today() - timedelta(days=217))
    due = (today() + timedelta(days=100)).isoformat()
    done = take_children(notice(due=due), by=officer)
    assert done.figures["new"] == 1
    again, before = one("800"), handed.pregnancy
    before.refresh_from_db()
    assert again.pk != before.pk
    assert before.number == f"800/{before.pk}"
    old = take_children(notice(due=born(days=205)), by=officer)  # an old file of the first
    assert old.figures["unchanged"] == 1
    assert "次の妊娠届" in births.why_not_undo(Birth.objects.get())
    assert again.due != today() - timedelta(days=205)


def test_undoing_the_next_pregnancys_file_gives_the_number_back(handed: Birth, officer: User) -> None:
    RegisteredChild.objects.filter(number="900").update(birth=today() - timedelta(days=217))
    done = take_children(notice(due=(today() + timedelta(days=100)).isoformat()), by=officer)
    imports.undo_children(done, by=officer)
    assert one("800").pk == handed.pregnancy_id


def test_a_file_is_not_undone_under_a_hand_over(handed: Birth, officer: User) -> None:
    newest = handed.child.born_of.get()
    assert newest == handed
    from yakuba.handbook.models import RegisterImport

    last = RegisterImport.objects.filter(kind="children").latest("confirmed_at")
    with pytest.raises(imports.NotPossible, match="引継ぎを取り消してから"):
        imports.undo_children(last, by=officer)
    births.undo(handed, by=officer)
    imports.undo_children(last, by=officer)
    assert RegisteredChild.objects.filter(number="900", gone_at=None).count() == 0
    assert not StaffTask.objects.filter(kind="birth_of_pregnancy").exists()


def test_a_child_that_is_still_in_the_womb_in_one_file_and_born_in_the_next_keeps_its_due_date(
    officer: User,
) -> None:
    take_children(notice(), by=officer)
    take_children(child_row("800", "橋本 汐里", born(days=17), **MOTHER), by=officer)
    assert one("800").due == today() - timedelta(days=DUE)


# --- the mother's dose in a register file -------------------------------------------------------------------


def test_a_mothers_dose_under_the_childs_number_is_a_dose_of_the_pregnancy(pair: Any, officer: User) -> None:
    take_doses(dose_row("900", "RSウイルス母子免疫", born(days=70)), by=officer)
    assert verdicts(one("900")) == [("RSV_MATERNAL", None)]  # not judged before the due date is known
    hand(pair, "closed", officer)
    assert ("RSV_MATERNAL", True) in verdicts(one("900"))


@pytest.mark.parametrize(
    ("vaccine", "ago", "says"),
    [("RSウイルス母子免疫", 17 + 302, "母の接種は、妊娠中"), ("小児用肺炎球菌", 60, "以後の日が必要です")],
)
def test_other_doses_before_the_birth_are_faults(
    pair: Any, officer: User, vaccine: str, ago: int, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        take_doses(dose_row("900", vaccine, born(days=ago)), by=officer)


def test_the_form_refuses_a_mothers_dose_outside_the_pregnancy(pair: Any, officer: User) -> None:
    facts = DoseFacts("RSV_MATERNAL", today() - timedelta(days=17 + 302))
    with pytest.raises(doses.NotPossible, match="妊娠中"):
        doses.record_dose(pair[1], facts, by=officer)
    doses.record_dose(pair[1], DoseFacts("RSV_MATERNAL", today() - timedelta(days=60)), by=officer)


def test_rows_of_the_mothers_number_belong_to_the_child_after_the_hand_over(
    handed: Birth, officer: User
) -> None:
    done = take_doses(
        dose_row("800", "RSウイルス母子免疫", born(days=60)),
        dose_row("800", "RSウイルス母子免疫", born(days=50)),
        dose_row("800", "RSウイルス母子免疫", born(days=2)),
        by=officer,
    )
    assert (done.figures["unchanged"], done.figures["new"], done.figures["strangers"]) == (1, 1, 1)
    assert one("900").doses.count() == 2
    assert not one("800").doses.exists()


# --- undo ---------------------------------------------------------------------------------------------------


def snapshot() -> dict[str, Any]:
    rows = RegisteredChild.objects.order_by("pk").values(
        "number", "reference", "birth", "due", "published_at", "released_at", "gone_at"
    )
    return {
        "rows": list(rows),
        "doses": list(RegisteredDose.objects.order_by("pk").values("child", "vaccine", "taken_back_at")),
        "codes": [(code.child_id, code.digest) for code in one("800").codes.all()],
        "tasks": list(StaffTask.objects.order_by("pk").values("child", "kind", "closed_at", "outcome")),
    }


@pytest.mark.parametrize("way", ["taken_over", "closed", "let_go"])
def test_undo_restores_both_rows(pair: Any, officer: User, web: Client, way: str, taken: list[Any]) -> None:
    if way != "closed":
        cross(pair[0], officer)
    if way == "let_go":
        cross(pair[1], officer)
    before = snapshot()
    made = hand(pair, way, officer)
    assert snapshot()["rows"] != before["rows"]
    taken.clear()
    answer = web.post(reverse("handbook:birth-undo", args=[made.pk]), follow=True)
    assert "別の行に戻りました" in answer.content.decode()
    assert snapshot() == before
    assert AuditEntry.objects.filter(action="handbook.birth.undo").count() == 1
    if way == "taken_over":
        told = contents(taken, "handbook.child")[-1]
        assert (told["birth"], told["not_born_on"], told["name"]) == (None, born(days=17), "橋本 渚")
    with pytest.raises(NotPossible, match="取り消されています"):
        births.undo(made, by=officer)
    hand((one("800"), one("900")), way if way != "let_go" else "let_go", officer)  # and once more


def test_undo_ends_with_the_first_record_of_the_child(handed: Birth, officer: User) -> None:
    made = doses.record_dose(one("900"), DoseFacts("HEPB", today() - timedelta(days=2)), by=officer)
    assert "接種か特例" in births.why_not_undo(handed)
    doses.take_back_dose(made, by=officer)
    assert births.why_not_undo(handed) == ""
    noted = observations.record(
        one("900"), observations.ObservationFacts("HBIG_COURSE", today(), "母子健康手帳"), by=officer
    )
    assert "接種か特例" in births.why_not_undo(handed)
    observations.take_back(noted, by=officer)
    cross(one("900"), officer)
    assert "登録コード" in births.why_not_undo(handed)


def test_records_of_the_child_that_crossed_under_the_pregnancy_are_taken_back(
    pair: Any, officer: User, taken: list[Any]
) -> None:
    doses.record_dose(pair[1], DoseFacts("HEPB", today() - timedelta(days=9)), by=officer)
    cross(pair[0], officer)
    made = hand(pair, "taken_over", officer)
    crossed = pair[1].doses.get(vaccine="HEPB").reference
    taken.clear()
    births.undo(made, by=officer)
    assert crossed in [one.reference for one in taken if one.action == "revoke"]
    assert one("900").doses.get().reference != crossed


def test_bookings_at_the_counter_are_settled_first(pair: Any, officer: User, web: Client) -> None:
    cross(pair[0], officer)
    slot = a_slot(an_offer(residents_only=False))
    held = a_booking(slot, pair[1].reference)
    with pytest.raises(NotPossible, match="窓口の予約"):
        births.propose(*pair)
    Booking.objects.filter(pk=held.pk).update(state="cancelled")
    made = hand(pair, "taken_over", officer)
    a_booking(slot, one("900").reference)
    answer = web.post(reverse("handbook:birth-undo", args=[made.pk]), follow=True)
    assert "予約か空き待ちがあります" in answer.content.decode()
    assert one("800").gone_at is not None


def test_bookings_for_pregnant_people_are_named_before_and_stay(
    pair: Any, officer: User, web: Client
) -> None:
    cross(pair[0], officer)
    course = an_offer(
        reference="course", title="ペアで学ぶ出産準備", residents_only=False, audience="pregnancy"
    )
    booked, waited = a_slot_in(3, course), a_slot_in(10, course)
    a_booking(booked, pair[0].reference)
    WaitingEntry.objects.create(
        reference="w",
        slot=waited,
        child_reference=pair[0].reference,
        actor="staff:1",
        joined_at=timezone.now(),
    )
    for_children = an_offer(reference="play", title="親子あそび", residents_only=False)
    past = a_slot_in(-3, course)
    for number, slot in enumerate((a_slot_in(3, for_children), past)):
        Booking.objects.filter(pk=a_booking(slot, f"x{number}").pk).update(child_reference=pair[0].reference)
    address = reverse("handbook:birth-confirm", args=[pair[0].pk, pair[1].pk])
    shown = web.get(address)
    assert shown.context["proposal"].left_booked == [booked, waited]
    assert "妊娠中の方だけが対象の予約・空き待ちが、2件残ります" in shown.content.decode()
    hand(pair, "taken_over", officer)
    assert Booking.objects.filter(state="booked", child_reference=one("900").reference).count() == 3


@pytest.mark.parametrize(
    ("days", "says"), [(0, "予定日と同じ日"), (-12, "予定日の12日前"), (2, "予定日の2日後")]
)
def test_how_far_a_birth_lies_from_the_due_date(days: int, says: str) -> None:
    assert days_text(days) == says
