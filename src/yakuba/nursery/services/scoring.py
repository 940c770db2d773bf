"""Points of a round (採点): the request, the work of the job, and what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.files.services import store
from yakuba.core.jobs.models import ACTIVE_STATES
from yakuba.core.jobs.services import enqueue
from yakuba.nursery.domain.application import Applications
from yakuba.nursery.domain.scores.result import Scores
from yakuba.nursery.models import ApplicationFile, Decision, Rulebook, Scoring
from yakuba.nursery.scores_file import ScoresFile, read_scores, scores_bytes
from yakuba.nursery.services.ledgers import Checked, keep_ledger
from yakuba.nursery.services.rounds import check_open

JSONL = "application/jsonl"
WARNINGS_KEPT = 500


def request_scoring(
    applications: ApplicationFile, rulebook: Rulebook, *, by: Any, actor: object = None
) -> Scoring:
    """Queue the scoring of one file by one book, or return the one that is already waiting or running.

    ``RoundError`` when the round was set aside.
    """
    check_open(applications.selection)
    with transaction.atomic():
        ApplicationFile.objects.select_for_update().get(pk=applications.pk)
        going = applications.scorings.filter(
            rulebook=rulebook, finished_at=None, job__state__in=ACTIVE_STATES
        ).first()
        if going is not None:  # pressed twice
            return going
        scoring = Scoring.objects.create(applications=applications, rulebook=rulebook, requested_by=by)
        scoring.job = enqueue(
            "nursery.score",
            {"scoring": scoring.pk},
            by=by,
            key=f"nursery.score:{scoring.pk}",
            system="nursery",
        )
        scoring.save(update_fields=["job"])
        record(
            "nursery.scoring.request",
            actor=actor or by or "system:nursery",
            target=f"nursery.scoring:{scoring.pk}",
            detail={"applications": applications.pk, "rulebook": rulebook.pk},
        )
    return scoring


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scoring found, before it is kept."""

    scores: Scores
    applications: Applications
    ledger: Checked
    warnings: Sequence[str]
    decisions: Sequence[Decision]


def keep_scoring(scoring: Scoring, found: Outcome) -> None:
    """Write the trace, the keyed ledger and the figures, in the caller's transaction."""
    selection = scoring.applications.selection
    scores = found.scores
    scoring.scores_file = store(
        scores_bytes(scores, found.applications),
        name=f"scores-{scoring.pk}.jsonl",
        content_type=JSONL,
        by=scoring.requested_by,
    )
    scoring.ledger = keep_ledger(
        found.ledger, title=selection.title, by=scoring.requested_by, actor="system:jobs"
    )
    scoring.questions = [
        {"kind": one.kind, "subject": one.subject, "code": one.code, "text": one.text}
        for one in scores.questions
    ]
    scoring.warnings = list(found.warnings)[:WARNINGS_KEPT]
    scoring.decisions = [one.pk for one in found.decisions]
    scoring.figures = figures_of(scores, found)
    scoring.finished_at = timezone.now()
    scoring.save()
    record(
        "nursery.scoring.finish",
        actor="system:jobs",
        target=f"nursery.scoring:{scoring.pk}",
        detail=scoring.figures,
    )


def figures_of(scores: Scores, found: Outcome) -> dict[str, Any]:
    """Counts for the page and the audit log."""
    rows = scores.children.values()
    return {
        "children": len(scores.children),
        "differing": sum(len({wish.total for wish in row.wishes}) > 1 for row in rows),
        "questions": len(scores.questions),
        "ties": len(found.ledger.ties),
    }


def trace_of(scoring: Scoring) -> ScoresFile:
    """The kept points of a finished scoring. ``LookupError`` when there are none yet."""
    if scoring.scores_file is None:
        raise LookupError(f"{scoring} has no scores yet")
    return read_scores(read_file(scoring.scores_file))


def with_order(
    scores: Scores, applications: Applications, orders: Sequence[Sequence[str]], *, name: str
) -> Scores:
    """The scores with the officers' order of tied children as one more, last key.

    It tells children apart only where one such order names all who are tied at a class, so that children
    of two different orders are never put before one another by accident.
    """
    if not orders:
        return scores
    place = {
        child: (number, len(group) - index)
        for number, group in enumerate(orders)
        for index, child in enumerate(group)
    }
    of = {one.id: one for one in applications.applicants}
    tied: dict[Any, set[str]] = {}
    for child, row in scores.children.items():
        for wish in row.wishes:
            key = (wish.nursery, of[child].age, of[child].track, wish.keys)
            tied.setdefault(key, set()).add(child)
    last: dict[tuple[str, str], int] = {}
    for (nursery, _, _, _), children in tied.items():
        groups = {place.get(child, (None, 0))[0] for child in children}
        whole = len(children) > 1 and len(groups) == 1 and None not in groups
        for child in children:
            last[child, nursery] = place[child][1] if whole else 0
    rows = {
        child: replace(
            row,
            wishes=tuple(replace(wish, keys=(*wish.keys, last[child, wish.nursery])) for wish in row.wishes),
        )
        for child, row in scores.children.items()
    }
    return replace(scores, names=(*scores.names, name), ascending=(*scores.ascending, False), children=rows)


def shown_points(points: Decimal | None) -> str:
    """Points as people write them: 「−2.5」, 「+3」 is left to the page.

    >>> shown_points(Decimal("2.50")), shown_points(Decimal("-3")), shown_points(None)
    ('2.5', '−3', '—')
    """
    if points is None:
        return "—"
    text = format(points.normalize(), "f")
    return text.replace("-", "−")
