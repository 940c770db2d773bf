"""``/api/v1/nursery``: ledgers in, results out. Scopes: ``nursery:read`` and ``nursery:write``."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Form, Router, Schema
from ninja.errors import HttpError
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import Field

from yakuba.core.files.services import read as read_file
from yakuba.core.tokens.auth import Token, actor
from yakuba.nursery.api_rounds import router as rounds_router
from yakuba.nursery.domain import explain
from yakuba.nursery.domain.market import BadInput, Labels
from yakuba.nursery.forms import check_title
from yakuba.nursery.models import Allocation, ChildOutcome, Ledger
from yakuba.nursery.services.allocations import TiesNeedSeed, request_allocation
from yakuba.nursery.services.ledgers import UPLOAD_LIMIT, import_ledger
from yakuba.nursery.services.visibility import (
    ledger_lines,
    may_leave,
    protected_ids,
    shown_families,
    unprotected_children,
    without_names_of,
)

router = Router(tags=["nursery"])
router.add_router("", rounds_router)
READ = Token("nursery:read")
WRITE = Token("nursery:write")
MAX_ID = 2**63 - 1
PAGE = 100


class LedgerOut(Schema):
    """One imported version of a ledger."""

    id: int
    title: str
    number: int
    sha256: str
    children: int
    families: int
    classes: int
    seats: int
    warnings: list[str]
    ties: list[str]
    imported_at: datetime


class AllocationIn(Schema):
    """A run to start; ``seed`` is needed when the ledger has ties."""

    ledger: int = Field(ge=1, le=MAX_ID)
    seed: int | None = Field(default=None, ge=0, le=2**62)


class AllocationOut(Schema):
    """One run. ``state`` is the job's; the rest is there when it is ``done``."""

    id: int
    ledger: int
    seed: int | None
    state: str
    status: str
    unique: bool | None
    blocking_families: list[str]
    blocking_lower_bound: int
    figures: dict[str, Any]
    finished_at: datetime | None


class ReasonOut(Schema):
    """One wish of a child and why it was obtained or not."""

    wish: int | None
    title: str
    place: str
    outcome: str
    sentence: str


class ChildOut(Schema):
    """What a child got."""

    child: str
    family: str
    outcome: str
    class_id: str
    wish_number: int | None
    headline: str
    reasons: list[ReasonOut]


def _ledger_out(ledger: Ledger) -> LedgerOut:
    # Tokens stand for programmes: none of them is a named officer of a protected person.
    hidden = protected_ids()
    shown = {name: ledger_lines(ledger, getattr(ledger, name), hidden) for name in ("warnings", "ties")}
    return LedgerOut(**{name: getattr(ledger, name) for name in LedgerOut.model_fields} | shown)


def _allocation_out(found: Allocation) -> AllocationOut:
    return AllocationOut(
        id=found.pk,
        ledger=found.ledger_id,
        seed=found.seed,
        state="done" if found.is_finished else (found.job.state if found.job else "failed"),
        status=found.status,
        unique=found.unique,
        blocking_families=shown_families(found, found.blocking_families, protected_ids()),
        blocking_lower_bound=found.blocking_lower_bound,
        figures=found.figures,
        finished_at=found.finished_at,
    )


def _finished(pk: int) -> Allocation:
    found: Allocation = get_object_or_404(
        Allocation.objects.select_related("result_file", "certificate_file"), pk=pk
    )
    if not found.is_finished:
        raise HttpError(409, "計算が終わっていません。state が done になってから取り出してください。")
    return found


def _id(value: int) -> int:
    # A larger number overflows the database's integers; no such row can exist.
    if not 0 < value <= MAX_ID:
        raise HttpError(404, "その番号の登録はありません。番号を確かめてください。")
    return value


@router.get("/ledgers", response=list[LedgerOut], auth=READ, summary="申込台帳の一覧（新しい順、100件まで）")
def ledgers(request: HttpRequest) -> list[LedgerOut]:
    """The newest ledgers."""
    return [_ledger_out(ledger) for ledger in Ledger.objects.all()[:PAGE]]


