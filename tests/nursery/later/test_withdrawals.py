"""Withdrawals of a round: recorded once, undoable, closed by the next round."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.nursery.conftest import signed_in
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people import protected
from yakuba.core.people.models import Assignment, Department, Role, User
from yakuba.nursery.domain.later_round import Leaving
from yakuba.nursery.models import Allocation, SelectionRound, Withdrawal
from yakuba.nursery.services.withdrawals import (
    NotRecorded,
    leaving,
    record_withdrawal,
    undo_withdrawal,
)

TOLD = date(2026, 11, 20)


@pytest.fixture
def selection(result: Allocation, officer: User) -> SelectionRound:
    """A round whose result stands: 7001, 7002 and 7005 placed, 7003 and 7004 waiting."""
    return SelectionRound.objects.create(
        title="令和9年4月入所 一次選考", starts_on=date(2027, 4, 1), adopted=result, created_by=officer
    )


def declined(selection: SelectionRound, child: str, by: User) -> Withdrawal:
    return record_withdrawal(selection, child, kind="declined", told_on=TOLD, reason="", by=by)


def test_a_placed_child_declines_and_a_waiting_one_withdraws(
    selection: SelectionRound, officer: User
) -> None:
    declined(selection, "7001", officer)
    record_withdrawal(selection, "7003", kind="withdrawn", told_on=TOLD, reason="転出", by=officer)
    assert leaving(selection) == Leaving(frozenset({"7001"}), frozenset({"7003"}))
    lines = AuditEntry.objects.filter(action="nursery.withdrawal.record")
    assert [line.detail["kind"] for line in lines.order_by("pk")] == ["declined", "withdrawn"]


@pytest.mark.parametrize(
    ("child", "kind", "told_on", "words"),
    [
        ("7003", "declined", TOLD, "申込みの取下げ"),
        ("7001", "withdrawn", TOLD, "内定の辞退"),
        ("9999", "declined", TOLD, "結果にありません"),
        ("7001", "declined", date(2999, 1, 1), "先の日付"),
    ],
)
def test_what_can_not_be_is_refused(
    selection: SelectionRound, officer: User, child: str, kind: str, told_on: date, words: str
) -> None:
    with pytest.raises(NotRecorded, match=words):
        record_withdrawal(selection, child, kind=kind, told_on=told_on, reason="", by=officer)
    assert not Withdrawal.objects.exists()


def test_a_child_leaves_once_and_may_leave_again_after_an_undo(
    selection: SelectionRound, officer: User, colleague: User
) -> None:
    first = declined(selection, "7001", officer)
    with pytest.raises(NotRecorded, match="すでに記録"):
        declined(selection, "7001", officer)
    undo_withdrawal(first, by=colleague)
    undo_withdrawal(first, by=officer)  # twice is once
    first.refresh_from_db()
    assert first.undone_by == colleague
    assert leaving(selection) == Leaving()
    declined(selection, "7001", officer)
    assert AuditEntry.objects.filter(action="nursery.withdrawal.undo").count() == 1


def test_nothing_is_recorded_before_the_result_stands(selection: SelectionRound, officer: User) -> None:
    selection.adopted = None
    selection.save()
    with pytest.raises(NotRecorded, match="確定していません"):
        declined(selection, "7001", officer)


def test_the_next_round_closes_the_records(selection: SelectionRound, officer: User) -> None:
    row = declined(selection, "7001", officer)
    SelectionRound.objects.create(title="二次", starts_on=date(2027, 4, 1), previous=selection)
    with pytest.raises(NotRecorded, match="次の選考「二次」"):
        declined(selection, "7002", officer)
    with pytest.raises(NotRecorded, match="次の選考「二次」"):
        undo_withdrawal(row, by=officer)


def test_the_page_records_and_undoes(web: Client, selection: SelectionRound) -> None:
    url = reverse("nursery:round-withdrawals", args=[selection.pk])
    assert "辞退・取下げはまだありません" in web.get(url).content.decode()
    sent = {"child_id": "7001", "kind": "declined", "told_on": "2026-11-20", "reason": ""}
    assert web.post(url, sent).status_code == 302
    page = web.get(url).content.decode()
    assert "𠮷田 葵" in page
    assert "令和8年11月20日" in page
    row = Withdrawal.objects.get()
    assert web.post(reverse("nursery:withdrawal-undo", args=[row.pk])).status_code == 302
    assert leaving(selection) == Leaving()
    assert "取消し（前田 律）" in web.get(url).content.decode()


def test_the_page_tells_what_is_wrong_and_keeps_what_was_typed(
    web: Client, selection: SelectionRound
) -> None:
    url = reverse("nursery:round-withdrawals", args=[selection.pk])
    answer = web.post(url, {"child_id": "7003", "kind": "declined", "told_on": "2026-11-20"})
    assert answer.status_code == 422
    assert "内定していません" in answer.content.decode()
    assert 'value="7003"' in answer.content.decode()
    assert web.post(url, {"child_id": "", "kind": "", "told_on": "きのう"}).status_code == 422


def test_a_viewer_reads_and_changes_nothing(selection: SelectionRound, viewer: User, officer: User) -> None:
    row = declined(selection, "7001", officer)
    web = signed_in(viewer)
    url = reverse("nursery:round-withdrawals", args=[selection.pk])
    page = web.get(url).content.decode()
    assert "7001" in page
    assert "取り消す</button>" not in page
    sent = {"child_id": "7002", "kind": "declined", "told_on": "2026-11-20"}
    assert web.post(url, sent).status_code == 403
    assert web.post(reverse("nursery:withdrawal-undo", args=[row.pk])).status_code == 403
    assert leaving(selection) == Leaving(frozenset({"7001"}))


def test_a_protected_child_is_neither_shown_nor_recorded_by_others(
    own_home: None, selection: SelectionRound, officer: User, approver: User, colleague: User
) -> None:
    bureau = Department.objects.create(code="310", name="住民課", systems=["protected"])
    Assignment.objects.create(
        user=approver, department=bureau, role=Role.APPROVER, starts_on=date(2020, 4, 1)
    )
    declined(selection, "7001", officer)
    protected.protect("nursery.child", "7001", officers=[colleague], by=approver)
    protected.protect("nursery.child", "7002", officers=[colleague], by=approver)
    url = reverse("nursery:round-withdrawals", args=[selection.pk])
    others = signed_in(officer)
    assert "7001" not in others.get(url).content.decode()
    sent = {"child_id": "7002", "kind": "declined", "told_on": "2026-11-20"}
    answer = others.post(url, sent)
    assert "この選考の結果にありません" in answer.content.decode()
    row = Withdrawal.objects.get()
    assert others.post(reverse("nursery:withdrawal-undo", args=[row.pk])).status_code == 404
    assert "7001" in signed_in(colleague).get(url).content.decode()
