"""Keys that depend on the outcome (南風原町): settled to a fixed point, or asked of the officer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from yakuba.nursery.applications.scored import keyed_ledger
from yakuba.nursery.domain.application import Applications
from yakuba.nursery.domain.scores.outcome import settle, together
from yakuba.nursery.domain.scores.result import Decisions, Question, Scores
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.services.ledgers import check_ledger

MOST_ASKED = 50
Holding = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Settling:
    """The scores to use, what is to be told, and what only the officer can decide."""

    scores: Scores
    warnings: Sequence[str] = ()
    questions: Sequence[Question] = ()


def settled(
    applications: Applications,
    decisions: Decisions,
    scored: Callable[[Decisions], Scores],
    *,
    answered: Holding | None,
    progress: Callable[[str], None],
) -> Settling:
    """Score until the result agrees with its own keys.

    ``answered``: (child, nursery) that officers already decided about, whichever way; then their word
    stands and nothing is searched for. ``scored`` scores with given decisions.
    """
    first = scored(decisions)
    if not first.outcome_keys:
        return Settling(first)
    names = "、".join(first.names[at] for at in first.outcome_keys)
    if answered:
        return Settling(first, [f"「{names}」は割当の結果で決まります。職員の判断のとおりに計算しています。"])
    ties = False

    def run(scores: Scores) -> Holding:
        nonlocal ties
        progress(f"「{names}」に合う結果を探しています")
        ledger = check_ledger("採点.zip", keyed_ledger(applications, scores))
        ties = bool(ledger.ties)
        return together(applications, allocate(ledger.market).result.assignment)

    start: Holding = frozenset()
    found = settle(start, lambda holding: scored(replace(decisions, together=holding)), run)
    text = f"「{names}」は割当の結果で決まります。{found}"
    if ties:
        text += "同点が残っているため、仮の順で確かめました。同点の順位を決めてから採点し直してください。"
    if found.outcome is not None:
        return Settling(scored(replace(decisions, together=found.outcome)), [text])
    always = frozenset.intersection(*found.outcomes)
    differing = sorted(frozenset.union(*found.outcomes) - always)
    asked = [
        Question("together", child, nursery, f"受付番号 {child}：施設 {nursery} で「{names}」に当たるか")
        for child, nursery in differing[:MOST_ASKED]
    ]
    return Settling(scored(replace(decisions, together=always)), [text], asked)
