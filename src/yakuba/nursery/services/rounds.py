"""A selection round (選考) from its first file to its adopted result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from yakuba.core.audit.models import AuditEntry
from yakuba.core.audit.services import record
from yakuba.core.jobs.models import ACTIVE_STATES
from yakuba.nursery.domain.scores.rows import Adjustment, BasicRow
from yakuba.nursery.models import (
    Allocation,
    ApplicationFile,
    Ledger,
    LetterBatch,
    Rulebook,
    Scoring,
    SelectionRound,
)
from yakuba.nursery.services.decisions import answers, newer_than
from yakuba.nursery.services.rulebooks import content

STEPS = ["申込情報", "採点", "同点・判断", "割当", "確認", "承認", "通知", "二次選考"]
HISTORY_SHOWN = 50
VIEWS = ("nursery.scoring.view", "nursery.allocation.export", "nursery.scoring.export")


class RoundError(ValueError):
    """What was asked of a round can't be done; the message tells the officer what to do."""


def create_round(
    *, title: str, starts_on: date, rulebook: Rulebook | None, by: Any, actor: object = None
) -> SelectionRound:
    """A new round. ``RoundError`` when the title is taken."""
    try:
        with transaction.atomic():
            made = SelectionRound.objects.create(
                title=title, starts_on=starts_on, rulebook=rulebook, created_by=by
            )
            record(
                "nursery.round.create",
                actor=actor or by or "system:nursery",
                target=f"nursery.round:{made.pk}",
                detail={"starts_on": starts_on.isoformat(), "rulebook": rulebook and rulebook.pk},
            )
    except IntegrityError:
        raise RoundError(f"「{title}」という選考はすでにあります。別の名称にしてください。") from None
    return made


def check_open(selection: SelectionRound) -> None:
    """``RoundError`` when the round was set aside: nothing more is put into it."""
    if selection.closed_at is not None:
        raise RoundError("この選考は取りやめています。続けるときは、選考の画面で再開してください。")


def choose_rulebook(selection: SelectionRound, rulebook: Rulebook, *, by: Any) -> None:
    """Score with another rule book from now on; what was scored before stays as it is."""
    check_open(selection)
    with transaction.atomic():
        selection.rulebook = rulebook
        selection.save(update_fields=["rulebook"])
        record(
            "nursery.round.rulebook",
            actor=by,
            target=f"nursery.round:{selection.pk}",
            detail={"rulebook": rulebook.pk},
        )


def adopt(selection: SelectionRound, allocation: Allocation, *, by: Any) -> None:
    """Make an approved run the result of the round (通知のもとになる結果). ``RoundError`` otherwise."""
    with transaction.atomic():
        locked = SelectionRound.objects.select_for_update().get(pk=selection.pk)
        check_open(locked)
        if not allocations_of(locked).filter(pk=allocation.pk).exists():
            raise RoundError("この選考の割当ではありません。選考の画面に出ている割当から選んでください。")
        if allocation.approval is None or allocation.approval.state != "approved":
            raise RoundError("承認されていない割当は採用できません。先に承認を依頼してください。")
        scoring = Scoring.objects.select_related("rulebook").get(ledger=allocation.ledger)
        if scoring.rulebook.state == Rulebook.State.DRAFT:
            raise RoundError(
                f"採点に使った「{scoring.rulebook}」は案のままです。"
                "基準の画面で適用の承認を受けてから採用してください。"
            )
        if locked.adopted_id not in (None, allocation.pk) and _is_told(locked.adopted):
            raise RoundError("通知を作成した結果は、ほかの割当に替えられません。")
        if locked.adopted_id == allocation.pk:
            return
        locked.adopted = allocation
        locked.save(update_fields=["adopted"])
        record(
            "nursery.round.adopt",
            actor=by,
            target=f"nursery.round:{locked.pk}",
            detail={"allocation": allocation.pk},
        )
    selection.refresh_from_db()


def _is_told(adopted: Allocation | None) -> bool:
    return adopted is not None and LetterBatch.objects.filter(allocation=adopted).exists()


def allocations_of(selection: SelectionRound) -> Any:
    """The runs over this round's scored ledgers, newest first."""
    runs = Allocation.objects.filter(ledger__scoring__applications__selection=selection)
    return runs.select_related("ledger", "job", "approval")


@dataclass(frozen=True, slots=True)
class RoundState:
    """Where a round stands. ``step`` is 1-based in ``STEPS``; ``action`` names the one next act."""

    step: int
    action: str
    applications: ApplicationFile | None = None
    scoring: Scoring | None = None
    ledger: Ledger | None = None
    allocation: Allocation | None = None
    open_questions: int = 0
    open_ties: int = 0
    must_rescore: bool = False


