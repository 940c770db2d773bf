"""First page, upload of a ledger, and one ledger."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.tables import Column, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.forms import AllocateForm, LedgerForm
from yakuba.nursery.models import Allocation, Ledger
from yakuba.nursery.services.allocations import TiesNeedSeed, request_allocation
from yakuba.nursery.services.ledgers import UPLOAD_LIMIT, import_ledger
from yakuba.nursery.services.visibility import hidden_from, ledger_lines, mentioned, note_views

STEPS = ["台帳を取り込む", "割り当てる", "結果を確かめる", "承認"]
FAULTS_SHOWN = 100
TIES_SHOWN = 20
WARNINGS_SHOWN = 20


def _ledger_link(ledger: Ledger) -> str:
    return format_html('<a href="{}">{}</a>', reverse("nursery:ledger", args=[ledger.pk]), str(ledger))


def _allocation_link(allocation: Allocation) -> str:
    url = reverse("nursery:allocation", args=[allocation.pk])
    return format_html('<a href="{}">割当{}</a>', url, allocation.pk)


def state_chip(allocation: Allocation) -> str:
    """The state of a run as a chip: never by colour alone."""
    kind, text = _state(allocation)
    return format_html('<span class="chip {}">{}</span>', kind, text)


def _state(allocation: Allocation) -> tuple[str, str]:
    if not allocation.is_finished:
        job = allocation.job
        if job is not None and job.state == "cancelled":
            return "", "取消し"
        if job is None or job.is_final:
            return "chip-bad", "計算できず"
        return "chip-run", "計算中"
    approval = allocation.approval.state if allocation.approval is not None else ""
    if approval == "approved":
        return "chip-ok", "承認済み"
    if approval == "waiting":
        return "chip-ask", "承認待ち"
    if allocation.blocking_families:
        return "chip-ask", f"不成立 {len(allocation.blocking_families)}世帯"
    return "chip-auto", "成立"


LEDGERS = Table(
    label="申込台帳の一覧",
    columns=(
        Column("title", "名称", heading=True, search=True, cell=_ledger_link),
        Column("children", "申込児童", numeric=True),
        Column("seats", "定員", numeric=True),
        Column("runs", "割当", numeric=True),
        Column("imported_by", "取り込んだ人", lookup="imported_by__name", search=True),
        Column("imported_at", "取込日時", cell=lambda row: moment(row.imported_at), wrap=False),
    ),
    default_sort="-imported_at",
    empty_text="台帳はまだありません。「台帳を取り込む」から始めます。",
    exports=False,
)
ALLOCATIONS = Table(
    label="割当の一覧",
    columns=(
        Column("id", "割当", heading=True, cell=_allocation_link),
        Column("ledger", "台帳", lookup="ledger__title", value=lambda row: str(row.ledger)),
        Column("status", "状態", cell=state_chip),
        Column("placed", "内定", numeric=True, sortable=False, value=lambda row: row.figures.get("placed")),
        Column("waiting", "保留", numeric=True, sortable=False, value=lambda row: row.figures.get("waiting")),
        Column("requested_at", "依頼日時", cell=lambda row: moment(row.requested_at), wrap=False),
    ),
    default_sort="-requested_at",
    empty_text="割当はまだありません。台帳を開いて「割り当てる」を押すと始まります。",
    exports=False,
    prefix="a-",
)


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def ledger_new(request: HttpRequest) -> HttpResponse:
    """Upload; every fault is shown with its place, and nothing is kept when there is one."""
    form = LedgerForm(request.POST or None, request.FILES or None)
    faults: list[object] = []
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        if upload.size > UPLOAD_LIMIT:
            form.add_error(
                "file",
                f"{upload.size / 2**20:.1f}MBあります。20MBまでです。不要なシートを除いてください。",
            )
        else:
            try:
                ledger = import_ledger(
                    title=form.cleaned_data["title"],
                    file_name=upload.name,
                    data=upload.read(),
                    by=request.user,
                )
            except BadInput as bad:
                faults = list(bad.faults)
            else:
                messages.success(request, f"「{ledger}」を取り込みました。")
                return redirect("nursery:ledger", ledger.pk)
    failed = bool(faults) or bool(form.errors)
    return render(
        request,
        "nursery/ledger_new.html",
        {
            "form": form,
            "faults": faults[:FAULTS_SHOWN],
            "fault_count": len(faults),
            "steps": STEPS,
        },
        status=422 if failed else 200,
    )


@require_GET
@require("nursery", Role.VIEWER)
def ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """One ledger: what is in it, what to look at, and the start of a run."""
    found = get_object_or_404(Ledger.objects.select_related("imported_by"), pk=pk)
    return _ledger_page(request, found, AllocateForm())


@require_POST
@require("nursery", Role.OFFICER)
def allocate(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a run and show its progress."""
    found = get_object_or_404(Ledger, pk=pk)
    form = AllocateForm(request.POST)
    if not form.is_valid():
        return _ledger_page(request, found, form, status=422)
    try:
        allocation = request_allocation(found, seed=form.cleaned_data["seed"], by=request.user)
    except TiesNeedSeed as error:
        form.add_error("seed", str(error))
        return _ledger_page(request, found, form, status=422)
    return redirect("nursery:allocation", allocation.pk)


def _ledger_page(request: HttpRequest, found: Ledger, form: AllocateForm, status: int = 200) -> HttpResponse:
    runs = found.allocations.select_related("ledger", "job", "approval")
    hidden = hidden_from(request.user)
    warnings, ties = (ledger_lines(found, lines, hidden) for lines in (found.warnings, found.ties))
    note_views(request.user, mentioned([*warnings[:WARNINGS_SHOWN], *ties[:TIES_SHOWN]]))
    return render(
        request,
        "nursery/ledger.html",
        {
            "ledger": found,
            "form": form,
            "steps": STEPS,
            "stats": [
                ("申込児童", f"{found.children:,}", "人", ""),
                ("世帯", f"{found.families:,}", "世帯", ""),
                ("クラス", f"{found.classes:,}", "", ""),
                ("定員", f"{found.seats:,}", "席", "在籍中の転園希望者の席を含む"),
            ],
            "warnings": warnings[:WARNINGS_SHOWN],
            "warnings_more": max(0, len(warnings) - WARNINGS_SHOWN),
            "ties": ties[:TIES_SHOWN],
            "ties_more": max(0, len(ties) - TIES_SHOWN),
            "allocations": ALLOCATIONS.view(runs, request.GET),
            "may_edit": allowed(request.user, "nursery", Role.OFFICER),
        },
        status=status,
    )
