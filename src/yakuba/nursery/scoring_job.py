"""The durable job that works out the points of a round."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.urls import reverse

from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, job
from yakuba.nursery.applications.scored import BY_HAND, keyed_ledger
from yakuba.nursery.domain.application import Applications
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.domain.market_json import sibling_warnings
from yakuba.nursery.domain.scores.result import Decisions, Scores
from yakuba.nursery.domain.scores.rulebook import Rulebook
from yakuba.nursery.domain.scores.score import score
from yakuba.nursery.models import Decision, Scoring
from yakuba.nursery.services import applications, rulebooks, scoring
from yakuba.nursery.services.decisions import domain_decisions, in_force
from yakuba.nursery.services.facts import with_facts
from yakuba.nursery.services.ledgers import check_ledger
from yakuba.nursery.services.settling import settled


def scoring_page(finished: Job) -> str:
    """Where finished points are seen."""
    return reverse("nursery:scoring", args=[finished.params["scoring"]])


def scores_of(book: Rulebook, found: Applications, decisions: Decisions, on: Any) -> Scores:
    """The scores; where the book has no step for it, the officers' order of ties is one more, last key."""
    scores = score(book, found, decisions, on=on)
    if any(step.direction == "staff_decides" for step in book.tie_break):
        return scores
    return scoring.with_order(scores, found, decisions.order, name=BY_HAND)


@job("nursery.score", label="採点する", timeout_s=900, shown=(BadInput,), url=scoring_page)
def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Read the applications, score, make the keyed ledger, and keep everything at once."""
    row = Scoring.objects.select_related(
        "applications", "applications__file", "applications__selection", "rulebook", "rulebook__file"
    ).get(pk=params["scoring"])
    on = row.applications.selection.starts_on
    context.progress(0.05, "申込情報を読んでいます")
    book = rulebooks.content(row.rulebook)
    decided = in_force(row.applications.selection)
    found = with_facts(book, applications.content(row.applications), decided, on)
    context.progress(0.3, "採点しています")
    answered = frozenset((one.subject, one.code) for one in decided if one.kind == Decision.Kind.TOGETHER)
    result = settled(
        found,
        domain_decisions(decided),
        lambda decisions: scores_of(book, found, decisions, on),
        answered=answered,
        progress=lambda text: context.progress(0.5, text),
    )
    scores = replace(result.scores, questions=(*result.scores.questions, *result.questions))
    context.progress(0.7, "優先順位の台帳を作っています")
    ledger = check_ledger(f"採点{row.pk}.zip", keyed_ledger(found, scores))
    warnings = [*scores.warnings, *result.warnings, *sibling_warnings(ledger.market)]
    context.progress(0.9, "記録しています")
    with context.finish() as outcome:
        scoring.keep_scoring(row, scoring.Outcome(scores, found, ledger, warnings, decided))
        outcome.update({"scoring": row.pk, **row.figures})
    return outcome
