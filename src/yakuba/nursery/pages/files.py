"""What leaves the product: the record's files, printed tables, exports."""

from __future__ import annotations

import json
from typing import Any, Literal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.core.ui.wareki import wareki
from yakuba.nursery.ledger.export import CannotEncode, Loss, Value, find_losses, to_csv, to_xlsx
from yakuba.nursery.models import Allocation, ChildOutcome
from yakuba.nursery.pages.allocations import find, frame, proof_facts
from yakuba.nursery.printing import (
    Letterhead,
    class_results,
    print_certificate,
    print_classes,
    print_public,
)
from yakuba.nursery.services.public_table import PUBLIC_FIGURES, public_rows
from yakuba.nursery.services.visibility import holds_protected, may_leave, unprotected_children

FILES = ("market", "result", "certificate", "explanations")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOSSES_SHOWN = 50
HEADER = (
    *("受付番号", "世帯番号", "児童氏名", "フリガナ", "年齢", "指数"),
    *("結果", "希望順位", "内定クラス", "内定先"),
)


def letterhead(found: Allocation) -> Letterhead:
    """What stands on top of every printed sheet."""
    return Letterhead(
        town=settings.YAKUBA_CITY,
        round=found.ledger.title,
        issued=wareki(timezone.localdate(), weekday=False),
        office="保育課",
    )


def _finished(pk: int) -> Allocation:
    found = find(pk)
    if not found.is_finished:
        raise Http404("計算が終わっていません。")
    return found


def _note(request: HttpRequest, found: Allocation, what: str) -> None:
    record(
        "nursery.allocation.export",
        actor=request.user,
        target=f"nursery.allocation:{found.pk}",
        detail={"what": what},
    )


def attachment(body: bytes, content_type: str, name: str, *, inline: bool = False) -> HttpResponse:
    """A file answer."""
    how = "inline" if inline else "attachment"
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'{how}; filename="{name}"'}
    )


def refused(request: HttpRequest, found: Allocation, why: str) -> HttpResponse:
    """403 that says why nothing was handed out, and where to go on."""
    return render(request, "nursery/refused.html", {"allocation": found, "why": why}, status=403)


@require_GET
@require("nursery", Role.OFFICER)
def download(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One of the four files of the record, byte for byte."""
    found = _finished(pk)
    if name not in FILES:
        raise Http404("そのファイルはありません。")
    stored = getattr(found, f"{name}_file")
    if stored is None:
        raise Http404("そのファイルはありません。")
    body = read_file(stored)
    if holds_protected(found) and (name != "certificate" or not may_leave(found, body.decode())):
        return refused(
            request,
            found,
            "支援措置の対象が含まれるため、このファイルは書き出せません。"
            "「結果を書き出す」では、対象を除いて書き出せます。",
        )
    _note(request, found, name)
    return attachment(body, stored.content_type, stored.name)


@require_GET
@require("nursery", Role.OFFICER)
def printed(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The table of classes (for the office or for publication) or the certificate, as PDF."""
    found = _finished(pk)
    head = letterhead(found)
    if name in ("classes", "public"):
        body = _printed_classes(found, head, public=name == "public")
    elif name == "certificate":
        body = print_certificate(
            _certificate_sections(found),
            head,
            headline="規則に照らした割当ての結果と、確かめたこと",
            not_checked=["同点の扱いと優先順位そのものの正しさは、この証明の対象ではありません。"],
            missing="mark",
        )
    else:
        raise Http404("その印刷物はありません。")
    _note(request, found, f"print-{name}")
    return attachment(body, "application/pdf", f"{name}-{found.pk}.pdf", inline=True)


def _printed_classes(found: Allocation, head: Letterhead, *, public: bool) -> bytes:
    claims = [json.loads(line) for line in read_file(found.kept_file("explanations")).split(b"\n") if line]
    names = dict(found.class_rows.values_list("class_id", "label"))
    key_name = next((claim["names"] for claim in claims if claim["kind"] == "key_names"), ["指数"])[0]
    if public:
        rows = [[row["label"], *(str(row[key]) for key in PUBLIC_FIGURES)] for row in public_rows(found)]
        return print_public(rows, head, key_name=key_name, missing="mark")
    return print_classes(class_results(claims, names), head, key_name=key_name, missing="mark")


def _certificate_sections(found: Allocation) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        ("確かめたこと", proof_facts(found)),
        (
            "対象",
            [
                ("台帳", str(found.ledger)),
                ("申込児童", f"{found.ledger.children:,}人"),
                ("内定", f"{found.figures.get('placed', 0):,}人"),
                ("保留", f"{found.figures.get('waiting', 0):,}人"),
            ],
        ),
        (
            "指紋（SHA-256）",
            [
                ("台帳", found.ledger.sha256),
                ("市場", found.kept_file("market").sha256),
                ("結果", found.kept_file("result").sha256),
            ],
        ),
    ]


def result_rows(rows: Any) -> list[list[Value]]:
    """Header and one row a child."""
    table: list[list[Value]] = [list(HEADER)]
    for row in rows:
        rank = f"第{row.wish_number}希望" if row.wish_number else ""
        table.append(
            [
                *(row.child_id, row.family_id, row.name, row.kana, row.age, row.first_key),
                *(row.get_outcome_display(), rank, row.class_id, row.class_name),
            ]
        )
    return table


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def export_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Excel or CSV; what Shift_JIS can't hold is listed before anything is written."""
    found = _finished(pk)
    rows = unprotected_children(ChildOutcome.objects.filter(allocation=found))
    form: Literal["xlsx", "utf-8", "cp932", ""] = ""
    losses: list[Loss] = []
    if request.method == "POST":
        table = result_rows(rows)
        form = request.POST.get("form", "")  # type: ignore[assignment]  # any other value falls through
        replace = request.POST.get("replace") == "1"
        try:
            answer = _export(found, table, form, replace=replace)
        except CannotEncode as problem:
            losses = problem.losses
        else:
            if answer is not None:
                _note(request, found, form)
                return answer
    return render(
        request,
        "nursery/export.html",
        {
            **frame(request, found, ""),
            "losses": losses[:LOSSES_SHOWN],
            "loss_count": len(losses),
            "left_out": found.child_rows.count() - rows.count(),
        },
        status=422 if losses else 200,
    )


def _export(found: Allocation, table: list[list[Value]], form: str, *, replace: bool) -> HttpResponse | None:
    name = f"result-{found.pk}"
    if form == "xlsx":
        return attachment(to_xlsx(table), XLSX, f"{name}.xlsx")
    if form == "utf-8":
        return attachment(to_csv(table), "text/csv; charset=utf-8", f"{name}.csv")
    if form == "cp932":
        body = to_csv(table, encoding="cp932", replace_missing=replace)
        return attachment(body, "text/csv; charset=cp932", f"{name}-sjis.csv")
    return None


__all__ = ["download", "export_result", "find_losses", "printed"]
