"""The monthly mailing of vouchers: who and why, make, hand out, send, undo, print one again."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.csv_files import CannotEncode
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.core.people.protected import ReleaseRequired
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.core.ui.wareki import wareki as written
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.models import Voucher, VoucherBatch
from yakuba.handbook.pages.child import book_facts
from yakuba.handbook.pages.letters import attachment
from yakuba.handbook.services import books, vouchers
from yakuba.handbook.services.visibility import hidden_from, note_views
from yakuba.handbook.services.vouchers import PDF, NotPossible, Planned
from yakuba.handbook.words import mailing_text, vaccine_title

OUTCOMES = {
    "send": "送る",
    "given": "接種済み",
    "past": "定期の期間を過ぎた",
    "excluded": "対象外（除外の事由）",
    "made": "作成済み",
    "no_rule": "当てはまる規則がない",
    "left": "転出",
    "held": "保留（支援措置）",
}
CHIPS = {"send": "chip-ok", "held": "chip-ask"}
LOSSES_SHOWN = 50


def month_text(month: date) -> str:
    """「令和8年11月」."""
    return written(month, weekday=False).rsplit("月", 1)[0] + "月"


def month_of(text: str) -> date:
    """``2026-11`` as the first day of that month; ``Http404`` for anything else."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
    if found is None:
        raise Http404("その月はありません。")
    return date(int(found[1]), int(found[2]), 1)


def _link(row: VoucherBatch) -> str:
    address = reverse("handbook:voucher-batch", args=[row.pk])
    return format_html('<a href="{}">{}の発送</a>', address, month_text(row.month))


def state_chip(row: VoucherBatch) -> str:
    """The state of a batch as a chip."""
    if row.undone_at is not None:
        css, text = "", "取消し"
    elif row.sent_at is not None:
        css, text = "chip-ok", "発送済み"
    elif row.finished_at is not None:
        css, text = "chip-ask", "発送の前"
    elif row.job is None or row.job.is_final:
        css, text = "chip-bad", "作れず"
    else:
        css, text = "chip-run", "作成中"
    return format_html('<span class="chip {}">{}</span>', css, text)


BATCHES = Table(
    label="発送の一覧",
    columns=(
        Column("month", "発送", heading=True, cell=_link),
        Column("state", "状態", sortable=False, cell=state_chip),
        Column("count", "人数", sortable=False, numeric=True, value=lambda row: row.figures.get("children")),
        Column(
            "sheets", "予診票", sortable=False, numeric=True, value=lambda row: row.figures.get("vouchers")
        ),
        Column("requested_at", "作成", cell=lambda row: moment(row.requested_at)),
        Column("sent_at", "発送", cell=lambda row: moment(row.sent_at)),
    ),
    default_sort="-requested_at",
    empty_text="まだ発送を作っていません。",
    exports=False,
)


@require_GET
@require("handbook", Role.VIEWER)
def voucher_list(request: HttpRequest) -> HttpResponse:
    """The mailings so far, and the months to look at next."""
    today = timezone.localdate()
    months = [_plus(today.replace(day=1), by) for by in range(-1, 4)]
    context = {
        "table": BATCHES.view(VoucherBatch.objects.select_related("job"), request.GET),
        "months": [(f"{one:%Y-%m}", month_text(one), one == today.replace(day=1)) for one in months],
        "overlay": books.active().overlay,
    }
    return render(request, "handbook/vouchers.html", context)


def _plus(month: date, by: int) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 + by, 12)
    return date(year, index + 1, 1)


def _rows(planned: list[Planned], hidden: set[str], book: Rulebook) -> list[dict[str, Any]]:
    rows = []
    for one in planned:
        if one.child.number in hidden:
            continue
        for sheet in one.sheets:
            outcome = "held" if sheet.outcome == "send" and one.protected else sheet.outcome
            rows.append(
                {
                    "number": one.child.number,
                    "pk": one.child.pk,
                    "name": one.child.name,
                    "birth": one.child.birth,
                    "title": sheet.title,
                    "vaccine": vaccine_title(book, sheet.vaccine),
                    "dose": sheet.dose,
                    "outcome": outcome,
                    "day": one.day,
                    "why": _why(one, sheet.outcome),
                }
            )
    return rows


