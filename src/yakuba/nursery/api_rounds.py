"""``/api/v1/nursery``: rounds, their applications and points. Scopes as in ``api``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import File, Router, Schema
from ninja.errors import HttpError
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import Field

from yakuba.core.tokens.auth import Token, actor
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.forms import TITLE_LENGTH, check_title
from yakuba.nursery.models import ApplicationFile, Rulebook, Scoring, SelectionRound
from yakuba.nursery.services import applications, rounds
from yakuba.nursery.services.scoring import request_scoring, trace_of
from yakuba.nursery.services.visibility import HIDDEN_LINE, mentions, protected_ids

router = Router()
READ = Token("nursery:read")
WRITE = Token("nursery:write")
MAX_ID = 2**63 - 1
PAGE = 100
# What a title is made of: letters, figures and signs that can be seen, and spaces between them.
SEEN = "!-~\\u00c0-\\u00ff\\u3001-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\uff01-\\uff5e"
NO_SUCH = "その番号の登録はありません。番号を確かめてください。"


class RulebookOut(Schema):
    """One installed version of a rule book."""

    id: int
    book: str
    title: str
    number: int
    state: str
    effective_from: date
    effective_until: date | None
    sha256: str


class RoundIn(Schema):
    """A round to create."""

    title: str = Field(max_length=TITLE_LENGTH, pattern=f"^[{SEEN}]([{SEEN} \\u3000]*[{SEEN}])?$")
    starts_on: date
    rulebook: int | None = Field(default=None, ge=1, le=MAX_ID)


class RoundOut(Schema):
    """One round. ``step``: 1–8 as on its page; ``action``: what comes next."""

    id: int
    title: str
    starts_on: date
    rulebook: int | None
    step: int
    action: str
    applications: int | None
    scoring: int | None
    ledger: int | None
    allocation: int | None
    adopted: int | None


class ApplicationsOut(Schema):
    """One imported version of a round's applications."""

    id: int
    round: int
    number: int
    sha256: str
    children: int
    households: int
    classes: int
    seats: int
    warnings: list[str]
    imported_at: datetime


class ScoringOut(Schema):
    """One scoring; ``ledger`` is there, ready to be allocated, when ``state`` is ``done``."""

    id: int
    applications: int
    rulebook: int
    state: str
    ledger: int | None
    figures: dict[str, Any]
    questions: list[dict[str, str]]
    warnings: list[str]
    finished_at: datetime | None


def _id(value: int) -> int:
    if not 0 < value <= MAX_ID:
        raise HttpError(404, NO_SUCH)
    return value


def _pk(row: Model | None) -> int | None:
    return None if row is None else int(row.pk)


def _round_out(found: SelectionRound) -> RoundOut:
    state = rounds.state_of(found)
    return RoundOut(
        id=found.pk,
        title=found.title,
        starts_on=found.starts_on,
        rulebook=found.rulebook_id,
        step=state.step,
        action=state.action,
        applications=_pk(state.applications),
        scoring=_pk(state.scoring),
        ledger=_pk(state.ledger),
        allocation=_pk(state.allocation),
        adopted=found.adopted_id,
    )


def _lines(lines: list[str], names: set[str]) -> list[str]:
    # Tokens stand for programmes: none of them is a named officer of a protected person.
    return [HIDDEN_LINE if names and mentions(line, names) else line for line in lines]


def _applications_out(found: ApplicationFile) -> ApplicationsOut:
    names = protected_ids()
    if names and found.warnings:
        names |= {one.household for one in applications.content(found).applicants if one.id in names}
    plain = {name: getattr(found, name) for name in ApplicationsOut.model_fields if hasattr(found, name)}
    return ApplicationsOut(
        **{**plain, "round": found.selection_id, "warnings": _lines(found.warnings, names)}
    )


def _scoring_out(found: Scoring) -> ScoringOut:
    names = protected_ids()
    if names and found.finished_at is not None:
        names |= {row.household for row in trace_of(found).children.values() if row.id in names}
    return ScoringOut(
        id=found.pk,
        applications=found.applications_id,
        rulebook=found.rulebook_id,
        state="done" if found.finished_at else (found.job.state if found.job else "failed"),
        ledger=found.ledger_id,
        figures=found.figures,
        questions=[
            one for one in found.questions if not names or not mentions(" ".join(one.values()), names)
        ],
        warnings=_lines(found.warnings, names),
        finished_at=found.finished_at,
    )


