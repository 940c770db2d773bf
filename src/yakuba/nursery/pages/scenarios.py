"""Scenarios (試算) on a finished result: other seats, another ledger, and who would change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.nursery.models import Allocation, ClassOutcome, Ledger, Scenario
from yakuba.nursery.pages.allocations import find, frame
from yakuba.nursery.pages.changes import ShownDifference
from yakuba.nursery.services.bases import class_labels
from yakuba.nursery.services.scenarios import NoScenario, other_ledgers, request_scenario

MOST_SEATS = 9999
TITLE_LENGTH = 100


def _link(row: Scenario) -> str:
    return format_html('<a href="{}">{}</a>', reverse("nursery:scenario", args=[row.pk]), row.title)


def _state(row: Scenario) -> str:
    if row.finished_at is not None:
        return format_html('<span class="chip chip-ok">{}</span>', "計算済み")
    if row.job is None or row.job.is_final:
        return format_html('<span class="chip chip-bad">{}</span>', "計算できず")
    return format_html('<span class="chip chip-run">{}</span>', "計算中")


def _changed(row: Scenario) -> str:
    parts = []
    if seats := row.changes.get("capacity"):
        parts.append(f"定員 {len(seats)}クラス")
    if row.ledger is not None:
        parts.append(f"台帳 第{row.ledger.number}版")
    return "、".join(parts)


def _count(row: Scenario) -> int | None:
    counts: Mapping[str, int] = row.figures.get("counts", {})
    return counts.get("changed")


SCENARIOS = Table(
    label="試算の一覧",
    columns=(
        Column("title", "名称", heading=True, search=True, cell=_link),
        Column("changes", "変更", sortable=False, value=_changed),
        Column("state", "状態", sortable=False, cell=_state),
        Column("changed", "結果が変わる児童", numeric=True, sortable=False, value=_count),
        Column("requested_by", "依頼した人", lookup="requested_by__name"),
        Column("requested_at", "依頼日時", cell=lambda row: moment(row.requested_at), wrap=False),
    ),
    default_sort="-requested_at",
    empty_text="試算はまだありません。「試算する」から、定員や台帳を変えた結果を確かめられます。",
    exports=False,
)


@require_GET
@require("nursery", Role.VIEWER)
def scenarios(request: HttpRequest, pk: int) -> HttpResponse:
    """The scenarios on a result."""
    found = find(pk)
    if not found.is_finished:
        return redirect("nursery:allocation", pk)
    rows = found.scenarios.select_related("job", "ledger", "requested_by")
    context = {"table": SCENARIOS.view(rows, request.GET), "may_edit": _may_edit(request)}
    return render(request, "nursery/scenarios.html", {**frame(request, found, "scenarios"), **context})


def _may_edit(request: HttpRequest) -> bool:
    return allowed(request.user, "nursery", Role.OFFICER)


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def scenario_new(request: HttpRequest, pk: int) -> HttpResponse:
    """The seats of every class as numbers to change, and the other ledgers of the round."""
    found = find(pk)
    if not found.is_finished:
        return redirect("nursery:allocation", pk)
    classes = list(ClassOutcome.objects.filter(allocation=found).order_by("nursery", "age", "class_id"))
    ledgers = list(other_ledgers(found))
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        capacity = _seats(request, classes, errors)
        ledger = _ledger(request, ledgers, errors)
        title = request.POST.get("title", "").strip()[:TITLE_LENGTH] or _title(found)
        if not errors:
            try:
                made = request_scenario(found, title=title, capacity=capacity, ledger=ledger, by=request.user)
            except NoScenario as error:
                errors.append(("seats", str(error)))
            else:
                return redirect("nursery:scenario", made.pk)
    shown = [(row, request.POST.get(f"seats-{row.class_id}", str(row.capacity))) for row in classes]
    context = {
        "classes": shown,
        "ledgers": ledgers,
        "chosen": request.POST.get("ledger", ""),
        "errors": errors,
        "bad": {name for name, _ in errors},
        "title": request.POST.get("title", _title(found)),
        "title_length": TITLE_LENGTH,
        "most": MOST_SEATS,
    }
    status = 422 if errors else 200
    return render(
        request, "nursery/scenario_new.html", {**frame(request, found, "scenarios"), **context}, status=status
    )


def _title(found: Allocation) -> str:
    return f"試算{found.scenarios.count() + 1}"


def _seats(
    request: HttpRequest, classes: list[ClassOutcome], errors: list[tuple[str, str]]
) -> dict[str, int]:
    """Classes whose number was changed; a number that is none is an error with the class's name."""
    seats = {}
    for row in classes:
        text = request.POST.get(f"seats-{row.class_id}", "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdigit() and int(text[:9]) <= MOST_SEATS):
            told = f"{row.label}：「{text[:20]}」。0から{MOST_SEATS:,}までの整数を入力してください。"
            errors.append((f"seats-{row.class_id}", told))
        elif int(text) != row.capacity:
            seats[row.class_id] = int(text)
    return seats


def _ledger(request: HttpRequest, ledgers: list[Ledger], errors: list[tuple[str, str]]) -> Ledger | None:
    chosen = request.POST.get("ledger", "")
    found = next((one for one in ledgers if str(one.pk) == chosen), None)
    if chosen and found is None:
        errors.append(("ledger", "選べない台帳です。一覧から選び直してください。"))
    return found


@require_GET
@require("nursery", Role.VIEWER)
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it runs, then totals, chains and every child who changes."""
    row = get_object_or_404(Scenario.objects.select_related("job", "ledger"), pk=pk)
    found = find(row.base_id)
    context: dict[str, Any] = {**frame(request, found, "scenarios"), "scenario": row, "job": row.job}
    if row.difference is None:
        return render(request, "nursery/scenario_running.html", context)
    shown = ShownDifference(request, found, json.loads(read_file(row.difference)), class_labels(found))
    table = shown.table()
    answer = export(table, f"scenario-{row.pk}")
    if answer is not None:
        record(
            "nursery.scenario.export",
            actor=request.user,
            target=f"nursery.scenario:{row.pk}",
            detail={"form": table.exporting},
        )
        return answer
    labels = shown.labels.classes
    seats = dict(found.class_rows.values_list("class_id", "capacity"))
    changed = [
        (labels.get(name, name), seats.get(name), number)
        for name, number in row.changes.get("capacity", {}).items()
    ]
    return render(
        request, "nursery/scenario.html", {**context, "shown": shown, "table": table, "changed": changed}
    )
