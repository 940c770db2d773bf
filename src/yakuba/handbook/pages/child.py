"""One child: doses with verdicts, what comes next and why, tasks, records; record and correct doses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.actors import actor_names
from yakuba.core.audit.labels import action_label
from yakuba.core.audit.models import AuditEntry
from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.wareki import wareki as written
from yakuba.handbook.domain.outlook import NextDose
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.forms import DoseForm
from yakuba.handbook.models import RegisteredChild, RegisteredDose
from yakuba.handbook.pages.birth_lines import birth_lines
from yakuba.handbook.pages.observation_rows import ObservationRow, observation_rows
from yakuba.handbook.pages.register import STATE_CHIPS, STATES, age_text, with_state
from yakuba.handbook.pages.tasks import task_text, without_hidden
from yakuba.handbook.services import books, doses
from yakuba.handbook.services.books import Active
from yakuba.handbook.services.looking import Judged, look_at
from yakuba.handbook.services.visibility import is_protected, note_views, visible_children
from yakuba.handbook.words import (
    DATES,
    LANGUAGES,
    NO_MORE,
    REASONS,
    SEXES,
    SOURCES,
    STATUS_CHIPS,
    STATUSES,
    dose_title,
    vaccine_title,
)

HISTORY_SHOWN = 30
ORDER = {"overdue": 0, "due": 1, "not_yet": 2, "aged_out": 3, "contraindicated": 4, "complete": 5}


def find_child(request: HttpRequest, pk: int) -> Any:
    """The child, if the person may see it; the view of a protected one is logged."""
    rows = visible_children(request.user, RegisteredChild.objects.all())
    found = get_object_or_404(with_state(rows), pk=pk)
    note_views(request.user, [found.number])
    return found


@dataclass(frozen=True, slots=True)
class DoseRow:
    """One dose as the page shows it."""

    dose: RegisteredDose
    title: str
    chip: str
    verdict: str
    why: str
    sources: tuple[str, ...]
    product: str
    origin: str
    editable: bool
    day: str


def dose_row(one: Judged, book: Rulebook) -> DoseRow:
    """A verdict in the words of staff, with the reason and the rule's sources."""
    dose, line = one.dose, one.line
    number = line.dose if line is not None else None
    title = dose_title(book, dose.vaccine, number)
    sources: tuple[str, ...] = line.source if line is not None else ()
    if not one.counted:
        chip, verdict, why = "", "台帳と同じ接種", ""
    elif one.outside:
        chip, verdict = "chip-ask", "規則の範囲外の可能性"
        why = REASONS.get(one.reason, one.reason)
        if line is not None and line.right_from is not None:
            why += f"。規則のとおりなら、{written(line.right_from, weekday=False)}から"
    elif line is None or line.valid is None:
        chip, verdict, why = "", "判定しない", REASONS.get(one.reason, "")
    else:
        chip, verdict = "chip-ok", "規則のとおり"
        why = "" if one.reason == "within_rules" else REASONS.get(one.reason, one.reason)
    if dose.vaccine not in book.vaccines:
        title, chip, verdict = dose.named or "不明", "chip-ask", "種類の確認が必要"
    return DoseRow(
        dose=dose,
        title=title,
        chip=chip,
        verdict=verdict,
        why=why,
        sources=sources,
        product=dose.product,
        origin=SOURCES.get(dose.source, dose.source),
        editable=dose.source == "office",
        day=written(dose.given_on, weekday=False),
    )


@dataclass(frozen=True, slots=True)
class NextRow:
    """One vaccine's next dose as the page shows it."""

    title: str
    status: str
    chip: str
    legal: str
    recommended: str
    course: str
    why: str
    dates: tuple[tuple[str, str, str], ...]  # name, day, sources
    sources: tuple[str, ...]