@router.get("/rulebooks", response=list[RulebookOut], auth=READ, summary="利用調整基準の一覧（100件まで）")
def rulebook_list(request: HttpRequest) -> list[Rulebook]:
    """Installed versions."""
    return list(Rulebook.objects.all()[:PAGE])


@router.get("/rounds", response=list[RoundOut], auth=READ, summary="選考の一覧（新しい順、100件まで）")
def round_list(request: HttpRequest) -> list[RoundOut]:
    """The newest rounds."""
    return [_round_out(one) for one in SelectionRound.objects.select_related("rulebook", "adopted")[:PAGE]]


@router.post("/rounds", response={201: RoundOut}, auth=WRITE, summary="選考を作成する")
def round_create(request: HttpRequest, body: RoundIn) -> Status[RoundOut]:
    """A new round; 409 when the title is taken."""
    title = body.title.strip()
    try:
        check_title(title)
    except ValidationError as error:
        raise HttpError(422, f"title：{error.messages[0]}") from None
    book = None if body.rulebook is None else get_object_or_404(Rulebook, pk=body.rulebook)
    try:
        made = rounds.create_round(
            title=title, starts_on=body.starts_on, rulebook=book, by=None, actor=actor(request)
        )
    except rounds.RoundError as error:
        raise HttpError(409, str(error)) from None
    return Status(201, _round_out(made))


@router.get("/rounds/{round_id}", response=RoundOut, auth=READ, summary="1つの選考")
def round_one(request: HttpRequest, round_id: int) -> RoundOut:
    """One round and where it stands."""
    return _round_out(get_object_or_404(SelectionRound, pk=_id(round_id)))


@router.post(
    "/rounds/{round_id}/applications",
    response={201: ApplicationsOut},
    auth=WRITE,
    summary="申込情報を取り込む",
)
def applications_create(
    request: HttpRequest, round_id: int, file: File[UploadedFile]
) -> Status[ApplicationsOut]:
    """Read with the remembered or our own column names, check, keep; 422 names every fault."""
    selection = get_object_or_404(SelectionRound, pk=_id(round_id))
    if (file.size or 0) > applications.UPLOAD_LIMIT:
        raise HttpError(413, "ファイルが20MBを超えています。")
    pending = None
    try:
        pending = applications.receive(file.name or "applications", file.read(), by=None)
        rounds.check_open(selection)
        made = applications.import_applications(pending, selection, by=None, actor=actor(request))
    except rounds.RoundError as error:
        if pending is not None:
            applications.give_up(pending)
        raise HttpError(409, str(error)) from None
    except BadInput as bad:
        if pending is not None:
            applications.give_up(pending)
        raise HttpError(422, "\n".join(str(fault) for fault in bad.faults[:100])) from None
    return Status(201, _applications_out(made))


@router.post("/rounds/{round_id}/scorings", response={202: ScoringOut}, auth=WRITE, summary="採点を始める")
def scoring_create(request: HttpRequest, round_id: int) -> Status[ScoringOut]:
    """Queue the scoring of the newest applications; 409 while something is missing."""
    selection = get_object_or_404(SelectionRound.objects.select_related("rulebook"), pk=_id(round_id))
    newest = selection.applications.first()
    if newest is None or selection.rulebook is None:
        raise HttpError(409, "申込情報と利用調整基準がそろっていません。先に取り込み、基準を選んでください。")
    try:
        made = request_scoring(newest, selection.rulebook, by=None, actor=actor(request))
    except rounds.RoundError as error:
        raise HttpError(409, str(error)) from None
    return Status(202, _scoring_out(made))


@router.get("/scorings/{scoring_id}", response=ScoringOut, auth=READ, summary="1つの採点の状態と集計")
def scoring_one(request: HttpRequest, scoring_id: int) -> ScoringOut:
    """One scoring; questions about protected children are left out."""
    return _scoring_out(get_object_or_404(Scoring.objects.select_related("job"), pk=_id(scoring_id)))
