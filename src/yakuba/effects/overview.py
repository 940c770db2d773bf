"""The page of effects (事業効果): each system and task with its interval; a loss stays a loss."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require_sign_in
from yakuba.core.systems import all_systems
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Table
from yakuba.core.ui.wording import NOTHING, thousands
from yakuba.effects.labels import system_label, task_label
from yakuba.effects.models import BaselineSample, WorkSession
from yakuba.effects.report import SystemFigures, TaskFigures, figures

MEASURED, REFERENCE, UNMEASURED = "計測済み", "参考値", "未測定"


class PeriodForm(forms.Form):
    """The days to report, both included."""

    since = forms.DateField(label="この日から")
    until = forms.DateField(label="この日まで")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "終わりの日が始まりの日より前です。始まりの日以後にしてください。")
        return cleaned


def fiscal_year_start(day: date) -> date:
    """The first of April on or before a day (年度)."""
    return date(day.year if day.month >= 4 else day.year - 1, 4, 1)


def _amount(value: float | None, digits: int = 1) -> SafeString | str:
    """A figure that may be a loss, drawn as losses are drawn everywhere."""
    if value is None:
        return UNMEASURED
    text = thousands(value, digits)
    if round(value, digits) < 0:
        return format_html('<span class="loss"><span class="sr">損失 </span>{}</span>', text)
    return text


def _interval(low: float | None, high: float | None) -> str:
    return NOTHING if low is None or high is None else f"{thousands(low, 1)}〜{thousands(high, 1)}"


def _standing(reference: bool, *, known: bool) -> str:
    return (REFERENCE if reference else MEASURED) if known else UNMEASURED


def _chip(row: Mapping[str, Any]) -> SafeString:
    css = "chip chip-ok" if row["standing"] == MEASURED else "chip"
    return format_html('<span class="{}">{}</span>', css, row["standing"])


def _task_cell(row: Mapping[str, Any]) -> SafeString:
    return format_html('{}<br><span class="muted small">{}</span>', row["name"], row["system"])


def _system_row(one: SystemFigures) -> dict[str, Any]:
    total = one.total
    return {
        "name": system_label(one.system),
        "measured": one.measured,
        "hours": None if total is None else round(total.hours, 2),
        "low": None if total is None else round(total.low, 2),
        "high": None if total is None else round(total.high, 2),
        "yen": one.yen,
        "standing": _standing(total is not None and total.reference, known=total is not None),
    }


def _task_row(system: SystemFigures, one: TaskFigures) -> dict[str, Any]:
    made = one.saving
    return {
        "system": system_label(system.system),
        "name": task_label(one.task),
        "task": one.task,
        "counted": one.counted,
        "measured": one.measured,
        "samples": one.baseline,
        "now": None if one.median_minutes is None else round(one.median_minutes, 2),
        "before": None if made is None else round(made.baseline_minutes, 2),
        "saved": None if made is None else round(made.saved_minutes, 2),
        "low": None if made is None else round(made.low, 2),
        "high": None if made is None else round(made.high, 2),
        "standing": _standing(one.reference, known=made is not None),
    }


def _column(key: str, label: str, **more: Any) -> Column:
    """A column without sorting: the few rows stand in a fixed order, and the period stays in the address."""
    return Column(key, label, sortable=False, **more)


def _figure(key: str, label: str) -> Column:
    return _column(
        key, label, numeric=True, cell=lambda row: NOTHING if row[key] is None else thousands(row[key], 1)
    )


def _saved(key: str, label: str) -> Column:
    return _column(key, label, numeric=True, cell=lambda row: _amount(row[key]))


INTERVAL = _column(
    "low", "95%の区間", numeric=True, wrap=False, cell=lambda row: _interval(row["low"], row["high"])
)
STANDING = _column("standing", "扱い", wrap=False, cell=_chip)
SYSTEMS = Table(
    label="業務ごとの効果",
    columns=(
        _column("name", "業務", heading=True),
        _column("measured", "計測件数", numeric=True),
        _saved("hours", "減った時間（時間）"),
        INTERVAL,
        _column("yen", "費用（円）", numeric=True),
        STANDING,
    ),
    exports=False,
)
TASKS = Table(
    label="作業ごとの効果",
    columns=(
        _column("name", "作業", heading=True, cell=_task_cell),
        _column("counted", "処理件数", numeric=True),
        _column("measured", "計測件数", numeric=True),
        _column("samples", "導入前の計測", numeric=True),
        _figure("before", "導入前（分）"),
        _figure("now", "今（分）"),
        _saved("saved", "1件の減り（分）"),
        INTERVAL,
        STANDING,
    ),
    exports=False,
    prefix="t-",
    page_size=200,
)
FILE = Table(
    label="作業ごとの効果",
    columns=(
        Column("system", "業務"),
        Column("task", "作業の記号"),
        Column("name", "作業"),
        Column("counted", "処理件数"),
        Column("measured", "計測件数"),
        Column("samples", "導入前の計測の件数"),
        Column("before", "導入前の中央値（分）"),
        Column("now", "今の中央値（分）"),
        Column("saved", "1件の減り（分）"),
        Column("low", "95%の区間の下（分）"),
        Column("high", "95%の区間の上（分）"),
        Column("standing", "扱い"),
    ),
    prefix="t-",
)


@require_safe
@require_sign_in
def home(request: HttpRequest) -> HttpResponseBase:
    """The systems that the person may view (an admin: all), for some days; at first this fiscal year."""
    today = timezone.localdate()
    asked = {"since": fiscal_year_start(today).isoformat(), "until": today.isoformat()}
    form = PeriodForm({name: request.GET.get(name) or day for name, day in asked.items()})
    found: list[SystemFigures] = []
    if form.is_valid():
        period = (form.cleaned_data["since"], form.cleaned_data["until"])
        found = figures(*period, _visible(request.user))
    task_rows = [_task_row(one, task) for one in found for task in one.tasks]
    file = export(FILE.view(task_rows, request.GET), f"effects-{today.isoformat()}")
    if file is not None and form.is_valid():
        return file
    totals = [one.total for one in found if one.total]
    context = {
        "form": form,
        "systems": SYSTEMS.view([_system_row(one) for one in found], request.GET),
        "tasks": TASKS.view(task_rows, request.GET),
        "stats": [
            (
                "減った時間",
                _amount(sum(one.hours for one in totals)) if totals else UNMEASURED,
                "時間" if totals else "",
                REFERENCE if any(one.reference for one in totals) else "",
            ),
            ("計測件数", thousands(sum(one.measured for one in found)), "件", ""),
            ("導入前の計測がない業務", thousands(sum(one.total is None for one in found)), "業務", ""),
        ],
        "found": any(one.measured for one in found),
    }
    return render(request, "effects/home.html", context)


def _visible(user: Any) -> set[str] | None:
    """Keys of the systems whose effects the person may see; None for all."""
    if allowed(user, None, Role.ADMIN):
        return None
    keys = {system.key for system in all_systems()}
    keys |= {
        task.partition(".")[0]
        for model in (WorkSession, BaselineSample)
        for task in model.objects.order_by().values_list("task", flat=True).distinct()
    }
    return {key for key in keys if allowed(user, key, Role.VIEWER)}
