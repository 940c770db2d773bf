"""What the border learns: labels of blind entries, audits, and decisions to look at again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.ocr import check_desk
from tests.site.browser import make_user
from yakuba.core.border.models import AuditSample, BorderTask, Label, RoutedItem, State, Watch
from yakuba.core.border.services import suspended
from yakuba.ocr.models import Batch, BatchState, FieldValue, ValueState
from yakuba.ocr.pages.check_items import cell, panel
from yakuba.ocr.services.border_names import document_of, ref_of, task_of
from yakuba.ocr.services.checking import decide, undo
from yakuba.ocr.services.definitions import definition_of
from yakuba.ocr.services.outcomes import task_or_none
from yakuba.ocr.services.turns import CheckError
from yakuba.ocr.services.words import reason_text

pytestmark = pytest.mark.django_db


def confirm(value: FieldValue, by: Any, text: str, turn: int) -> FieldValue:
    return decide(value.pk, by=by, act="confirm", text=text, turn=turn)


def test_two_blind_entries_make_a_label_that_says_whether_the_reading_was_right() -> None:
    batch = check_desk.make_batch(2, fields=["paid"], blind=True)
    first, second = make_user("officer"), make_user("officer")
    right, wrong = FieldValue.objects.order_by("page__number")
    for value, text in ((right, right.text), (wrong, "5")):
        confirm(value, first, text, 1)
        assert Label.objects.get(ref=ref_of(value)).correct is None
        assert confirm(value, second, text, 2).state == ValueState.DONE
    labels = {one.ref: one for one in Label.objects.all()}
    assert labels[ref_of(right)].correct is True
    assert labels[ref_of(wrong)].correct is False
    assert labels[ref_of(right)].score == right.confidence
    with pytest.raises(CheckError, match="戻せません"):
        undo(right.pk, by=second)
    assert batch.blind


def test_a_first_blind_entry_can_be_undone_and_corrected() -> None:
    check_desk.make_batch(1, fields=["paid"], blind=True)
    first, second = make_user("officer"), make_user("officer")
    value = FieldValue.objects.get()
    confirm(value, first, "5", 1)
    undo(value.pk, by=first)
    confirm(value, first, value.text, 1)
    confirm(value, second, value.text, 2)
    assert Label.objects.get().correct is True


def test_an_undone_blind_entry_is_in_no_label_whoever_enters_next() -> None:
    check_desk.make_batch(1, fields=["paid"], blind=True)
    hasty, second, third = (make_user("officer") for _ in range(3))
    value = FieldValue.objects.get()
    confirm(value, hasty, value.text, 1)
    undo(value.pk, by=hasty)
    assert not Label.objects.exists()
    confirm(value, second, value.text, 1)
    assert Label.objects.get().correct is None  # the undone entry would have settled it
    confirm(value, third, "5", 2)
    label = Label.objects.get()
    assert (label.first_by, label.second_by, label.correct) == (second, third, None)


def test_an_undone_second_entry_leaves_the_first_alone_in_the_label() -> None:
    check_desk.make_batch(1, fields=["paid"], blind=True)
    first, hasty, third = (make_user("officer") for _ in range(3))
    value = FieldValue.objects.get()
    confirm(value, first, value.text, 1)
    decide(value.pk, by=hasty, act="illegible", turn=2)
    undo(value.pk, by=hasty)
    label = Label.objects.get()
    assert (label.first_by, label.first_correct) == (first, True)
    assert (label.second_by, label.second_correct, label.correct) == (None, None, None)
    confirm(value, third, value.text, 2)
    assert Label.objects.get().correct is True
    assert Label.objects.get().second_by == third


def test_an_escalation_without_a_word_in_a_settled_label_can_be_taken_back() -> None:
    check_desk.make_batch(1, fields=["paid"], blind=True)
    persons = [make_user("officer") for _ in range(3)]
    value = FieldValue.objects.get()
    confirm(value, persons[0], "5", 1)
    confirm(value, persons[1], "6", 2)  # both wrong: the label is settled, the value is not
    decide(value.pk, by=persons[2], act="escalate", turn=3)
    assert undo(value.pk, by=persons[2]).state == ValueState.DIFFERS
    with pytest.raises(CheckError, match="戻せません"):
        undo(value.pk, by=persons[1])
    assert Label.objects.get().correct is False


def test_a_third_person_settles_a_label_that_two_see_differently() -> None:
    check_desk.make_batch(1, fields=["paid"], blind=True)
    persons = [make_user("officer") for _ in range(3)]
    value = FieldValue.objects.get()
    confirm(value, persons[0], value.text, 1)
    confirm(value, persons[1], "5", 2)
    assert Label.objects.get().correct is None
    confirm(value, persons[2], "5", 3)
    assert Label.objects.get().correct is False


def test_two_different_errors_stay_an_error_whatever_the_third_finds() -> None:
    check_desk.make_batch(1, fields=["paid"], blind=True)
    persons = [make_user("officer") for _ in range(3)]
    value = FieldValue.objects.get()
    confirm(value, persons[0], "5", 1)
    confirm(value, persons[1], "6", 2)
    assert confirm(value, persons[2], value.text, 3).final == value.text
    assert Label.objects.get().correct is False


def test_a_blind_field_shows_no_reading_and_the_second_person_nothing_of_the_first() -> None:
    check_desk.make_batch(1, fields=["paid"], blind=True)
    first, second, third = (make_user("officer", name=f"職員 {n}") for n in "甲乙丙")
    value = check_desk.doubt(FieldValue.objects.get(), "5")
    shown = panel(value, first)
    assert (shown.text, shown.candidates, shown.readings, shown.chips) == ("", (), (), ())
    confirm(value, first, "777", 1)
    value = FieldValue.objects.get()
    for who in (first, second):
        seen = str(panel(value, second)) + str(
            cell(value, 1, who, mine=True, current=False, now=value.page.batch.created_at)
        )
        assert "777" not in seen
        assert value.text not in seen
    confirm(value, second, "778", 2)
    third_view = panel(FieldValue.objects.get(), third)
    assert [one.text for one in third_view.candidates] == ["777", "778"]
    assert third_view.chips == ("2人の入力が違う",)
    assert "甲" not in str(third_view.candidates)


def test_sums_tell_nothing_of_the_readings_of_a_blind_batch() -> None:
    check_desk.make_batch(1, fields=["tax_a", "tax_b", "tax_total"], blind=True)
    persons = [make_user("officer") for _ in range(3)]
    total = FieldValue.objects.get(name="tax_total")
    assert confirm(total, persons[0], "999", 1).state == ValueState.ONCE  # no doubt: read were 1000 and 234
    confirm(total, persons[1], "1234", 2)
    assert panel(FieldValue.objects.get(name="tax_total"), persons[2]).clue == ""


@pytest.mark.parametrize("entries", [(), ("5",), ("5", "6"), (None,)])
def test_the_page_of_a_sheet_shows_no_reading_before_its_blind_field_is_settled(
    client: Client, entries: tuple[str | None, ...]
) -> None:
    check_desk.make_batch(1, fields=["paid"], blind=True)
    value = check_desk.doubt(FieldValue.objects.get(), "987650")
    for turn, text in enumerate(entries, 1):
        who, act = make_user("officer"), "confirm" if text else "escalate"
        decide(value.pk, by=who, act=act, text=text or "", turn=turn)  # type: ignore[arg-type]
    client.force_login(make_user("officer"))
    shown = client.get(reverse("ocr:page", args=[value.page_id])).content.decode()
    assert "入力前のため見せません" in shown
    for secret in (value.text, f"{int(value.text):,}", "987,650", reason_text("engines_disagree")):
        assert secret not in shown


def test_marks_of_a_blind_field_are_picked_from_the_form_and_not_from_the_reading() -> None:
    check_desk.make_batch(1, fields=["way"], blind=True)
    value = FieldValue.objects.get()
    value.text = "普通徴収"
    value.candidates = [{"text": "普通徴収", "raw": "", "confidence": 1.0, "source": "v6"}]
    value.save()
    shown = panel(value, make_user("officer"))
    assert [one.text for one in shown.candidates] == ["特別徴収", "普通徴収", ""]
    assert {one.source for one in shown.candidates} == {"選択肢"}
    assert {one.confidence for one in shown.candidates} == {None}
    assert (shown.text, shown.readings) == ("", ())


def audited(value: FieldValue) -> AuditSample:
    """The value as the border leaves one that was drawn for an audit."""
    assert value.page.version is not None
    task = task_of(value, definition_of(value.page.version))
    row = BorderTask.objects.create(
        system=task.system, kind=task.kind, version=task.version, model=task.model, state=State.UNCERTIFIED
    )
    item = RoutedItem.objects.create(
        task=row, ref=ref_of(value), document=document_of(value.page), score=0.9, decision="auto"
    )
    value.decision, value.decided_because = "auto", "無作為の監査"
    value.save()
    return AuditSample.objects.create(item=item, watch=Watch.objects.create(), share=0.05)


@pytest.mark.parametrize(("text", "right"), [(None, True), ("5", False)])
def test_an_audited_value_tells_the_border_what_was_found(text: str | None, right: bool) -> None:
    check_desk.make_batch(1, fields=["paid"])
    user = make_user("officer")
    value = FieldValue.objects.get()
    sample = audited(value)
    assert panel(value, user).chips == ("無作為の監査",)
    confirm(value, user, value.text if text is None else text, 1)
    sample.refresh_from_db()
    assert (sample.correct, sample.by) == (right, user)
    undo(value.pk, by=user)
    confirm(value, user, "6", 1)
    sample.refresh_from_db()
    assert sample.correct is False
    assert sample.watch.audited == 1


def test_an_audited_value_that_nobody_can_read_counts_as_wrong() -> None:
    check_desk.make_batch(1, fields=["paid"])
    sample = audited(FieldValue.objects.get())
    decide(FieldValue.objects.get().pk, by=make_user("officer"), act="illegible", turn=1)
    sample.refresh_from_db()
    assert sample.correct is False


def test_a_stopped_task_sends_what_the_ai_passed_to_people_again() -> None:
    batch = check_desk.make_batch(2, fields=["paid"], state=BatchState.DONE)
    FieldValue.objects.update(state=ValueState.AUTO, decision="auto", final="1")
    first, second = FieldValue.objects.order_by("page__number")
    FieldValue.objects.filter(pk=second.pk).update(state=ValueState.DONE)
    task = task_or_none(first)
    assert task is not None
    suspended.send(sender=BorderTask, task=task, refs=[ref_of(first), ref_of(second), "other:1"])
    first, second = FieldValue.objects.order_by("page__number")
    assert (first.state, first.final) == (ValueState.WAITING, "")
    assert (second.state, second.final) == (ValueState.DONE, "1")  # a person has decided it
    assert Batch.objects.get(pk=batch.pk).state == BatchState.CHECKING