def _why(one: Planned, outcome: str) -> str:
    text = mailing_text(one.rule.months, one.rule.turning)
    return text if outcome == "send" else f"{text}：{OUTCOMES[outcome]}のため送らない"


PLAN = Table(
    label="対象",
    columns=(
        Column(
            "name",
            "氏名",
            heading=True,
            search=True,
            cell=lambda row: format_html(
                '<a href="{}">{}</a>', reverse("handbook:child", args=[row["pk"]]), row["name"]
            ),
        ),
        Column("number", "宛名番号", search=True, wrap=False),
        Column("birth", "生年月日", cell=lambda row: written(row["birth"], weekday=False), wrap=False),
        Column("title", "予防接種", search=True),
        Column("dose", "回", numeric=True),
        Column(
            "outcome",
            "発送",
            value=lambda row: OUTCOMES[row["outcome"]],
            cell=lambda row: format_html(
                '<span class="chip {}">{}</span>', CHIPS.get(row["outcome"], ""), OUTCOMES[row["outcome"]]
            ),
        ),
        Column("why", "理由", sortable=False),
    ),
    filters=(Filter("outcome", "発送", tuple(OUTCOMES.items())),),
    empty_text="この月に発送の時期になる子どもはいません。",
    exports=False,
)


@require_http_methods(["GET", "POST"])
@require("handbook", Role.OFFICER)
def voucher_month(request: HttpRequest, month: str) -> HttpResponse:
    """Who gets what in a month and why; make the batch."""
    first = month_of(month)
    if request.method == "POST":
        try:
            batch = vouchers.request_batch(first, by=request.user)
        except NotPossible as error:
            messages.error(request, str(error))
            return redirect("handbook:voucher-month", month)
        return redirect("handbook:voucher-batch", batch.pk)
    try:
        planned = vouchers.plan(first)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("handbook:vouchers")
    active = books.active()
    hidden = hidden_from(request.user)
    shown = PLAN.view(_rows(planned, hidden, active.book), request.GET)
    note_views(request.user, {str(row.cells[1].value) for row in shown.rows})
    figures = vouchers.figures_of(planned)
    context = {
        "month": month_text(first),
        "key": month,
        "table": shown,
        "figures": figures,
        "not_sent": [(OUTCOMES[name], count) for name, count in figures["not_sent"].items()],
        "kinds": sorted(
            Counter(sheet.title for one in planned if not one.protected for sheet in one.sending).items()
        ),
        "overlay": active.overlay,
        "book": book_facts(active, timezone.localdate()),
        "may_make": any(one.sending for one in planned),
    }
    return render(request, "handbook/voucher_month.html", context)


def _batch(pk: int) -> VoucherBatch:
    rows = VoucherBatch.objects.select_related("job", "pdf", "requested_by", "sent_by", "undone_by")
    return get_object_or_404(rows, pk=pk)


def _unbroken(window: str) -> str:
    """A window on one line or two, never within a date."""
    first, dash, last = window.partition("〜")
    return format_html(
        '<span class="nobreak">{}{}</span><wbr><span class="nobreak">{}</span>', first, dash, last
    )


VOUCHERS = Table(
    label="予診票の一覧",
    columns=(
        Column("number", "予診票番号", heading=True, search=True),
        Column(
            "child__name",
            "氏名",
            search=True,
            wrap=False,
            cell=lambda row: format_html(
                '<a href="{}">{}</a>', reverse("handbook:child", args=[row.child_id]), row.child.name
            ),
        ),
        Column("child__number", "宛名番号", search=True, wrap=False),
        Column("title", "予防接種", search=True),
        Column("dose", "回", numeric=True),
        Column(
            "window",
            "定期の期間",
            sortable=False,
            value=lambda row: vouchers.window_text(row),
            cell=lambda row: _unbroken(vouchers.window_text(row)),
        ),
        Column("page", "ページ", numeric=True),
        Column("printed_again", "再印刷", numeric=True),
        Column(
            "again",
            "1枚の印刷",
            sortable=False,
            value=lambda row: "",
            cell=lambda row: format_html(
                '<a href="{}">開く<span class="sr">（{}）</span></a>',
                reverse("handbook:voucher", args=[row.pk]),
                row.number,
            ),
        ),
    ),
    default_sort="number",
    empty_text="予診票がありません。",
    exports=False,
)


