"""``/api/v1/ocr``: scans in, where a batch stands, results out.

Scopes ``ocr:read`` and ``ocr:write``. Sheets of protected persons (支援措置) never leave here, and personal
numbers leave masked: a token stands for a programme, not for a named officer.
"""

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
from yakuba.ocr import api_documents
from yakuba.ocr.models import Batch, FormVersion, VersionState
from yakuba.ocr.services import exports
from yakuba.ocr.services.batches import figures_of
from yakuba.ocr.services.definitions import definition_of
from yakuba.ocr.services.intake import Incoming, IntakeRefused, Wanted, take_in
from yakuba.ocr.services.turns import two_persons

router = Router(tags=["ocr"])
router.add_router("/documents", api_documents.router)
READ = Token("ocr:read")
WRITE = Token("ocr:write")
MAX_ID = 2**63 - 1
PAGE = 100
TITLE_LENGTH = 100
NO_SUCH = "その番号の登録はありません。番号を確かめてください。"


class FormOut(Schema):
    """One form version in use: what a batch can be read with."""

    id: int
    form: str
    version: str
    fields: list[str]


class BatchOut(Schema):
    """One batch. ``open``: fields that wait for a person; ``complete``: nothing waits."""

    id: int
    title: str
    state: str
    version: int | None
    pages: int
    unread: int
    stuck: int
    open: int
    passed: int
    done: int
    complete: bool
    two_persons: bool
    created_at: datetime


def _id(value: int) -> int:
    if not 0 < value <= MAX_ID:
        raise HttpError(404, NO_SUCH)
    return value


def _out(batch: Batch) -> BatchOut:
    found = figures_of(batch)
    return BatchOut(
        id=batch.pk,
        title=batch.title,
        state=batch.state,
        version=batch.version_id,
        pages=found.pages,
        unread=found.unread,
        stuck=found.stuck,
        open=found.open,
        passed=found.passed,
        done=found.done,
        complete=not (found.unread or found.stuck or found.open),
        two_persons=two_persons(batch),
        created_at=batch.created_at,
    )


@router.get("/forms", response=list[FormOut], auth=READ, summary="使用中の帳票の版（100件まで）")
def forms(request: HttpRequest) -> list[FormOut]:
    """Versions that read pages, with the names of their fields."""
    rows = FormVersion.objects.filter(state=VersionState.ACTIVE).select_related("form")[:PAGE]
    return [
        FormOut(
            id=one.pk,
            form=one.form.name,
            version=one.version,
            fields=[field.name for field in definition_of(one).fields],
        )
        for one in rows
    ]


@router.get("/batches", response=list[BatchOut], auth=READ, summary="束の一覧（新しい順、100件まで）")
def batches(request: HttpRequest) -> list[BatchOut]:
    """The newest batches."""
    return [_out(one) for one in Batch.objects.all()[:PAGE]]


@router.post("/batches", response={201: BatchOut}, auth=WRITE, summary="スキャンを受け付けて読取りを始める")
def batch_create(
    request: HttpRequest,
    title: Form[str],
    file: File[UploadedFile],
    version: Form[int | None] = None,
    double_check: Form[bool] = False,
) -> Status[BatchOut]:
    """One file with any number of pages; 422 names every fault, and then nothing is kept.

    Without ``version`` each page is sorted among the forms in use.
    """
    name = " ".join(title.split())
    if not 0 < len(name) <= TITLE_LENGTH or not name.isprintable():
        raise HttpError(422, f"title：{TITLE_LENGTH}文字以内の、目に見える文字にしてください。")
    chosen = None if version is None else get_object_or_404(FormVersion, pk=_id(version))
    wanted = Wanted(title=name, version=chosen, double_check=double_check, source="api")
    incoming = Incoming(file.name or "scan", file.read(), file.content_type or "application/octet-stream")
    try:
        made = take_in([incoming], wanted, by=None, actor=actor(request))
    except IntakeRefused as refused:
        raise HttpError(422, "\n".join(refused.problems)) from None
    return Status(201, _out(made))


@router.get("/batches/{batch_id}", response=BatchOut, auth=READ, summary="1つの束と、その進み具合")
def batch_one(request: HttpRequest, batch_id: int) -> BatchOut:
    """One batch and where it stands."""
    return _out(get_object_or_404(Batch, pk=_id(batch_id)))


def _selection(batch_id: int, part: bool, version: FormVersion | None = None) -> exports.Selection:
    batch = get_object_or_404(Batch, pk=_id(batch_id))
    chosen = exports.select(batch, version=version)
    try:
        exports.require_whole(chosen, part=part)
    except exports.ExportError as problem:
        raise HttpError(409, str(problem)) from None
    return chosen


@router.get(
    "/batches/{batch_id}/results",
    response=dict[str, Any],
    auth=READ,
    summary="結果（読み、確定した値、決めた人）。確認が終わるまでは409",
)
def results(request: HttpRequest, batch_id: int, part: bool = False) -> dict[str, Any]:
    """Every layer of the finished sheets; ``part`` gives the finished ones while others wait."""
    with transaction.atomic():
        chosen = _selection(batch_id, part)
        body = exports.layers(chosen)
        exports.note(chosen, "api", by=actor(request), numbers=False)
    return body


@router.get(
    "/batches/{batch_id}/rows/{version_id}",
    response=dict[str, Any],
    auth=READ,
    summary="RPAに渡す行（件数と検査値つき）。確認が終わるまでは409",
)
def rows(request: HttpRequest, batch_id: int, version_id: int, part: bool = False) -> HttpResponse:
    """The hand-over rows of one form version."""
    version = get_object_or_404(FormVersion.objects.select_related("form"), pk=_id(version_id))
    with transaction.atomic():
        chosen = _selection(batch_id, part, version)
        try:
            body = exports.handover_of(chosen, version)
        except exports.ExportError as problem:
            raise HttpError(409, str(problem)) from None
        exports.note(chosen, "api-rows", by=actor(request), numbers=False)
    return HttpResponse(body, content_type="application/json")
