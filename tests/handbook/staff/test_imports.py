"""Registers are taken in after a look, and an import can be undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.handbook.staff.conftest import (
    CHILD_HEAD,
    DOSE_HEAD,
    born,
    child_row,
    dose_row,
    one,
    table,
    take_children,
    take_doses,
    today,
)
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files.models import StoredFile
from yakuba.core.people.models import User
from yakuba.core.sheets.faults import BadInput
from yakuba.handbook.models import RegisterChange, RegisteredChild, RegisteredDose, RegisterImport
from yakuba.handbook.register.names import UNKNOWN
from yakuba.handbook.services import dose_imports, doses, imports
from yakuba.handbook.services.imports import NotPossible

pytestmark = pytest.mark.django_db


def upload(client: Client, kind: str, data: bytes, **more: str) -> RegisterImport:
    file = SimpleUploadedFile("台帳.csv", data)
    answer = client.post(reverse(f"handbook:{kind}-new"), {"file": file, **more})
    assert answer.status_code == 302, answer.content.decode()
    return RegisterImport.objects.latest("pk")


def test_nothing_changes_before_the_officer_has_looked_and_confirmed(web: Client) -> None:
    held = upload(web, "children", table(CHILD_HEAD, child_row("1", birth=born(days=100)), encoding="cp932"))
    page = reverse("handbook:import", args=[held.pk])
    shown = web.get(page)
    assert "森 凛" in shown.content.decode()
    assert not RegisteredChild.objects.exists()
    web.post(reverse("handbook:import-confirm", args=[held.pk]), {"key": shown.context["key"]})
    child = one("1")
    assert (child.name, child.district, child.postal_code) == ("森 凛", "帆風町", "999-0001")
    held.refresh_from_db()
    assert held.figures == {"new": 1, "changed": 0, "gone": 0, "unchanged": 0}
    assert AuditEntry.objects.filter(action="handbook.register.import").exists()
    assert "この取込みを元に戻す" in web.get(page).content.decode()


def test_a_file_with_faults_leaves_nothing_behind(web: Client) -> None:
    file = SimpleUploadedFile("台帳.csv", table(CHILD_HEAD, child_row("1", birth="2026-02-30")))
    answer = web.post(reverse("handbook:children-new"), {"file": file})
    assert answer.status_code == 422
    assert "ない日付です" in answer.content.decode()
    assert not StoredFile.objects.exists()
    assert not RegisterImport.objects.exists()


def test_a_look_that_has_grown_old_is_not_kept(officer: User) -> None:
    held = imports.receive_children(
        "a.csv", table(CHILD_HEAD, child_row("1", birth=born(days=9))), whole=False, by=officer
    )
    key = imports.key_of(imports.difference(held))
    take_children(child_row("1", birth=born(days=9)), by=officer)
    with pytest.raises(NotPossible, match="古くなりました"):
        imports.confirm_children(held, key=key, by=officer)
    imports.forget(held)
    assert not RegisterImport.objects.filter(pk=held.pk).exists()


def test_a_whole_file_marks_who_is_gone_and_undo_brings_everything_back(officer: User) -> None:
    take_children(child_row("1", birth=born(days=90)), child_row("2", birth=born(days=80)), by=officer)
    second = take_children(
        child_row("1", "森 凜", birth=born(days=90)),
        child_row("3", birth=born(days=1)),
        by=officer,
        whole=True,
    )
    assert (one("1").name, one("2").gone_at is not None) == ("森 凜", True)
    assert set(second.changes.values_list("kind", flat=True)) == {"new", "changed", "gone"}
    assert imports.undo_children(second, by=officer) == {"removed": 1, "kept": 0, "restored": 2}
    assert (one("1").name, one("2").gone_at) == ("森 凛", None)
    assert not RegisteredChild.objects.filter(number="3").exists()
    with pytest.raises(NotPossible):
        imports.undo_children(second, by=officer)


def test_only_the_newest_import_is_undone_and_a_child_with_records_is_kept(officer: User) -> None:
    first = take_children(child_row("1", birth=born(days=90)), by=officer)
    second = take_children(child_row("2", birth=born(days=80)), by=officer)
    with pytest.raises(NotPossible, match="いちばん新しい"):
        imports.undo_children(first, by=officer)
    doses.record_dose(one("2"), doses.DoseFacts("BCG", today()), by=officer)
    assert imports.undo_children(second, by=officer)["kept"] == 1
    assert one("2").gone_at is not None
    assert imports.undo_children(first, by=officer)["removed"] == 1


def test_a_restored_child_has_its_dates_as_before(officer: User) -> None:
    take_children(child_row("1", birth=born(days=90)), by=officer)
    birth = one("1").birth
    change = take_children(child_row("1", birth=born(days=89), 転出日=born(days=1)), by=officer)
    imports.undo_children(change, by=officer)
    assert (one("1").birth, one("1").left_on) == (birth, None)


def test_doses_are_added_once_and_completed_by_a_later_file(officer: User) -> None:
    take_children(child_row("1", birth=born(days=200)), by=officer)
    day = born(days=100)
    take_doses(dose_row("1", "PCV20", day), by=officer)
    again = take_doses(dose_row("1", "小児用肺炎球菌", day, "プレベナー20", "L7", "とうだい医院"), by=officer)
    assert again.figures["changed"] == 1
    dose = RegisteredDose.objects.get()
    assert (dose.lot, dose.clinic, dose.product) == ("L7", "とうだい医院", "PCV20")
    assert take_doses(dose_row("1", "PCV20", day), by=officer).figures["unchanged"] == 1
    newest = RegisterImport.objects.latest("confirmed_at")
    dose_imports.undo_doses(newest, by=officer)
    dose_imports.undo_doses(again, by=officer)
    dose.refresh_from_db()
    assert (dose.lot, dose.taken_back_at) == ("", None)


def test_undo_takes_the_doses_back_but_not_what_was_put_right_by_hand(officer: User) -> None:
    take_children(child_row("1", birth=born(days=200)), by=officer)
    held = take_doses(dose_row("1", "BCG", born(days=40)), dose_row("1", "PCV20", born(days=100)), by=officer)
    bcg = RegisteredDose.objects.get(vaccine="BCG")
    right = doses.correct_dose(bcg, doses.DoseFacts("BCG", today() - timedelta(days=41)), by=officer)
    assert dose_imports.undo_doses(held, by=officer) == {"removed": 1, "kept": 1, "restored": 0}
    standing = RegisteredDose.objects.filter(taken_back_at=None)
    assert list(standing) == [right]


def test_unknown_names_wait_for_an_answer_that_is_remembered(web: Client, officer: User) -> None:
    take_children(child_row("1", birth=born(days=200)), by=officer)
    rows = [dose_row("1", "Pentavalent", born(days=100)), dose_row("1", "謎の注射", born(days=90))]
    held = upload(web, "doses", table(DOSE_HEAD, *rows))
    page = web.get(reverse("handbook:import", args=[held.pk])).content.decode()
    assert "名称の対応" in page
    assert "台帳に反映する" not in page
    with pytest.raises(NotPossible):
        dose_imports.confirm_doses(held, by=officer)
    form = {"name-0": "DPT_IPV_HIB", "text-0": "Pentavalent", "name-1": UNKNOWN, "text-1": "謎の注射"}
    web.post(reverse("handbook:import-names", args=[held.pk]), {**form, "name-2": "BCG", "text-2": "x"})
    web.post(reverse("handbook:import-confirm", args=[held.pk]))
    assert set(RegisteredDose.objects.values_list("vaccine", flat=True)) == {"DPT_IPV_HIB", UNKNOWN}
    assert one("1").tasks.filter(kind="unknown_vaccine").count() == 1
    later = dose_imports.receive_doses("b.csv", table(DOSE_HEAD, *rows), by=officer)
    assert dose_imports.difference(later).unchanged == 2


def test_an_answer_outside_the_rule_book_is_ignored(web: Client, officer: User) -> None:
    take_children(child_row("1", birth=born(days=200)), by=officer)
    held = upload(web, "doses", table(DOSE_HEAD, dose_row("1", "謎", born(days=90))))
    web.post(reverse("handbook:import-names", args=[held.pk]), {"name-0": "NOPE", "text-0": "謎"})
    held.refresh_from_db()
    assert held.names == {}


def test_a_dose_of_another_wards_child_is_counted_and_left_out(officer: User) -> None:
    take_children(child_row("1", birth=born(days=200)), by=officer)
    made = take_doses(dose_row("99", "BCG", born(days=40)), by=officer)
    assert (made.figures["strangers"], RegisteredDose.objects.count()) == (1, 0)


def test_an_import_of_the_other_kind_or_twice_is_refused(officer: User) -> None:
    held = take_children(child_row("1", birth=born(days=200)), by=officer)
    with pytest.raises(NotPossible):
        imports.confirm_children(held, key="", by=officer)
    with pytest.raises(NotPossible):
        dose_imports.confirm_doses(held, by=officer)
    with pytest.raises(NotPossible):
        imports.forget(held)


def test_faults_of_a_dose_file_name_the_row(officer: User) -> None:
    take_children(child_row("1", birth=born(days=10)), by=officer)
    with pytest.raises(BadInput) as caught:
        take_doses(dose_row("1", "BCG", born(days=11)), by=officer)
    assert caught.value.faults[0].row == 2
    assert not RegisterChange.objects.exclude(dose=None).exists()
