"""One free document: its pages beside their text, corrections, search, what leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.core.people.protected import ReleaseRequired
from yakuba.ocr.models import Document, DocumentPage, DocumentPageState
from yakuba.ocr.pages.documents import find, state_chip
from yakuba.ocr.pages.pictures import png
from yakuba.ocr.services import document_lines, documents
from yakuba.ocr.services.scans import BadScan, reduced

PICTURE_PX = 1800
MOST_QUESTION = 100
KINDS: dict[str, tuple[str, str, Callable[[Document, bool], bytes]]] = {
    "txt": (
        "text/plain; charset=utf-8",
        "txt",
        lambda one, numbers: document_lines.text_of(one, numbers=numbers).encode("utf-8-sig"),
    ),
    "pdf": (
        "application/pdf",
        "pdf",
        lambda one, numbers: document_lines.pdf_of(one, numbers=numbers),
    ),
}


@never_cache
@require_GET
@require("ocr", Role.OFFICER)
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One page of the document beside its lines; on record, because it may hold personal data."""
    found = find(request, pk)
    pages = list(found.pages.order_by("number").values_list("number", "state", "doubtful"))
    number = _asked_page(request, pages)
    page = _page(found, number)
    documents.note_view(request.user, found)
    question = request.GET.get("q", "").replace("\0", "").strip()[:MOST_QUESTION]
    hits = document_lines.search(found, question) if question else []
    read = document_lines.lines_of(page)
    revealed = _reveals(request)
    if revealed:
        documents.note("ocr.document.reveal", found, request.user, page=number)
    lines = read if revealed else document_lines.masked(read)
    marked = {one.line.number for one in hits if one.page == number}
    context = {
        **_live_context(found),
        "page": page,
        "numbers": [(one, state, doubtful, one == number) for one, state, doubtful in pages],
        "lines": [(one, one.number in marked, was.secret) for one, was in zip(lines, read, strict=True)],
        "has_secret": any(one.secret for one in read),
        "revealed": revealed,
        "text": "\n".join(one.text for one in lines if one.text),
        "doubtful": sum(one.doubtful for one in lines),
        "question": question,
        "hits": hits,
        "most_hits": document_lines.MOST_HITS,
        "before": number - 1 if number > 1 else 0,
        "after": number + 1 if number < len(pages) else 0,
        "now": timezone.now().isoformat(),
        "most_text": document_lines.MOST_TEXT,
    }
    return render(request, "ocr/document.html", context)


def _reveals(request: HttpRequest) -> bool:
    return request.GET.get("reveal") == "1"


def _asked_page(request: HttpRequest, pages: list[Any]) -> int:
    text = request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return min(max(1, number), max(1, len(pages)))


def _page(found: Document, number: int) -> DocumentPage:
    rows = found.pages.select_related("source").prefetch_related("corrections__by")
    page = rows.filter(number=number).first()
    if page is None:
        raise Http404("そのページはありません。")
    return page


def _live_context(found: Document) -> dict[str, Any]:
    figures = found.pages.aggregate(
        pages=Count("pk"),
        unread=Count("pk", filter=Q(state=DocumentPageState.WAITING)),
        unreadable=Count("pk", filter=Q(state=DocumentPageState.UNREADABLE)),
        lines=Sum("lines"),
        doubtful=Sum("doubtful"),
    )
    stopped = documents.is_stopped(found, figures["unread"])
    return {
        "document": found,
        "chip": state_chip(found, figures["unread"]),
        "unread": figures["unread"],
        "stopped": stopped,
        "error": found.job.error if stopped and found.job else "",
        "job": found.job if figures["unread"] and not stopped else None,
        "stats": [
            ("ページ", f"{figures['pages']:,}", "", ""),
            ("読めないページ", f"{figures['unreadable']:,}", "", ""),
            ("行", f"{figures['lines'] or 0:,}", "", ""),
            ("確からしさの低い行", f"{figures['doubtful'] or 0:,}", "", "職員が確かめる"),
        ],
    }


@require_GET
@require("ocr", Role.OFFICER)
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that htmx asks for while the document is read; the whole page is loaded once it ended."""
    context = _live_context(find(request, pk))
    response = render(request, "ocr/_document_live.html", context)
    if context["job"] is None:
        response["HX-Refresh"] = "true"
    return response


@require_GET
@require("ocr", Role.OFFICER)
def image(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The picture of a page with personal numbers covered; uncovered on request, on record."""
    found = find(request, pk)
    page = _page(found, min(number, 2**31 - 1))
    if _reveals(request):
        documents.note("ocr.document.reveal", found, request.user, page=page.number)
    try:
        return png(reduced(document_lines.image_of(page, numbers=_reveals(request)), PICTURE_PX))
    except BadScan:
        raise Http404("このページは、画像として開けません。") from None


@require_POST
@require("ocr", Role.OFFICER)
def correct(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Keep the corrected lines of a page, or take one correction back."""
    page = _page(find(request, pk), min(number, 2**31 - 1))
    back = f"{reverse('ocr:document', args=[pk])}?page={page.number}"
    undone = request.POST.get("undo", "")
    if undone:
        line = int(undone) if undone.isascii() and undone.isdigit() and len(undone) < 7 else 0
        if document_lines.undo(page, line, by=request.user):
            messages.success(request, f"{line}行目を、読んだままに戻しました。")
        return redirect(f"{back}#line-{line}")
    seen = parse_datetime(request.POST.get("seen", "")[:40])
    try:
        if seen is None or seen.tzinfo is None:
            raise document_lines.DocumentError("画面を読み込み直してから、もう一度直してください。")
        done = document_lines.correct(page, _texts(request), seen=seen, by=request.user)
    except document_lines.DocumentError as problem:
        messages.error(request, str(problem))
        return redirect(back)
    if done.overtaken:
        words = f"{done.overtaken}行は、ほかの職員が先に直したため変えていません。"
        messages.error(request, words)
    if done.changed:
        messages.success(request, f"{done.changed}行を直しました。")
    elif not done.overtaken:
        messages.info(request, "変わった行はありません。")
    return redirect(back)


def _texts(request: HttpRequest) -> dict[int, str]:
    found = {}
    for key, text in request.POST.items():
        number = key.removeprefix("line-")
        if key.startswith("line-") and number.isascii() and number.isdigit() and len(number) < 7:
            found[int(number)] = str(text)
    return found


@require_POST
@require("ocr", Role.OFFICER)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The text or the searchable PDF, as a file."""
    found = find(request, pk)
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        raise Http404("その形式はありません。")
    content_type, ending, make = KINDS[kind]
    numbers = request.POST.get("numbers") == "1"
    try:
        with transaction.atomic():
            document_lines.leaves(found, kind, by=request.user, numbers=numbers)
            body = make(found, numbers)
    except (document_lines.DocumentError, ReleaseRequired) as problem:
        messages.error(request, str(problem))
        return redirect("ocr:document", pk)
    name = "".join("-" if sign in '/\\:*?"<>|' else sign for sign in found.title)
    header = content_disposition_header(True, f"{name}.{ending}")
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": header or ""})
