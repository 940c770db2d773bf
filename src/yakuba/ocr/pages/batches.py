"""Batches: take scans in, watch them being read, deal with pages that could not be read, delete."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.ocr.entry import BatchForm, incoming
from yakuba.ocr.models import Batch, Page, PageState
from yakuba.ocr.pages import links
from yakuba.ocr.pages.home import state_chip
from yakuba.ocr.services import batches
from yakuba.ocr.services.batches import STUCK_PAGES
from yakuba.ocr.services.expiring import announced
from yakuba.ocr.services.forms import active_versions
from yakuba.ocr.services.intake import IntakeRefused, Wanted, read_again, take_in
from yakuba.ocr.services.visibility import hidden_numbers

PAGES_SHOWN = 60
PAGE_CHIPS = {
    PageState.WAITING: "chip-wait",
    PageState.READ: "chip-ok",
    PageState.UNSORTABLE: "chip-ask",
    PageState.REFUSED: "chip-ask",
    PageState.RESCAN: "chip-ask",
}
VIEWS = (("", "すべて"), ("stuck", "読めないページ"), ("read", "読取り済み"), ("waiting", "読取り待ち"))


@require_http_methods(["GET", "POST"])
@require("ocr", Role.OFFICER)
def batch_new(request: HttpRequest) -> HttpResponse:
    """Upload; every fault is shown, and nothing is kept when there is one."""
    versions = active_versions()
    initial = {"version": request.GET.get("version", ""), "scanner": _last_scanner(request)}
    form = BatchForm(request.POST or None, request.FILES or None, versions=versions, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            batch = take_in(*_asked(form), by=request.user)
        except IntakeRefused as refused:
            for problem in refused.problems:
                form.add_error("scans", problem)
        else:
            messages.success(
                request, f"「{batch}」を受け付けました。{batch.pages.count():,}ページを読みます。"
            )
            return redirect("ocr:batch", batch.pk)
    context = {"form": form, "has_versions": bool(versions)}
    return render(request, "ocr/batch_new.html", context, status=422 if form.errors else 200)


def _asked(form: BatchForm) -> tuple[list[Any], Wanted]:
    data = form.cleaned_data
    wanted = Wanted(
        title=data["title"],
        version=form.version_chosen(),
        scanner=data["scanner"],
        double_check=data["double_check"],
        blind=data["blind"],
    )
    return [incoming(one) for one in data["scans"]], wanted


def _last_scanner(request: HttpRequest) -> str:
    """The scanner that the same person named last: people stand before the same machine."""
    row = Batch.objects.filter(created_by=request.user.pk).exclude(scanner="").first()
    return row.scanner if row is not None else ""


def find(pk: int) -> Batch:
    """One batch with what its pages show."""
    rows = Batch.objects.select_related("version", "version__form", "job", "created_by")
    return get_object_or_404(rows, pk=pk)


@require_GET
@require("ocr", Role.VIEWER)
def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: figures, progress, pages with thumbnails, and the trays of pages that were not read."""
    found = find(pk)
    context = {**_live_context(request, found), **_pages_context(request, found)}
    return render(request, "ocr/batch.html", context)


def _live_context(request: HttpRequest, found: Batch) -> dict[str, Any]:
    figures = batches.figures_of(found)
    stopped = batches.is_stopped(found, figures.unread)
    return {
        "batch": found,
        "chip": state_chip(found, figures.unread),
        "figures": figures,
        "stopped": stopped,
        "job": found.job if figures.unread and not stopped else None,
        "error": found.job.error if stopped and found.job else "",
        "stats": [
            ("ページ", f"{figures.pages:,}", "", ""),
            ("読めないページ", f"{figures.stuck:,}", "", "職員が対応"),
            ("職員が確認する欄", f"{figures.open:,}", "", "残り"),
            ("AIが処理した欄", f"{figures.passed:,}", "", "認定の範囲"),
            ("確認済みの欄", f"{figures.done:,}", "", ""),
        ],
        "check_url": links.check_url(found.pk) if figures.open else "",
        "export_url": links.export_url(found.pk),
        "ending": announced(found),
        "simulated": batches.passed_by_simulation(found),
        "border_url": links.border_url(found.version) if found.blind else "",
        "may_edit": allowed(request.user, "ocr", Role.OFFICER),
    }


