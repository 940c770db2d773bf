"""Comparison with a manual result (手作業との照合)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
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
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.nursery.domain.compare_words import CATEGORY_NAMES, CompareWords
from yakuba.nursery.domain.market import BadInput, Fault
from yakuba.nursery.models import Allocation, Comparison
from yakuba.nursery.pages.allocations import find, frame
from yakuba.nursery.services.bases import class_labels
from yakuba.nursery.services.comparisons import compare_with
from yakuba.nursery.services.ledgers import UPLOAD_LIMIT
from yakuba.nursery.services.visibility import (
    HIDDEN_LINE,
    hidden_from,
    mentions,
    note_views,
    protected_ids,
    without_names_of,
)

FAULTS_SHOWN = 100
CATEGORY_CHIPS = {
    "envy": "chip-bad",
    "empty": "chip-bad",
    "capacity": "chip-bad",
    "siblings": "chip-bad",
    "not_wished": "chip-bad",
    "override": "chip-warn",
}


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One child in the table of differences."""

    child_id: str
    category: str
    category_name: str
    ours: str
    manual: str
    why: str
    family_id: str
    url: str


def _child(row: DifferenceRow) -> str:
    return format_html('<a href="{}">{}</a>', row.url, row.child_id)


def _category(row: DifferenceRow) -> str:
    chip = CATEGORY_CHIPS.get(row.category, "")
    return format_html('<span class="chip {}">{}</span>', chip, row.category_name)


DIFFERENCES = Table(
    label="相違の一覧",
    columns=(
        Column("child_id", "受付番号", heading=True, search=True, cell=_child),
        Column("category_name", "相違の種類", cell=_category),
        Column("ours", "この割当", search=True),
        Column("manual", "手作業", search=True),
        Column("why", "説明", sortable=False),
        Column("family_id", "世帯番号", search=True),
    ),
    filters=(Filter("category", "相違の種類", tuple(CATEGORY_NAMES.items())),),
    default_sort="child_id",
    empty_text="相違はありません。手作業の結果と、この割当の結果は一致しています。",
)


def _link(row: Comparison) -> str:
    return format_html('<a href="{}">{}</a>', reverse("nursery:comparison", args=[row.pk]), row.file_name)


COMPARISONS = Table(
    label="照合の一覧",
    columns=(
        Column("file_name", "ファイル", heading=True, cell=_link),
        Column("same", "一致", numeric=True, sortable=False, value=lambda row: row.figures["same"]),
        Column("different", "相違", numeric=True, sortable=False, value=lambda row: row.figures["different"]),
        Column("compared_by", "照合した人", lookup="compared_by__name"),
        Column("compared_at", "照合日時", cell=lambda row: moment(row.compared_at), wrap=False),
    ),
    default_sort="-compared_at",
    empty_text="照合はまだありません。手作業の結果のファイルを選ぶと、児童ごとに比べます。",
    exports=False,
)


@require_http_methods(["GET", "POST"])
@require("nursery", Role.VIEWER)
def comparisons(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload of a manual result, and the comparisons made."""
    found = find(pk)
    if not found.is_finished:
        return redirect("nursery:allocation", pk)
    may_edit = allowed(request.user, "nursery", Role.OFFICER)
    faults: list[Fault] = []
    error = ""
    if request.method == "POST":
        if not may_edit:
            raise PermissionDenied("照合は担当が行います。")
        error, faults, made = _compared(request, found)
        if made is not None:
            figures = made.figures
            messages.success(
                request, f"照合しました。一致 {figures['same']:,}／相違 {figures['different']:,}。"
            )
            return redirect("nursery:comparison", made.pk)
    rows = found.comparisons.select_related("compared_by")
    context = {
        "table": COMPARISONS.view(rows, request.GET),
        "may_edit": may_edit,
        "faults": _hidden_out(faults, hidden_from(request.user))[:FAULTS_SHOWN],
        "fault_count": len(faults),
        "error": error,
    }
    return render(
        request,
        "nursery/comparisons.html",
        {**frame(request, found, "comparisons"), **context},
        status=422 if error or faults else 200,
    )


def _hidden_out(faults: list[Fault], hidden: set[str]) -> list[Fault]:
    return [
        replace(fault, found=HIDDEN_LINE, expected="", advice="") if mentions(str(fault), hidden) else fault
        for fault in faults
    ]


def _compared(request: HttpRequest, found: Allocation) -> tuple[str, list[Fault], Comparison | None]:
    upload = request.FILES.get("file")
    if upload is None:
        return "ファイルが選ばれていません。手作業の結果のファイルを選んでください。", [], None
    if (upload.size or 0) > UPLOAD_LIMIT:
        return "20MBを超えています。不要なシートを除いてください。", [], None
    try:
        name = upload.name or "result"
        return "", [], compare_with(found, file_name=name, data=upload.read(), by=request.user)
    except BadInput as bad:
        return "", list(bad.faults), None


@require_GET
@require("nursery", Role.VIEWER)
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """Counts and every difference with its explanation."""
    row = get_object_or_404(Comparison.objects.select_related("compared_by"), pk=pk)
    found = find(row.allocation_id)
    leaving = bool(request.GET.get("export"))
    out = hidden_from(request.user) | (protected_ids() if leaving else set())
    rows = _rows(found, row, out)
    table = replace(DIFFERENCES, exports=allowed(request.user, "nursery", Role.OFFICER))
    shown = table.view(rows, request.GET)
    answer = export(shown, f"comparison-{row.pk}")
    if answer is not None:
        record(
            "nursery.comparison.export",
            actor=request.user,
            target=f"nursery.comparison:{row.pk}",
            detail={"form": shown.exporting},
        )
        return answer
    note_views(request.user, {one.child_id for one in rows})
    figures = row.figures
    categories = [
        (CATEGORY_NAMES[name], count, name) for name, count in figures["categories"].items() if count
    ]
    context = {
        "comparison": row,
        "table": shown,
        "categories": categories,
        "left_out": len(row.differences) - len(rows),
        "compared": [
            ("照合した児童", f"{figures['children']:,}", "人", ""),
            ("一致", f"{figures['same']:,}", "人", ""),
            ("相違", f"{figures['different']:,}", "人", ""),
            ("ファイルに行のない児童", f"{figures['missing']:,}", "人", "保留（在籍児は継続）とみなす"),
        ],
    }
    return render(request, "nursery/comparison.html", {**frame(request, found, "comparisons"), **context})


def _rows(found: Allocation, row: Comparison, out: set[str]) -> list[DifferenceRow]:
    """The differences as sentences, without children of ``out``, who are not named in others' either."""
    keys: dict[str, Any] = json.loads(read_file(found.kept_file("market"))).get("keys") or {}
    words = CompareWords(class_labels(found), keys.get("names", ()), keys.get("ascending", ()))
    differences = [one for one in row.differences if one["child"] not in out]
    return [
        DifferenceRow(
            child_id=one["child"],
            category=one["category"],
            category_name=CATEGORY_NAMES[one["category"]],
            ours=words.place(one["ours"]),
            manual=words.place(one["manual"]),
            why=words.sentence(one),
            family_id=one["family"],
            url=reverse("nursery:child", args=[found.pk, one["child"]]),
        )
        for one in without_names_of(out, differences)
    ]