@require_GET
@require("handbook", Role.OFFICER)
def voucher_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress of a making, then its files and the list."""
    return _batch_page(request, _batch(pk))


def _batch_page(request: HttpRequest, found: VoucherBatch, losses: Any = ()) -> HttpResponse:
    context: dict[str, Any] = {
        "batch": found,
        "title": f"{month_text(found.month)}の発送",
        "chip": state_chip(found),
        "stopped": found.finished_at is None and (found.job is None or found.job.is_final),
        "losses": losses[:LOSSES_SHOWN],
        "loss_count": len(losses),
    }
    if found.finished_at is not None:
        hidden = hidden_from(request.user)
        rows = found.vouchers.select_related("child")
        rows = rows.exclude(child__number__in=hidden) if hidden else rows
        shown = VOUCHERS.view(rows.filter(held=False), request.GET)
        held = list(rows.filter(held=True))
        note_views(
            request.user,
            {str(row.cells[2].value) for row in shown.rows} | {one.child.number for one in held},
        )
        context |= {
            "table": shown,
            "held": held,
            "not_sent": [(OUTCOMES[name], count) for name, count in found.figures["not_sent"].items()],
        }
    return render(request, "handbook/voucher_batch.html", context, status=422 if losses else 200)


@require_http_methods(["GET", "POST"])
@require("handbook", Role.OFFICER)
def voucher_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The PDF, or the list for the printing company; what Shift_JIS can't hold is listed first."""
    found = _batch(pk)
    try:
        if form == "pdf":
            return attachment(vouchers.whole_file(found, by=request.user), PDF, f"vouchers-{found.pk}.pdf")
        if form == "csv":
            body = vouchers.table_file(found, encoding="utf-8-sig", by=request.user)
            return attachment(body, "text/csv; charset=utf-8", f"vouchers-{found.pk}.csv")
        if form == "sjis":
            replace = request.POST.get("replace") == "1"
            body = vouchers.table_file(found, encoding="cp932", replace_missing=replace, by=request.user)
            return attachment(body, "text/csv; charset=cp932", f"vouchers-{found.pk}-sjis.csv")
    except CannotEncode as problem:
        return _batch_page(request, found, problem.losses)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("handbook:voucher-batch", pk)
    raise Http404("その形はありません。")


@require_POST
@require("handbook", Role.OFFICER)
def voucher_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """The mailing has left."""
    try:
        vouchers.mark_sent(_batch(pk), by=request.user)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "発送済みにしました。")
    return redirect("handbook:voucher-batch", pk)


@require_POST
@require("handbook", Role.OFFICER)
def voucher_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """As if the batch had not been made."""
    try:
        count = vouchers.undo(_batch(pk), by=request.user)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"作成を取り消しました（{count:,}枚）。同じ月をもう一度作れます。")
    return redirect("handbook:voucher-batch", pk)


def _voucher(request: HttpRequest, pk: int) -> Voucher:
    found = get_object_or_404(Voucher.objects.select_related("child", "batch"), pk=pk)
    if found.child.number in hidden_from(request.user):
        raise Http404("その予診票はありません。")
    note_views(request.user, [found.child.number])
    return found


@require_GET
@require("handbook", Role.OFFICER)
def voucher(request: HttpRequest, pk: int) -> HttpResponse:
    """One voucher."""
    found = _voucher(request, pk)
    context = {
        "voucher": found,
        "window": vouchers.window_text(found),
        "month": month_text(found.batch.month),
    }
    return render(request, "handbook/voucher.html", context)


@require_POST
@require("handbook", Role.OFFICER)
def voucher_print(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet once more."""
    found = _voucher(request, pk)
    try:
        body = vouchers.print_again(found, by=request.user)
    except (NotPossible, ReleaseRequired) as error:
        messages.error(request, str(error))
        return redirect("handbook:voucher", pk)
    return attachment(body, PDF, f"voucher-{found.pk}.pdf", inline=True)
