"""Free documents (帳票以外の文書): the list, taking one in, stopping, going on, deleting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.ocr.entry import DocumentForm, incoming
from yakuba.ocr.models import Document, DocumentState
from yakuba.ocr.services import documents
from yakuba.ocr.services.intake import IntakeRefused
from yakuba.ocr.services.visibility import hidden_documents


def state_chip(document: Document, unread: int) -> str:
    """Where a document stands, as a chip: never by colour alone."""
    if documents.is_stopped(document, unread):
        return format_html('<span class="chip chip-bad">{}</span>', "読取りが止まっている")
    css = "chip-run" if document.state == DocumentState.READING else "chip-ok"
    return format_html('<span class="chip {}">{}</span>', css, document.get_state_display())


def _link(document: Document) -> str:
    return format_html('<a href="{}">{}</a>', reverse("ocr:document", args=[document.pk]), document.title)


DOCUMENTS = Table(
    label="文書の一覧",
    columns=(
        Column("title", "文書", heading=True, search=True, cell=_link),
        Column("state", "状態", cell=lambda row: state_chip(row, row.unread_count)),
        Column("page_count", "ページ", numeric=True),
        Column("line_count", "行", numeric=True, value=lambda row: row.line_count or 0),
        Column(
            "doubtful_count", "確からしさの低い行", numeric=True, value=lambda row: row.doubtful_count or 0
        ),
        Column("created_by", "受け付けた人", lookup="created_by__name", search=True),
        Column("created_at", "受付日時", cell=lambda row: moment(row.created_at), wrap=False),
    ),
    filters=(Filter("state", "状態", DocumentState.choices),),
    default_sort="-created_at",
    empty_text="文書はまだありません。「文書を読む」から始めます。",
    exports=False,
)


def seen_by(user: Any) -> Any:
    """The documents that the person may see."""
    return Document.objects.exclude(pk__in=hidden_documents(user))


def find(request: HttpRequest, pk: int) -> Document:
    """The document; 404 also for a protected one that the person is not named for."""
    if not 0 < pk < 2**63:
        raise Http404("その文書はありません。")
    found: Document = get_object_or_404(seen_by(request.user).select_related("job", "created_by"), pk=pk)
    return found


@require_GET
@require("ocr", Role.VIEWER)
def free(request: HttpRequest) -> HttpResponse:
    """Every document."""
    rows = documents.with_figures(seen_by(request.user).select_related("created_by", "job"))
    context = {
        "table": DOCUMENTS.view(rows, request.GET),
        "may_edit": allowed(request.user, "ocr", Role.OFFICER),
    }
    return render(request, "ocr/free.html", context)


@require_http_methods(["GET", "POST"])
@require("ocr", Role.OFFICER)
def new(request: HttpRequest) -> HttpResponse:
    """Upload; every fault is shown, and nothing is kept when there is one."""
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        files = [incoming(one) for one in form.cleaned_data["scans"]]
        try:
            made = documents.take_in(files, form.cleaned_data["title"], by=request.user)
        except IntakeRefused as refused:
            for problem in refused.problems:
                form.add_error("scans", problem)
        else:
            messages.success(request, f"「{made}」を受け付けました。{made.pages.count():,}ページを読みます。")
            return redirect("ocr:document", made.pk)
    return render(request, "ocr/free_new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@require("ocr", Role.OFFICER)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on reading a document whose job stopped."""
    documents.resume(find(request, pk), by=request.user)
    messages.success(request, "読取りを続けます。読み終えたページはそのままです。")
    return redirect("ocr:document", pk)


@require_POST
@require("ocr", Role.OFFICER)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the reading after the present page."""
    if documents.stop(find(request, pk), by=request.user):
        messages.success(request, "読取りを止めます。読み終えたページはそのまま残ります。")
    else:
        messages.error(request, "読取りは終わっているため、止めるものがありません。")
    return redirect("ocr:document", pk)


@require_POST
@require("ocr", Role.OFFICER)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a document with everything read from it."""
    found = find(request, pk)
    documents.delete(found, by=request.user)
    messages.success(request, f"文書「{found.title}」を削除しました。")
    return redirect("ocr:free")
