"""Cohorts and overdue lists (未接種者): counts by vaccine, cohort and district, a chart, lists, exports."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.services import record
from yakuba.core.csv_files import CannotEncode, Encoding, to_csv
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.exports import xlsx_bytes
from yakuba.core.ui.tables import Column, Filter, Table, TableView
from yakuba.core.ui.wareki import wareki as written
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.models import OutlookCount, OutlookRow, OutlookRun
from yakuba.handbook.pages.child import book_facts
from yakuba.handbook.pages.letters import attachment
from yakuba.handbook.services import books, outlooks
from yakuba.handbook.services.visibility import hidden_from, note_views, protected_numbers
from yakuba.handbook.words import SHORT_STATUSES, STATUSES, dose_title, vaccine_title

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DONE = ("complete",)
LOSSES_SHOWN = 50
ORDER = ("complete", "due", "overdue", "aged_out", "not_yet", "contraindicated")


def year_text(year: int) -> str:
    """「令和7年度生まれ」 by the school year of birth."""
    name = written(date(year, 5, 1), weekday=False).split("年")[0]
    return f"{name}年度生まれ"


def _counts(run: OutlookRun, vaccine: str, district: str) -> dict[int, dict[str, int]]:
    rows = OutlookCount.objects.filter(run=run, vaccine=vaccine)
    if district:
        rows = rows.filter(district=district)
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for year, status, children in rows.values_list("school_year", "status", "children"):
        found[year][status] += children
    return found


def coverage(counts: dict[str, int]) -> float | None:
    """The share (percent) of those complete among all whose time has come; None when there is nobody."""
    reached = sum(counts.get(one, 0) for one in ("complete", "due", "overdue", "aged_out"))
    return None if not reached else round(100 * counts.get("complete", 0) / reached, 1)


@require_GET
@require("handbook", Role.VIEWER)
def cohorts(request: HttpRequest) -> HttpResponse:
    """Counts of the newest run; the chart and its table for one vaccine."""
    active = books.active()
    run = outlooks.current()
    context: dict[str, Any] = {
        "run": run,
        "fresh": outlooks.is_fresh(run),
        "running": outlooks.running(),
        "book": book_facts(active, timezone.localdate()),
        "may_edit": allowed(request.user, "handbook", Role.OFFICER),
    }
    if run is not None:
        context |= _cohort_context(request, run, active.book)
    return render(request, "handbook/cohorts.html", context)


def _cohort_context(request: HttpRequest, run: OutlookRun, book: Rulebook) -> dict[str, Any]:
    counted = OutlookCount.objects.filter(run=run)
    vaccines = [code for code in book.groups if counted.filter(vaccine=code).exists()]
    districts = list(
        counted.exclude(district="").order_by("district").values_list("district", flat=True).distinct()
    )
    vaccine = request.GET.get("vaccine", "")
    vaccine = vaccine if vaccine in vaccines else (vaccines[0] if vaccines else "")
    district = request.GET.get("district", "")
    district = district if district in districts else ""
    found = _counts(run, vaccine, district)
    years = sorted((year for year in found if coverage(found[year]) is not None), reverse=True)
    rows = [
        {
            "year": year,
            "text": year_text(year),
            "share": coverage(found[year]),
            "cells": [found[year].get(status, 0) for status in ORDER],
            "total": sum(found[year].values()),
        }
        for year in sorted(found, reverse=True)
    ]
    bars = [
        (year_text(year).removesuffix("生まれ"), coverage(found[year]) or 0.0) for year in reversed(years)
    ]
    overdue = OutlookRow.objects.filter(run=run, status="overdue").count()
    return {
        "vaccines": [(code, vaccine_title(book, code)) for code in vaccines],
        "vaccine": vaccine,
        "vaccine_title": vaccine_title(book, vaccine) if vaccine else "",
        "districts": districts,
        "district": district,
        "rows": rows,
        "heads": [SHORT_STATUSES[one] for one in ORDER],
        "bars": bars,
        "finding": _finding(vaccine_title(book, vaccine) if vaccine else "", bars),
        "overdue": overdue,
    }


def _finding(title: str, bars: list[tuple[str, float]]) -> str:
    if not bars:
        return f"{title}の完了の割合。時期になった子どもはいません。"
    parts = "、".join(f"{year}生まれ {share:g}％" for year, share in bars)
    return f"{title}の完了の割合。{parts}。"


@require_POST
@require("handbook", Role.OFFICER)
def cohorts_run(request: HttpRequest) -> HttpResponse:
    """Judge the whole register anew."""
    outlooks.request_run(by=request.user)
    return redirect("handbook:cohorts")


def _name(row: OutlookRow) -> str:
    return format_html('<a href="{}">{}</a>', reverse("handbook:child", args=[row.child_id]), row.child.name)


def _day(value: Any) -> str:
    return written(value, weekday=False) if value else "—"


def overdue_table(run: OutlookRun, book: Rulebook) -> Table:
    """The list with the filters that the run calls for."""
    rows = OutlookRow.objects.filter(run=run)
    vaccines = [code for code in book.groups if rows.filter(vaccine=code).exists()]
    doses = sorted({one for one in rows.values_list("dose", flat=True).distinct() if one})
    years = sorted(set(rows.values_list("school_year", flat=True).distinct()), reverse=True)
    districts = (
        rows.exclude(child__district="").order_by("child__district").values_list("child__district", flat=True)
    )
    return Table(
        label="未接種者の一覧",
        columns=(
            Column("child__name", "氏名", heading=True, search=True, cell=_name),
            Column("child__number", "宛名番号", search=True, wrap=False),
            Column("child__kana", "フリガナ", search=True),
            Column("child__birth", "生年月日", cell=lambda row: _day(row.child.birth), wrap=False),
            Column("child__district", "地区"),
            Column(
                "vaccine", "次の接種", value=lambda row: dose_title(book, row.vaccine, row.dose, row.label)
            ),
            Column(
                "status",
                "状態",
                value=lambda row: STATUSES[row.status],
                cell=lambda row: format_html(
                    '<span class="chip {}">{}</span>',
                    "chip-warn" if row.status == "overdue" else "chip-run",
                    SHORT_STATUSES[row.status],
                ),
                wrap=False,
            ),
            Column("overdue_on", "遅れの始まり", cell=lambda row: _day(row.overdue_on), wrap=False),
            Column("legal_until", "定期の期限", cell=lambda row: _day(row.legal_until), wrap=False),
        ),
        filters=(
            Filter("status", "状態", (("overdue", STATUSES["overdue"]), ("due", STATUSES["due"]))),
            Filter("vaccine", "ワクチン", [(one, vaccine_title(book, one)) for one in vaccines]),
            Filter("dose", "回", [(str(one), f"{one}回目") for one in doses]),
            Filter("school_year", "学年", [(str(one), year_text(one)) for one in years if one]),
            Filter(
                "district",
                "地区",
                [(one, one) for one in dict.fromkeys(districts)],
                lookup="child__district",
            ),
        ),
        default_sort="legal_until",
        empty_text="当てはまる子どもはいません。",
        exports=False,
    )


def _shown(request: HttpRequest, run: OutlookRun, hidden: set[str]) -> TableView:
    rows = OutlookRow.objects.filter(run=run).select_related("child")
    rows = rows.exclude(child__number__in=hidden) if hidden else rows
    born = {
        "child__birth__gte": request.GET.get("born_from", ""),
        "child__birth__lte": request.GET.get("born_until", ""),
    }
    for lookup, text in born.items():
        if day := _iso(text):
            rows = rows.filter(**{lookup: day})
    params = request.GET.copy()
    params.setdefault("status", "overdue")
    table = overdue_table(run, books.active().book)
    if request.GET.get("print"):
        table = replace(table, page_size=5000)
    return table.view(rows, params)


def _iso(text: str) -> Any:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_GET
@require("handbook", Role.VIEWER)
def overdue(request: HttpRequest) -> HttpResponse:
    """Children whose next dose is late (or can be given now), as the filters say."""
    run = outlooks.current()
    if run is None:
        return redirect("handbook:cohorts")
    shown = _shown(request, run, hidden_from(request.user))
    note_views(request.user, {str(row.cells[1].value) for row in shown.rows})
    context = {
        "run": run,
        "fresh": outlooks.is_fresh(run),
        "table": shown,
        "born_from": request.GET.get("born_from", ""),
        "born_until": request.GET.get("born_until", ""),
        "query": request.GET.urlencode(),
        "book": book_facts(books.active(), timezone.localdate()),
        "may_edit": allowed(request.user, "handbook", Role.OFFICER),
        "printing": bool(request.GET.get("print")),
    }
    return render(request, "handbook/overdue.html", context)


@require_http_methods(["GET", "POST"])
@require("handbook", Role.OFFICER)
def overdue_export(request: HttpRequest) -> HttpResponse:
    """The narrowed list as a file, without protected children; what Shift_JIS can't hold is listed first."""
    run = outlooks.current()
    if run is None:
        return redirect("handbook:cohorts")
    shown = _shown(request, run, protected_numbers())
    form = request.POST.get("form", "")
    losses: Any = []
    if request.method == "POST":
        table = [[_text(cell) for cell in row] for row in shown.export_rows()]
        try:
            answer = _file(table, form, replace_missing=request.POST.get("replace") == "1")
        except CannotEncode as problem:
            losses = problem.losses
        else:
            if answer is not None:
                record(
                    "handbook.outlook.export",
                    actor=request.user,
                    target=f"handbook.outlook:{run.pk}",
                    detail={"form": form, "rows": len(table) - 1},
                )
                return answer
            messages.error(request, "形が選ばれていません。選んでください。")
    context = {
        "run": run,
        "total": shown.total,
        "query": request.GET.urlencode(),
        "losses": losses[:LOSSES_SHOWN],
        "loss_count": len(losses),
    }
    return render(request, "handbook/overdue_export.html", context, status=422 if losses else 200)


def _text(value: Any) -> str:
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def _file(table: list[list[str]], form: str, *, replace_missing: bool) -> HttpResponse | None:
    if form == "xlsx":
        return attachment(xlsx_bytes(table, "未接種者"), XLSX, "overdue.xlsx")
    if form in ("utf-8", "cp932"):
        encoding: Encoding = "cp932" if form == "cp932" else "utf-8-sig"
        body = to_csv(table, encoding=encoding, replace_missing=replace_missing)
        return attachment(body, f"text/csv; charset={form}", f"overdue-{form}.csv")
    return None
