"""Pages of what leaves a batch, and of the columns of its CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yakuba.core.csv_files import CannotEncode
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.core.people.protected import ReleaseRequired
from yakuba.ocr.domain.form import Kind
from yakuba.ocr.models import Batch, FormVersion
from yakuba.ocr.pages.checking import MOST_ID, find_batch, number_of
from yakuba.ocr.services import exports
from yakuba.ocr.services.definitions import definition_of

LOSSES_SHOWN = 50
KINDS = {
    "csv": ("CSV（UTF-8）", "text/csv; charset=utf-8", "csv"),
    "sjis": ("CSV（Shift_JIS、CP932）", "text/csv; charset=cp932", "csv"),
    "json": ("JSON（読み、確定した値、決めた人）", "application/json", "json"),
    "rows": ("RPAに渡す行（件数と検査値つき）", "application/json", "json"),
    "pdf": ("文字を検索できるPDF", "application/pdf", "pdf"),
}
OF_ONE_VERSION = ("csv", "sjis", "rows")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person chose."""

    kind: str
    version: FormVersion | None
    part: bool
    numbers: bool
    with_protected: bool
    replace: bool


def _asked(request: HttpRequest, versions: list[FormVersion]) -> Asked:
    wanted = number_of(request.POST.get("version"))
    version = next((one for one in versions if one.pk == wanted), versions[0] if versions else None)
    on = {name: request.POST.get(name) == "1" for name in ("part", "numbers", "protected", "replace")}
    return Asked(
        request.POST.get("kind", "csv"),
        version,
        on["part"],
        on["numbers"],
        on["protected"],
        on["replace"],
    )


def versions_of(batch: Batch) -> list[FormVersion]:
    """The form versions that the batch's sheets were read with."""
    rows = FormVersion.objects.filter(pages__batch=batch).select_related("form").distinct()
    return list(rows.order_by("form__name", "version"))


@never_cache
@require_http_methods(["GET", "POST"])
@require("ocr", Role.OFFICER)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what leaves; what CP932 can't hold is listed before anything is written."""
    batch = find_batch(pk)
    versions = versions_of(batch)
    problem, losses = "", []
    asked = _asked(request, versions)
    if request.method == "POST":
        try:
            return _file(request, batch, asked)
        except CannotEncode as found:
            losses = found.losses
        except (exports.ExportError, ReleaseRequired) as found:
            problem = str(found)
    everything = exports.select(batch)
    context = {
        "batch": batch,
        "versions": versions,
        "kinds": [(name, label) for name, (label, _, _) in KINDS.items()],
        "asked": asked,
        "ready": len(everything.pages),
        "waiting": everything.waiting,
        "guarded": everything.guarded,
        "has_numbers": any(_has_number(one) for one in versions),
        "problem": problem,
        "losses": losses[:LOSSES_SHOWN],
        "loss_count": len(losses),
    }
    return render(request, "ocr/export.html", context, status=422 if problem or losses else 200)


def _has_number(version: FormVersion) -> bool:
    return any(one.kind is Kind.MY_NUMBER for one in definition_of(version).fields)


def _file(request: HttpRequest, batch: Batch, asked: Asked) -> HttpResponse:
    if asked.kind not in KINDS:
        raise exports.ExportError("その形式はありません。一覧から選んでください。")
    with transaction.atomic():
        version = asked.version if asked.kind in OF_ONE_VERSION else None
        chosen = exports.select(batch, version=version, with_protected=asked.with_protected)
        exports.require_whole(chosen, part=asked.part)
        released = exports.release_protected(chosen, by=request.user)  # first: a fault would name values
        body = _body(chosen, asked)
        exports.note(chosen, asked.kind, by=request.user, numbers=asked.numbers, released=released)
    _, content_type, ending = KINDS[asked.kind]
    header = content_disposition_header(True, _name(chosen, version, asked.kind, ending))
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": header or ""})


def _name(chosen: exports.Selection, version: FormVersion | None, kind: str, ending: str) -> str:
    parts = [chosen.batch.title]
    if version is not None:
        parts.append(str(version))
    if kind == "rows":
        parts.append("RPA")
    if chosen.partial:
        parts.append(f"確認済み{len(chosen.pages)}枚だけ")
    parts.append(timezone.localdate().isoformat())
    plain = "_".join(parts)
    return "".join("-" if sign in '/\\:*?"<>|' else sign for sign in plain) + f".{ending}"


def _body(chosen: exports.Selection, asked: Asked) -> bytes:
    if asked.kind == "json":
        return exports.json_of(chosen, numbers=asked.numbers)
    if asked.kind == "pdf":
        return exports.pdf_of(chosen)
    if asked.version is None:
        raise exports.ExportError("読み取れた用紙がありません。")
    if asked.kind == "rows":
        return exports.handover_of(chosen, asked.version, numbers=asked.numbers)
    return exports.csv_of(
        chosen,
        asked.version,
        encoding="cp932" if asked.kind == "sjis" else "utf-8-sig",
        replace_missing=asked.replace,
        numbers=asked.numbers,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@require("ocr", Role.OFFICER)
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which columns the CSV of a version has, their order and headings."""
    if not 0 < pk <= MOST_ID:
        raise Http404("その版はありません。")
    version = get_object_or_404(FormVersion.objects.select_related("form"), pk=pk)
    if request.method == "POST":
        try:
            exports.save_columns(version, _columns(request, version), by=request.user)
        except exports.ExportError as found:
            messages.error(request, str(found))
        else:
            messages.success(request, "書き出しの列を保存しました。")
        return redirect("ocr:export-columns", pk=version.pk)
    return render(request, "ocr/export_columns.html", {"version": version, "rows": _column_rows(version)})


def _column_rows(version: FormVersion) -> list[dict[str, Any]]:
    chosen = exports.columns_of(version)
    rows = [{"field": one.field, "title": one.title, "on": True} for one in chosen]
    used = {one.field for one in chosen}
    rows += [
        {"field": one.name, "title": one.title, "on": False}
        for one in definition_of(version).fields
        if one.name not in used
    ]
    titles = {one.name: one.title for one in definition_of(version).fields}
    return [
        {**row, "number": number, "label": titles[str(row["field"])]} for number, row in enumerate(rows, 1)
    ]


def _columns(request: HttpRequest, version: FormVersion) -> list[exports.Column]:
    chosen = []
    for place, field in enumerate(definition_of(version).fields):
        if request.POST.get(f"on-{field.name}") != "1":
            continue
        title = " ".join(request.POST.get(f"title-{field.name}", "").split())[:100] or field.title
        order = number_of(request.POST.get(f"order-{field.name}")) or 10_000
        chosen.append((order, place, exports.Column(field.name, title)))
    return [one for _, _, one in sorted(chosen, key=lambda row: row[:2])]
