"""Small rule books and rounds for tests of the score engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from yakuba.nursery.domain.application import Applicant, Applications, Fact, Guardian, Household, Mark
from yakuba.nursery.domain.scores.result import ChildScore, Decisions, Scores
from yakuba.nursery.domain.scores.rulebook import Rulebook
from yakuba.nursery.domain.scores.score import score
from yakuba.nursery.rulebooks.load import parse

APRIL = date(2027, 4, 1)
HEAD = """\
format: yakuba.nursery.rulebook/1
id: test
municipality: 試験市
version: 試験
status: template
evidence: INVENTED
"""
WORK = """\
basic:
  - {code: W160, category: work, when: {work_hours_month: {ge: 160}}, points: 20}
  - {code: W100, category: work, when: {work_hours_month: {ge: 100, lt: 160}}, points: 14}
  - {code: W48, category: work, when: {work_hours_month: {ge: 48, lt: 100}}, points: 9}
  - {code: ILL, category: illness, label: 病気, judge: true, points: 12}
  - {code: BIRTH, category: childbirth, label: 出産, who: mother, judge: true, points: 10}
"""


def book(text: str = "", basic: str = WORK) -> Rulebook:
    """A rule book with the usual work rows and what the test adds."""
    return parse("test.yaml", (HEAD + basic + text).encode())


def guardian(relation: Any, hours: int | None = None, *rows: str, **facts: Fact) -> Guardian:
    own: dict[str, Fact] = {} if hours is None else {"work_hours_month": hours}
    return Guardian(relation, facts=own | facts, rows=rows)


def both(father: int = 160, mother: int = 160) -> tuple[Guardian, ...]:
    return guardian("father", father), guardian("mother", mother)


def home(id_: str = "h1", guardians: tuple[Guardian, ...] | None = None, **more: Any) -> Household:
    return Household(id_, both() if guardians is None else guardians, **more)


def child(id_: str = "c1", household: str = "h1", *wishes: str, **more: Any) -> Applicant:
    values: dict[str, Any] = {"age": 1} | more
    return Applicant(id_, household, "", wishes=wishes or ("N1", "N2"), **values)


def applications(
    homes: tuple[Household, ...], children: tuple[Applicant, ...], enrolled: Mapping[str, Any] | None = None
) -> Applications:
    return Applications((), {one.id: one for one in homes}, children, siblings_enrolled=enrolled or {})


def run(
    rules: Rulebook,
    household: Household | None = None,
    applicant: Applicant | None = None,
    *,
    enrolled: tuple[str, ...] = (),
    decisions: Decisions | None = None,
    on: date = APRIL,
) -> tuple[ChildScore, Scores]:
    """Score one child of one household."""
    round_ = applications((household or home(),), (applicant or child(),), {"h1": enrolled})
    scores = score(rules, round_, decisions, on=on)
    return scores.children[(applicant or child()).id], scores


def marks(*codes: str) -> tuple[Mark, ...]:
    return tuple(Mark(code) for code in codes)


def dec(value: str | int) -> Decimal:
    return Decimal(value)


def line_of(one: ChildScore, code: str, nursery: str | None = None) -> Any:
    """The only line of a code (at a wish)."""
    (found,) = [line for line in one.lines if line.code == code and line.nursery == nursery]
    return found


def questions(scores: Scores) -> list[tuple[str, str, str]]:
    return [(one.kind, one.subject, one.code) for one in scores.questions]