@router.post("/ledgers", response={201: LedgerOut}, auth=WRITE, summary="申込台帳を取り込む")
def ledger_create(request: HttpRequest, title: Form[str], file: File[UploadedFile]) -> Status[LedgerOut]:
    """Read, check and keep a ledger; 422 names every fault, and then nothing is kept."""
    name = title.strip()
    try:
        check_title(name)
    except ValidationError as error:
        raise HttpError(422, f"title：{error.messages[0]}") from None
    if (file.size or 0) > UPLOAD_LIMIT:
        raise HttpError(413, "ファイルが20MBを超えています。")
    try:
        ledger = import_ledger(
            title=name, file_name=file.name or "ledger", data=file.read(), by=None, actor=actor(request)
        )
    except BadInput as bad:
        raise HttpError(422, "\n".join(str(fault) for fault in bad.faults[:100])) from None
    return Status(201, _ledger_out(ledger))


@router.get("/ledgers/{ledger_id}", response=LedgerOut, auth=READ, summary="1つの申込台帳")
def ledger(request: HttpRequest, ledger_id: int) -> LedgerOut:
    """One ledger."""
    return _ledger_out(get_object_or_404(Ledger, pk=_id(ledger_id)))


@router.post("/allocations", response={202: AllocationOut}, auth=WRITE, summary="割当を始める")
def allocation_create(request: HttpRequest, body: AllocationIn) -> Status[AllocationOut]:
    """Queue a run; ask for it again until ``state`` is ``done``."""
    found = get_object_or_404(Ledger, pk=body.ledger)
    try:
        allocation = request_allocation(found, seed=body.seed, by=None, actor=actor(request))
    except TiesNeedSeed as error:
        raise HttpError(409, str(error)) from None
    return Status(202, _allocation_out(allocation))


@router.get(
    "/allocations/{allocation_id}", response=AllocationOut, auth=READ, summary="1つの割当の状態と集計"
)
def allocation(request: HttpRequest, allocation_id: int) -> AllocationOut:
    """One run."""
    return _allocation_out(get_object_or_404(Allocation.objects.select_related("job"), pk=_id(allocation_id)))


@router.get(
    "/allocations/{allocation_id}/certificate",
    response=dict[str, Any],
    auth=READ,
    summary="割当の証明（certificate.json）",
)
def certificate(request: HttpRequest, allocation_id: int) -> HttpResponse:
    """The certificate, byte for byte."""
    found = _finished(_id(allocation_id))
    body = read_file(found.kept_file("certificate"))
    if not may_leave(found, body.decode()):
        raise HttpError(403, "支援措置の対象に関わる記述があるため、この証明は書き出せません。")
    return HttpResponse(body, content_type="application/json")


@router.get(
    "/allocations/{allocation_id}/result",
    response=dict[str, Any],
    auth=READ,
    summary="割当の結果（result.json、支援措置の対象者を除く）",
)
def result(request: HttpRequest, allocation_id: int) -> HttpResponse:
    """The result; protected persons are left out, and then the file says so."""
    found = _finished(_id(allocation_id))
    data = json.loads(read_file(found.kept_file("result")))
    hidden = protected_ids() & set(data["assignment"])
    if hidden:
        data["blocking_families"] = shown_families(found, data["blocking_families"], hidden)
        data["assignment"] = {
            child: seat for child, seat in data["assignment"].items() if child not in hidden
        }
        data["left_out"] = len(hidden)
    body = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return HttpResponse(body, content_type="application/json")


@router.get(
    "/allocations/{allocation_id}/children/{child_id}",
    response=ChildOut,
    auth=READ,
    summary="1人の児童の結果と理由",
)
def child(request: HttpRequest, allocation_id: int, child_id: str) -> ChildOut:
    """One child with its reasons; a protected person is not found here."""
    found = _finished(_id(allocation_id))
    rows = unprotected_children(ChildOutcome.objects.filter(allocation=found))
    row = get_object_or_404(rows, child_id=child_id.replace("\0", ""))
    labels = Labels(classes=dict(found.class_rows.values_list("class_id", "label")))
    claims = without_names_of(protected_ids(), row.claims)
    blocks = explain.blocks(claims, "officer", labels)
    return ChildOut(
        child=row.child_id,
        family=row.family_id,
        outcome=row.outcome,
        class_id=row.class_id,
        wish_number=row.wish_number,
        headline=explain.headline(claims, "officer", labels),
        reasons=[
            ReasonOut(
                wish=block.wish,
                title=block.title,
                place=block.place,
                outcome=block.outcome,
                sentence=block.sentence,
            )
            for block in blocks
        ],
    )
