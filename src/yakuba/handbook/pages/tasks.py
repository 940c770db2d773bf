"""What waits for staff: list, filter, close with an outcome, open again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Case, CharField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.core.ui.wareki import wareki as written
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.forms import CloseForm
from yakuba.handbook.models import RegisteredChild, RegisteredDose, StaffTask
from yakuba.handbook.services import books, tasks
from yakuba.handbook.services.birth_matches import KIND as BIRTH
from yakuba.handbook.services.visibility import hidden_from, note_views
from yakuba.handbook.words import (
    REASONS,
    RESOLVED,
    SHARED,
    TASK_KINDS,
    outcome_text,
    vaccine_title,
)


def visible_tasks(user: Any) -> QuerySet[StaffTask]:
    """Tasks of the children that the person may see."""
    return without_hidden(StaffTask.objects.select_related("child", "closed_by"), user)


def without_hidden(rows: QuerySet[StaffTask], user: Any) -> QuerySet[StaffTask]:
    """The tasks without those that are about a child, or a pregnancy, hidden from the person."""
    hidden = hidden_from(user)
    if not hidden:
        return rows
    pregnancies = RegisteredChild.objects.filter(number__in=hidden, birth=None).values_list("pk", flat=True)
    about = [f"pregnancy:{one}" for one in pregnancies]
    return rows.exclude(child__number__in=hidden).exclude(kind=BIRTH, cause__in=about)


def _day(text: str | None) -> str:
    return written(date.fromisoformat(text), weekday=False) if text else "—"


def task_text(task: StaffTask, book: Rulebook) -> str:
    """What the task is about, in one line without a name."""
    facts = task.detail
    vaccine = vaccine_title(book, facts.get("vaccine", ""))
    given = _day(facts.get("given_on"))
    if task.kind == "dose_outside_rules":
        text = f"{vaccine}（{given}）：{REASONS.get(facts.get('reason', ''), '規則の範囲外の可能性')}"
        right = facts.get("right_from")
        return f"{text}。規則のとおりなら、{_day(right)}から" if right else text
    if task.kind == BIRTH:
        shared = "、".join(SHARED[one] for one in facts.get("reasons", ()))
        return f"{_day(facts.get('birth'))}生まれ。出産予定日{_day(facts.get('due'))}の妊娠届と、{shared}"
    if task.kind == "unknown_vaccine":
        return f"{given}の接種：台帳の名称からワクチンを決められない"
    if task.kind == "register_mismatch":
        if facts.get("what") == "product":
            return f"{vaccine}（{given}）：家庭の記録と台帳で製品が違う"
        return f"{vaccine}：家庭の記録は{given}、台帳は{_day(facts.get('office_on'))}"
    return TASK_KINDS.get(task.kind, task.kind)


def _child(row: StaffTask) -> str:
    return format_html('<a href="{}">{}</a>', reverse("handbook:task", args=[row.pk]), row.child.name)


def _state(row: Any) -> str:
    if row.closed_at is None:
        return format_html('<span class="chip chip-ask">{}</span>', "確認待ち")
    return format_html('<span class="chip chip-ok">{}</span>', outcome_text(row.kind, row.outcome) or "済")


def table_for(book: Rulebook) -> Table:
    """The list; what a task is about needs the rule book's titles."""
    return Table(
        label="職員の確認",
        columns=(
            Column("child__name", "氏名", heading=True, search=True, cell=_child),
            Column("child__number", "宛名番号", search=True, wrap=False),
            Column("kind", "種類", value=lambda row: TASK_KINDS.get(row.kind, row.kind)),
            Column("text", "内容", sortable=False, value=lambda row: task_text(row, book)),
            Column("state", "状態", sortable=False, cell=_state, value=lambda row: row.state),
            Column("opened_at", "発生", cell=lambda row: moment(row.opened_at), wrap=False),
        ),
        filters=(
            Filter("kind", "種類", tuple(TASK_KINDS.items())),
            Filter("state", "状態", (("open", "確認待ち"), ("closed", "終了"))),
        ),
        default_sort="opened_at",
        row_class=lambda row: "is-ask" if row.closed_at is None else "",
        empty_text="確認を待つものはありません。規則の範囲外の可能性がある接種などが見つかると、ここに並びます。",
        exports=False,
    )


@require_GET
@require("handbook", Role.VIEWER)
def task_list(request: HttpRequest) -> HttpResponse:
    """Everything that waits, and what was closed when it is asked for."""
    rows = visible_tasks(request.user).annotate(
        state=Case(
            When(closed_at=None, then=Value("open")), default=Value("closed"), output_field=CharField()
        )
    )
    params = request.GET.copy()
    params.setdefault("state", "open")
    shown = table_for(books.active().book).view(rows, params)
    note_views(request.user, {str(row.cells[1].value) for row in shown.rows})
    return render(request, "handbook/tasks.html", {"table": shown})


def _named(task: StaffTask) -> str:
    """A vaccine that nobody could tell, as the register's file wrote it."""
    if task.kind != "unknown_vaccine":
        return ""
    rows = RegisteredDose.objects.filter(child=task.child_id, reference=task.cause)
    return rows.values_list("named", flat=True).first() or ""


@require_http_methods(["GET", "POST"])
@require("handbook", Role.VIEWER)
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: what the engine found, the rule's source, and the outcome."""
    found = get_object_or_404(visible_tasks(request.user), pk=pk)
    note_views(request.user, [found.child.number])
    book = books.active().book
    may_edit = allowed(request.user, "handbook", Role.OFFICER)
    form = CloseForm(request.POST or None, kind=found.kind)
    if request.method == "POST":
        if not may_edit:
            return HttpResponse(status=403)
        if form.is_valid():
            try:
                tasks.close(
                    found,
                    outcome=form.cleaned_data["outcome"],
                    note=form.cleaned_data["note"],
                    by=request.user,
                )
            except tasks.NotPossible as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "確認を終えました。「確認待ちに戻す」で戻せます。")
                return redirect("handbook:task", pk)
    sources = [
        (one, book.sources[one].what, book.sources[one].url)
        for one in found.detail.get("source", ())
        if one in book.sources
    ]
    following = visible_tasks(request.user).filter(closed_at=None).exclude(pk=pk).first()
    context = {
        "task": found,
        "kind": TASK_KINDS.get(found.kind, found.kind),
        "text": task_text(found, book),
        "outcome": outcome_text(found.kind, found.outcome),
        "named": _named(found),
        "form": form,
        "sources": sources,
        "may_edit": may_edit,
        "may_reopen": may_edit and found.closed_at is not None and found.outcome != RESOLVED,
        "following": following,
        "pregnancy": found.detail.get("pregnancy") if found.kind == BIRTH else None,
    }
    return render(request, "handbook/task.html", context, status=422 if form.errors else 200)


@require_POST
@require("handbook", Role.OFFICER)
def task_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo of closing."""
    found = get_object_or_404(visible_tasks(request.user), pk=pk)
    try:
        tasks.reopen(found, by=request.user)
    except tasks.NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "確認待ちに戻しました。")
    return redirect("handbook:task", pk)
