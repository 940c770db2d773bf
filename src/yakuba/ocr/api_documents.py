"""``/api/v1/ocr/documents``: free documents in, their text out. Protected ones never leave here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Form, Router, Schema
from ninja.errors import HttpError
from ninja.files import UploadedFile
from ninja.responses import Status

from yakuba.core.tokens.auth import Token, actor
from yakuba.ocr.models import Document, DocumentPageState
from yakuba.ocr.services import document_lines, documents
from yakuba.ocr.services.intake import Incoming, IntakeRefused
from yakuba.ocr.services.visibility import hidden_documents

router = Router(tags=["ocr"])
READ = Token("ocr:read")
WRITE = Token("ocr:write")
MAX_ID = 2**63 - 1
PAGE = 100
TITLE_LENGTH = 100
NO_SUCH = "その番号の文書はありません。番号を確かめてください。"


class DocumentOut(Schema):
    """One document. ``unread``: pages that wait; ``doubtful``: lines read with little confidence."""

    id: int
    title: str
    state: str
    pages: int
    unread: int
    unreadable: int
    lines: int
    doubtful: int
    created_at: datetime


def _out(document: Document) -> DocumentOut:
    pages = list(document.pages.values_list("state", "lines", "doubtful"))
    states = [state for state, _, _ in pages]
    return DocumentOut(
        id=document.pk,
        title=document.title,
        state=document.state,
        pages=len(pages),
        unread=states.count(DocumentPageState.WAITING),
        unreadable=states.count(DocumentPageState.UNREADABLE),
        lines=sum(lines for _, lines, _ in pages),
        doubtful=sum(doubtful for _, _, doubtful in pages),
        created_at=document.created_at,
    )


def _rows() -> Any:
    return Document.objects.exclude(pk__in=hidden_documents(None))


def _find(document_id: int) -> Document:
    if not 0 < document_id <= MAX_ID:
        raise HttpError(404, NO_SUCH)
    found: Document = get_object_or_404(_rows(), pk=document_id)
    return found


@router.get("", response=list[DocumentOut], auth=READ, summary="文書の一覧（新しい順、100件まで）")
def listing(request: HttpRequest) -> list[DocumentOut]:
    """The newest documents."""
    return [_out(one) for one in _rows()[:PAGE]]


@router.post("", response={201: DocumentOut}, auth=WRITE, summary="文書を受け付けて読取りを始める")
def create(request: HttpRequest, title: Form[str], file: File[UploadedFile]) -> Status[DocumentOut]:
    """One file with any number of pages; 422 names every fault, and then nothing is kept."""
    name = " ".join(title.split())
    if not 0 < len(name) <= TITLE_LENGTH or not name.isprintable():
        raise HttpError(422, f"title：{TITLE_LENGTH}文字以内の、目に見える文字にしてください。")
    incoming = Incoming(file.name or "scan", file.read(), file.content_type or "application/octet-stream")
    try:
        made = documents.take_in([incoming], name, by=None, source="api", actor=actor(request))
    except IntakeRefused as refused:
        raise HttpError(422, "\n".join(refused.problems)) from None
    return Status(201, _out(made))


@router.get("/{document_id}", response=DocumentOut, auth=READ, summary="1つの文書と、その進み具合")
def one(request: HttpRequest, document_id: int) -> DocumentOut:
    """One document and where it stands."""
    return _out(_find(document_id))


@router.get(
    "/{document_id}/lines",
    response=dict[str, Any],
    auth=READ,
    summary="行の文字、位置、確からしさ、訂正。読み終わるまでは409",
)
def lines(request: HttpRequest, document_id: int) -> dict[str, Any]:
    """Every line as it was read and as it holds."""
    document = _find(document_id)
    with transaction.atomic():
        _leaves(request, document, "api")
        return document_lines.layers(document)


@router.get("/{document_id}/pdf", auth=READ, summary="文字を検索できるPDF。読み終わるまでは409")
def pdf(request: HttpRequest, document_id: int) -> HttpResponse:
    """The searchable PDF."""
    document = _find(document_id)
    with transaction.atomic():
        _leaves(request, document, "api-pdf")
        try:
            body = document_lines.pdf_of(document)
        except document_lines.DocumentError as problem:
            raise HttpError(409, str(problem)) from None
    return HttpResponse(body, content_type="application/pdf")


def _leaves(request: HttpRequest, document: Document, what: str) -> None:
    try:
        document_lines.leaves(document, what, by=actor(request))
    except document_lines.DocumentError as problem:
        raise HttpError(409, str(problem)) from None