def _span(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return "—"
    begin = written(first, weekday=False) if first else ""
    end = written(last, weekday=False) if last else ""
    return format_html('<span class="nobreak">{}〜</span><wbr><span class="nobreak">{}</span>', begin, end)


def next_row(one: NextDose, book: Rulebook) -> NextRow:
    """A forecast in the words of staff: every date with the sources of the rule that set it."""
    days = {name: getattr(one, name) for name in DATES}
    dates = tuple(
        (label, written(days[name], weekday=False), "、".join(one.sources.get(name, one.source)))
        for name, label in DATES.items()
        if days[name] is not None
    )
    why = NO_MORE.get(one.reason, "")
    group = book.groups.get(one.vaccine)
    return NextRow(
        title=dose_title(book, one.vaccine, one.dose, one.label),
        status=STATUSES[one.status],
        chip=STATUS_CHIPS[one.status],
        legal="任意接種" if group is not None and group.optional else _span(one.legal_from, one.legal_until),
        recommended=_span(one.recommended_from, one.recommended_until),
        course=one.course,
        why=why,
        dates=dates,
        sources=one.source,
    )


def cited(rows: Iterable[DoseRow | NextRow | ObservationRow], book: Rulebook) -> list[tuple[str, str, str]]:
    """Id, text and address of every source that the rows name."""
    found = {source for row in rows for source in row.sources}
    for row in rows:
        if isinstance(row, NextRow):
            found |= {one for _, _, names in row.dates for one in names.split("、") if one}
    return [
        (name, book.sources[name].what, book.sources[name].url)
        for name in sorted(found)
        if name in book.sources
    ]


def book_facts(active: Active, on: date) -> dict[str, Any]:
    """The rule book's version and who confirmed it, for every page with dates."""
    signed = active.sign_off()
    holds = signed is not None and signed.holds_on(on)
    return {"title": active.title, "signed": signed, "holds": holds}


@require_GET
@require("handbook", Role.VIEWER)
def child(request: HttpRequest, pk: int) -> HttpResponse:
    """The child's page."""
    found = find_child(request, pk)
    today = timezone.localdate()
    active = books.active()
    seen = look_at(found, active.book, today, explain=True)
    dose_rows = [dose_row(one, active.book) for one in seen.doses]
    nexts = sorted(seen.forecasts, key=lambda one: (ORDER[one.status], one.legal_from or date.max))
    next_rows = [next_row(one, active.book) for one in nexts]
    observed, observed_before = observation_rows(found, seen.moved, active.book)
    record("handbook.child.view", actor=request.user, target=f"handbook.child:{found.pk}")
    may_edit = allowed(request.user, "handbook", Role.OFFICER)
    waiting = without_hidden(found.tasks.filter(closed_at=None), request.user)
    context = {
        "child": found,
        "age": age_text(found.birth, today),
        "sex": SEXES.get(found.sex, ""),
        "language": LANGUAGES.get(found.language, found.language),
        "state": (dict(STATES)[found.state], STATE_CHIPS[found.state]),
        "protected": is_protected(found),
        "doses": dose_rows,
        "taken_back": _taken_back(found, active.book),
        "nexts": next_rows,
        "unsaid": "、".join(vaccine_title(active.book, one) for one in seen.unsaid),
        "observations": observed,
        "observations_back": observed_before,
        "sources": cited([*dose_rows, *next_rows, *observed], active.book),
        "tasks": [(one, task_text(one, active.book)) for one in waiting],
        "births": birth_lines(found, request.user),
        "codes": found.codes.all()[:5],
        "vouchers": found.vouchers.select_related("batch").filter(undone_at=None),
        "book": book_facts(active, today),
        "history": _history(found),
        "may_edit": may_edit,
        "today": today,
    }
    return render(request, "handbook/child.html", context)


def _taken_back(child_row: RegisteredChild, book: Rulebook) -> list[tuple[RegisteredDose, str, bool]]:
    rows = child_row.doses.exclude(taken_back_at=None).order_by("-taken_back_at")
    return [(one, vaccine_title(book, one.vaccine), one.source == "office") for one in rows]


def _history(child_row: RegisteredChild) -> list[tuple[Any, str, str]]:
    """What was done, newest first; looking at the page is not listed."""
    lines = AuditEntry.objects.filter(target=f"handbook.child:{child_row.pk}")
    lines = lines.exclude(action="handbook.child.view").order_by("-sequence")
    shown = list(lines[:HISTORY_SHOWN])
    names = actor_names(one.actor for one in shown)
    return [(one.at, action_label(one.action), names.get(one.actor, one.actor)) for one in shown]


def _form(data: Any, book: Rulebook, initial: Any = None) -> DoseForm:
    vaccines = [(code, vaccine_title(book, code)) for code in book.vaccines]
    return DoseForm(data, vaccines=vaccines, products=products_of(book), initial=initial)


def products_of(book: Rulebook) -> list[tuple[str, str, str]]:
    """Code, vaccine and label of every product that the book tells apart."""
    found: dict[str, str] = {}
    for antigen in book.antigens.values():
        for series in antigen.series:
            for dose in series.doses:
                for use in (*dose.preferable, *dose.allowable):
                    if use.product:
                        found.setdefault(use.product, use.vaccine)
    return [
        (code, vaccine, f"{code}（{vaccine_title(book, vaccine)}）")
        for code, vaccine in sorted(found.items(), key=lambda one: (one[1], one[0]))
    ]


@require_http_methods(["GET", "POST"])
@require("handbook", Role.OFFICER)
def dose_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a dose from a paper."""
    found = find_child(request, pk)
    form = _form(request.POST or None, books.active().book)
    if request.method == "POST" and form.is_valid():
        try:
            doses.record_dose(found, form.facts(), by=request.user)
        except doses.NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "接種を記録しました。誤りのときは、行の「取り消す」で戻せます。")
            return redirect("handbook:child", pk)
    return _dose_page(request, found, form, None)


def _dose(request: HttpRequest, pk: int) -> RegisteredDose:
    dose = get_object_or_404(RegisteredDose.objects.select_related("child"), pk=pk)
    find_child(request, dose.child_id)
    return dose


@require_http_methods(["GET", "POST"])
@require("handbook", Role.OFFICER)
def dose_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a right record in the place of a wrong one."""
    dose = _dose(request, pk)
    initial = {name: getattr(dose, name) for name in ("vaccine", "given_on", "product", "lot", "clinic")}
    form = _form(request.POST or None, books.active().book, initial)
    if request.method == "POST" and form.is_valid():
        try:
            doses.correct_dose(dose, form.facts(), by=request.user)
        except doses.NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "記録を直しました。前の記録は「取り消した記録」に残っています。")
            return redirect("handbook:child", dose.child_id)
    return _dose_page(request, dose.child, form, dose)


def _dose_page(
    request: HttpRequest, found: RegisteredChild, form: DoseForm, dose: RegisteredDose | None
) -> HttpResponse:
    context = {"child": found, "form": form, "dose": dose}
    return render(request, "handbook/dose.html", context, status=422 if form.errors else 200)


@require_POST
@require("handbook", Role.OFFICER)
def dose_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The dose was recorded by mistake."""
    dose = _dose(request, pk)
    try:
        doses.take_back_dose(dose, by=request.user)
    except doses.NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "記録を取り消しました。「取り消した記録」の「戻す」で元に戻せます。")
    return redirect("handbook:child", dose.child_id)


@require_POST
@require("handbook", Role.OFFICER)
def dose_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo of taking back."""
    dose = _dose(request, pk)
    try:
        doses.restore_dose(dose, by=request.user)
    except doses.NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "記録を元に戻しました。")
    return redirect("handbook:child", dose.child_id)
