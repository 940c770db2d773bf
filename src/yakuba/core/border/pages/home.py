"""The border of the whole town hall, and the one page a form for a section chief."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yakuba.core.audit.services import record
from yakuba.core.border.domain.bounds import needed
from yakuba.core.border.domain.correction import strict_confidence
from yakuba.core.border.domain.curve import curve
from yakuba.core.border.models import Statement
from yakuba.core.border.overview import Overview, by_form, forms, overview, system_name
from yakuba.core.border.services.certificates import CONFIDENCE, TARGET
from yakuba.core.border.services.statements import statement_of
from yakuba.core.people.permissions import require_sign_in
from yakuba.core.ui.exports import csv_bytes

PERIODS: tuple[tuple[str, str, int], ...] = (("1", "本日", 0), ("30", "30日間", 29), ("365", "1年間", 364))
USUAL = "30"
NEEDS: tuple[tuple[str, float], ...] = (
    ("1種類だけ（95%）", CONFIDENCE),
    ("1種類、やり直しの余裕を取る", strict_confidence(CONFIDENCE, policies=1, attempt=1)),
    ("10種類の帳票", strict_confidence(CONFIDENCE, policies=10, attempt=1)),
    ("20種類の帳票", strict_confidence(CONFIDENCE, policies=20, attempt=1)),
)


def period(request: HttpRequest) -> tuple[str, datetime]:
    """The period asked for (30 days) and the moment it begins."""
    asked = request.GET.get("days") or request.POST.get("days") or USUAL
    days = next((days for key, _, days in PERIODS if key == asked), None)
    if days is None:
        asked, days = USUAL, 29
    day = timezone.localdate() - timedelta(days=days)
    return asked, timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _tabs(asked: str) -> list[tuple[str, str, bool]]:
    return [(f"?days={key}", name, key == asked) for key, name, _ in PERIODS]


@require_safe
@require_sign_in
def home(request: HttpRequest) -> HttpResponseBase:
    """Every kind of decision of every system: what passes, what is checked, and why."""
    asked, since = period(request)
    context: dict[str, Any] = {
        "shown": overview(since),
        "forms": [(system, system_name(system), form) for system, form in forms()],
        "tabs": _tabs(asked),
        "label": "期間",
        "days": asked,
        "period": next(name for key, name, _ in PERIODS if key == asked),
        "now": timezone.localtime(),
        "curve": curve(TARGET, CONFIDENCE),
        "needs": [
            (name, [needed(errors, TARGET, confidence) for errors in (0, 1, 2)]) for name, confidence in NEEDS
        ],
        "target": TARGET,
        "confidence": CONFIDENCE,
    }
    return render(request, "border/home.html", context)


@require_safe
@require_sign_in
def form_page(request: HttpRequest, system: str, form: str) -> HttpResponseBase:
    """One form's tasks with the officers' own words, for a section chief; made to be printed."""
    tasks = by_form(system, form)
    if not tasks:
        raise Http404
    asked, since = period(request)
    shown = overview(since, tasks, with_lines=False)
    statements: list[tuple[str, Statement | None]] = [
        (task.kind, statement_of(system, task.kind)) for task in tasks
    ]
    context = {
        "shown": shown,
        "form": form,
        "system": system,
        "system_name": system_name(system),
        "statements": statements,
        "tabs": _tabs(asked),
        "label": "期間",
        "period": next(name for key, name, _ in PERIODS if key == asked),
        "now": timezone.localtime(),
    }
    return render(request, "border/form.html", context)


HEADS = ("業務", "判断", "版", "AI", "職員", "誤り率の上限", "目標", "根拠", "状態")


@require_POST
@require_sign_in
def export(request: HttpRequest) -> HttpResponseBase:
    """The table as CSV; the export is recorded."""
    asked, since = period(request)
    rows = list(_cells(overview(since)))
    record("border.export", actor=request.user, target="border", detail={"rows": len(rows), "days": asked})
    name = f"border-{timezone.localdate().isoformat()}.csv"
    return HttpResponse(
        csv_bytes([HEADS, *rows]),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _cells(shown: Overview) -> list[tuple[Any, ...]]:
    return [
        (name, row.kind, row.version, row.auto, row.staff, row.bound, row.target, row.basis, row.chip[1])
        for name, rows in shown.groups
        for row in rows
    ]