def state_of(selection: SelectionRound) -> RoundState:
    """The furthest step that the newest files reached; ``aside`` for a round that was set aside.

    Actions, in order: ``import``, ``rulebook``, ``score``, ``scoring`` (runs), ``rescore``, ``decide``,
    ``allocate``, ``allocating`` (runs), ``review``, ``approval`` (waits), ``adopt``, ``letters``.
    """
    reached = _reached(selection)
    return reached if selection.closed_at is None else replace(reached, action="aside")


def _reached(selection: SelectionRound) -> RoundState:
    applications = selection.applications.first()
    if applications is None:
        return RoundState(1, "import")
    if selection.rulebook is None:
        return RoundState(2, "rulebook", applications)
    scoring = (
        applications.scorings.filter(rulebook=selection.rulebook).select_related("job", "ledger").first()
    )
    if scoring is None or _failed(scoring):
        return RoundState(2, "score", applications, scoring)
    if scoring.finished_at is None or scoring.ledger is None:
        return RoundState(2, "scoring", applications, scoring)
    return _after_scoring(selection, applications, scoring, scoring.ledger)


def _failed(scoring: Scoring) -> bool:
    return scoring.finished_at is None and (scoring.job is None or scoring.job.is_final)


def _after_scoring(
    selection: SelectionRound, applications: ApplicationFile, scoring: Scoring, ledger: Ledger
) -> RoundState:
    questions = open_questions(scoring)
    stale = newer_than(scoring)
    runs = ledger.allocations.select_related("ledger", "job", "approval")
    allocation = selection.adopted if selection.adopted_id else _latest_run(runs)

    def state(step: int, action: str) -> RoundState:
        return RoundState(
            step, action, applications, scoring, ledger, allocation, len(questions), len(ledger.ties), stale
        )

    if allocation is not None:
        return state(*_after_run(selection, allocation))
    if stale:
        return state(3, "rescore")
    if questions or ledger.ties:
        return state(3, "decide")
    return state(4, "allocate")


def _latest_run(runs: Any) -> Allocation | None:
    for run in runs:
        if run.is_finished or (run.job is not None and run.job.state in ACTIVE_STATES):
            found: Allocation = run
            return found
    return None


def _after_run(selection: SelectionRound, allocation: Allocation) -> tuple[int, str]:
    if not allocation.is_finished:
        return 4, "allocating"
    approval = allocation.approval.state if allocation.approval is not None else ""
    if approval == "approved":
        return (7, "letters") if selection.adopted_id == allocation.pk else (6, "adopt")
    if approval == "waiting":
        return 6, "approval"
    return 5, "review"


def open_questions(scoring: Scoring) -> list[dict[str, Any]]:
    """The questions of a scoring that no decision in force answers yet."""
    known = answers(scoring.applications.selection)
    return [
        one
        for one in scoring.questions
        if one["kind"] != "order" and (one["subject"], one["code"]) not in known
    ]


def rulebook_row(rulebook: Rulebook, code: str) -> BasicRow | Adjustment | None:
    """The row of a book with that code."""
    book = content(rulebook)
    return book.basic_row(code) or book.adjustment(code)


def waiting_rounds() -> int:
    """How many open rounds wait for an officer's decision: answers, ties, scoring again, adoption."""
    open_ones = SelectionRound.objects.filter(closed_at=None, adopted=None).select_related("rulebook")
    return sum(state_of(one).action in ("decide", "rescore", "adopt") for one in open_ones)


def history(selection: SelectionRound) -> list[AuditEntry]:
    """Who did what in this round, newest first."""
    applications = list(selection.applications.values_list("pk", flat=True))
    scorings = list(
        Scoring.objects.filter(applications__in=applications).values_list("pk", "ledger_id", named=False)
    )
    ledgers = [ledger for _, ledger in scorings if ledger]
    runs = Allocation.objects.filter(ledger__in=ledgers).values_list("pk", flat=True)
    targets = [f"nursery.round:{selection.pk}"]
    targets += [f"nursery.applications:{pk}" for pk in applications]
    targets += [f"nursery.scoring:{pk}" for pk, _ in scorings]
    targets += [f"nursery.ledger:{pk}" for pk in ledgers]
    targets += [f"nursery.allocation:{pk}" for pk in runs]
    targets += [f"nursery.decision:{pk}" for pk in selection.decisions.values_list("pk", flat=True)]
    return list(
        AuditEntry.objects.filter(target__in=targets)
        .exclude(action__in=VIEWS)
        .order_by("-sequence")[:HISTORY_SHOWN]
    )
