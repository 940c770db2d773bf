"""The parents' points together: sum, the lower one, the average, or the worse rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from yakuba.nursery.domain.application import Household
from yakuba.nursery.domain.scores.basic import ZERO, Parent, parents
from yakuba.nursery.domain.scores.result import Decisions, Line, Question
from yakuba.nursery.domain.scores.rulebook import Rulebook


@dataclass(slots=True)
class Basic:
    """A household's basic points; ``total`` equals the sum of the counted ``lines``."""

    parents: list[Parent]
    total: Decimal = ZERO
    rank: str | None = None
    lines: list[Line] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def household_basic(book: Rulebook, household: Household, decisions: Decisions) -> Basic:
    """Basic points of a household: its guardians by the book's way, then rows that count once."""
    own = parents(book, household.id, household.guardians, decisions)
    basic = Basic(own)
    for parent in own:
        basic.questions += parent.questions
        basic.warnings += parent.warnings
    have = [parent for parent in own if parent.points is not None]
    _COMBINE[book.combination.parents or "sum"](book, have, basic)
    if book.combination.parents is None and len(have) > 1:
        basic.questions.append(
            Question(
                "fact",
                household.id,
                "parents",
                f"世帯 {household.id}：父母の点数の合わせ方が基準表にありません",
            )
        )
    _household_rows(book, household, decisions, basic)
    return basic


def _sum(book: Rulebook, have: Sequence[Parent], basic: Basic) -> None:
    for parent in have:
        basic.lines += parent.lines
        basic.total += parent.points or ZERO


def _lower(book: Rulebook, have: Sequence[Parent], basic: Basic) -> None:
    if not have:
        return
    lowest = min(have, key=lambda parent: parent.points or ZERO)
    basic.total = lowest.points or ZERO
    for parent in have:
        if parent is lowest:
            basic.lines += parent.lines
        else:
            basic.lines += [
                replace(line, counted=False, why=line.why or "父母の低いほうの点数を使います")
                for line in parent.lines
            ]


def _average(book: Rulebook, have: Sequence[Parent], basic: Basic) -> None:
    _sum(book, have, basic)
    if len(have) < 2:
        return
    mean = basic.total / len(have)
    basic.lines.append(Line("household", "AVERAGE", "父母の平均にする", mean - basic.total, True))
    basic.total = mean


def _rank_worst(book: Rulebook, have: Sequence[Parent], basic: Basic) -> None:
    _sum(book, have, basic)
    letters = [parent.rank for parent in have if parent.rank is not None]
    basic.rank = worst(book, letters) if letters else book.ranks[-1]


_COMBINE = {"sum": _sum, "lower": _lower, "average": _average, "rank_worst": _rank_worst}


def worst(book: Rulebook, letters: Sequence[str]) -> str:
    """The worst of some ranks."""
    return max(letters, key=book.ranks.index)


def _household_rows(book: Rulebook, household: Household, decisions: Decisions, basic: Basic) -> None:
    for row in book.basic:
        if row.who != "household" or row.code not in household.rows:
            continue
        points = row.points
        if points is None:
            points = decisions.points.get((household.id, row.code))
        counted = points is not None
        why = "" if counted else "点数が決まっていません"
        basic.lines.append(
            Line(
                "household",
                row.code,
                row.label,
                points,
                counted,
                "職員の判定",
                why,
                None,
                row.source,
                row.evidence,
            )
        )
        basic.total += points or ZERO
        if not counted:
            text = f"世帯 {household.id}：「{row.label}」の点数を決めてください"
            basic.questions.append(Question("points", household.id, row.code, text))
