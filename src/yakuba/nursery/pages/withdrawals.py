"""Withdrawals (辞退・取下げ) of a round."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.nursery.models import ChildOutcome, SelectionRound, Withdrawal
from yakuba.nursery.services.visibility import hidden_from, note_views
from yakuba.nursery.services.withdrawals import NotRecorded, record_withdrawal, undo_withdrawal

SHOWN = 500


class WithdrawalForm(forms.Form):
    """One child who leaves."""

    child_id = forms.CharField(
        label="受付番号",
        max_length=60,
        error_messages={"required": "受付番号がありません。入力してください。"},
    )
    kind = forms.ChoiceField(
        label="種類",
        choices=Withdrawal.Kind.choices,
        widget=forms.RadioSelect,
        help_text="辞退は、あとの選考で減点になる場合があります（利用調整基準によります）。",
        error_messages={"required": "種類が選ばれていません。どちらかを選んでください。"},
    )
    told_on = forms.DateField(
        label="申出日",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": "申出日がありません。入力してください。",
            "invalid": "日付として読めません。例：2026-11-22",
        },
    )
    reason = forms.CharField(
        label="理由（任意）",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="氏名や病名は書かないでください。",
    )


@require_http_methods(["GET", "POST"])
@require("nursery", Role.VIEWER)
def withdrawals(request: HttpRequest, pk: int) -> HttpResponse:
    """Who left the round; the form records one more."""
    selection = get_object_or_404(SelectionRound.objects.select_related("adopted"), pk=pk)
    may_edit = allowed(request.user, "nursery", Role.OFFICER)
    form = WithdrawalForm(
        request.POST if request.method == "POST" else None, initial={"told_on": timezone.localdate()}
    )
    status = 200
    if request.method == "POST":
        if not may_edit:
            return HttpResponse(status=403)
        status = 422
        if form.is_valid() and _recorded(request, selection, form):
            return redirect("nursery:round-withdrawals", pk)
    return render(
        request, "nursery/withdrawals.html", _context(request, selection, form, may_edit), status=status
    )


def _recorded(request: HttpRequest, selection: SelectionRound, form: WithdrawalForm) -> bool:
    given = form.cleaned_data
    child_id = given["child_id"].strip()
    try:
        if child_id in hidden_from(request.user):
            raise NotRecorded(f"受付番号 {child_id}：この選考の結果にありません。番号を確かめてください。")
        found = record_withdrawal(
            selection,
            child_id,
            kind=given["kind"],
            told_on=given["told_on"],
            reason=given["reason"],
            by=request.user,
        )
    except NotRecorded as error:
        form.add_error("child_id", str(error))
        return False
    messages.success(request, f"受付番号 {found.child_id} の{found.get_kind_display()}を記録しました。")
    return True


def _context(
    request: HttpRequest, selection: SelectionRound, form: WithdrawalForm, may_edit: bool
) -> dict[str, Any]:
    hidden = hidden_from(request.user)
    rows = Withdrawal.objects.filter(selection=selection).select_related("recorded_by", "undone_by")
    shown = [row for row in rows[:SHOWN] if row.child_id not in hidden]
    note_views(request.user, [row.child_id for row in shown])
    names: dict[str, ChildOutcome] = {}
    if selection.adopted is not None:
        found = selection.adopted.child_rows.filter(child_id__in=[row.child_id for row in shown])
        names = {row.child_id: row for row in found}
    later = selection.later_rounds.first()
    return {
        "selection": selection,
        "form": form,
        "rows": [(row, names.get(row.child_id)) for row in shown],
        "active": sum(row.undone_at is None for row in shown),
        "later": later,
        "may_edit": may_edit and selection.adopted is not None and later is None,
    }


@require_POST
@require("nursery", Role.OFFICER)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one record back."""
    found = get_object_or_404(
        Withdrawal.objects.select_related("selection").exclude(child_id__in=hidden_from(request.user)), pk=pk
    )
    try:
        undo_withdrawal(found, by=request.user)
        messages.success(request, f"受付番号 {found.child_id} の{found.get_kind_display()}を取り消しました。")
    except NotRecorded as error:
        messages.error(request, str(error))
    return redirect("nursery:round-withdrawals", found.selection_id)