def _pages_context(request: HttpRequest, found: Batch) -> dict[str, Any]:
    view = request.GET.get("view", "")
    hidden = hidden_numbers(found, request.user)
    seen = found.pages.exclude(number__in=hidden)
    rows = seen.select_related("version", "version__form", "source")
    if view == "stuck":
        rows = rows.filter(state__in=STUCK_PAGES)
    elif view in ("read", "waiting"):
        rows = rows.filter(state=view)
    shown = Paginator(rows.order_by("number"), PAGES_SHOWN).get_page(request.GET.get("page"))
    return {
        "pages": shown,
        "cards": [(page, PAGE_CHIPS[PageState(page.state)]) for page in shown],
        "view": view,
        "views": [(key, label, key == view) for key, label in VIEWS],
        "tray": list(seen.filter(state=PageState.UNSORTABLE).order_by("number")[:PAGES_SHOWN]),
        "versions": active_versions(),
        "hidden": found.pages.filter(number__in=hidden).count() if hidden else 0,
    }


@require_GET
@require("ocr", Role.VIEWER)
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that htmx asks for while the batch is read; the whole page is loaded once it ended."""
    context = _live_context(request, find(pk))
    response = render(request, "ocr/_batch_live.html", context)
    if context["job"] is None:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@require("ocr", Role.OFFICER)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on reading a batch whose job stopped."""
    batches.resume(find(pk), by=request.user)
    messages.success(request, "読取りを続けます。読み終えたページはそのままです。")
    return redirect("ocr:batch", pk)


@require_POST
@require("ocr", Role.OFFICER)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a batch with everything read from it."""
    found = find(pk)
    batches.delete(found, by=request.user)
    messages.success(request, f"束「{found.title}」を削除しました。")
    return redirect("ocr:home")


@require_POST
@require("ocr", Role.OFFICER)
def tray(request: HttpRequest, pk: int) -> HttpResponse:
    """A person chooses the form for unsortable pages (様式を選んで読む)."""
    found = find(pk)
    if request.POST.get("act") == "remove":
        return _remove_from_tray(request, found)
    version = next((one for one in active_versions() if str(one.pk) == request.POST.get("version")), None)
    seen = Page.objects.exclude(number__in=hidden_numbers(found, request.user))
    chosen = seen.filter(
        batch=found, state=PageState.UNSORTABLE, pk__in=_numbers(request.POST.getlist("page"))
    )
    if version is None or not chosen:
        messages.error(request, "ページと様式が選ばれていません。両方を選んでください。")
        return redirect("ocr:batch", pk)
    count = 0
    try:
        for page in chosen:
            read_again(page, by=request.user, version=version)
            count += 1
    except IntakeRefused as refused:
        messages.error(request, "".join(refused.problems))
    if count:
        messages.success(request, f"{count}ページを「{version}」として読みます。")
    return redirect("ocr:batch", pk)


def _remove_from_tray(request: HttpRequest, found: Batch) -> HttpResponse:
    """Cover sheets and sheets of other forms leave the batch; pages that were read stay."""
    seen = found.pages.exclude(number__in=hidden_numbers(found, request.user))
    chosen = seen.filter(state=PageState.UNSORTABLE, pk__in=_numbers(request.POST.getlist("page"))).order_by(
        "number"
    )
    numbers = [page.number for page in chosen]
    if not numbers:
        messages.error(request, "ページが選ばれていません。束から除くページを選んでください。")
        return redirect("ocr:batch", found.pk)
    for page in chosen:
        batches.remove_page(page, by=request.user)
    messages.success(request, f"{'、'.join(str(one) for one in numbers)}ページを束から除きました。")
    return redirect("ocr:batch", found.pk)


def _numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 18]
