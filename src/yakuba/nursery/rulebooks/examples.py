"""Worked examples of a rule book, worked out by the engine: the book's own proof before it is activated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yakuba.nursery.domain.application import (
    Applicant,
    Applications,
    Fact,
    Guardian,
    Household,
    Mark,
    OfferedClass,
    Relation,
)
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.domain.priority import Key
from yakuba.nursery.domain.scores.keys import key_of, worst_key
from yakuba.nursery.domain.scores.result import ChildScore, Decisions, Scores
from yakuba.nursery.domain.scores.rows import Step
from yakuba.nursery.domain.scores.rulebook import Example, Rulebook, TieExample
from yakuba.nursery.domain.scores.score import average, score

FIRST, SECOND = "N1", "N2"
CHILD, TWIN, HOUSEHOLD = "c1", "c2", "h1"
BORN = date(2025, 6, 1)
WRONG_SHAPE = "例の書き方に誤りがあります"


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """``expected`` / ``found``: the values that were compared, by name."""

    id: str
    kind: str  # points | tie
    origin: str
    ok: bool
    expected: Mapping[str, Any]
    found: Mapping[str, Any]
    problem: str = ""

    def __str__(self) -> str:
        if self.ok:
            return f"{self.id}：一致"
        detail = self.problem or f"期待 {_shown(self.expected)}、計算 {_shown(self.found)}"
        return f"{self.id}：不一致（{detail}）"


def _shown(values: Mapping[str, Any]) -> str:
    return "・".join(f"{key}={'なし' if value is None else value}" for key, value in values.items())


def run_examples(book: Rulebook) -> list[ExampleResult]:
    """Work out every example of a book, point examples first."""
    return [run_example(book, one) for one in book.examples] + [
        run_tie(book, one) for one in book.tie_examples
    ]


def run_example(book: Rulebook, example: Example) -> ExampleResult:
    """``total`` is the total at the first wish, ``total_else`` at the second."""
    try:
        scores = scored(book, example)
    except (BadInput, KeyError, TypeError, ValueError) as error:
        problem = str(error) if isinstance(error, BadInput) else f"{WRONG_SHAPE}：{error}"
        return ExampleResult(example.id, "points", example.origin, False, example.expect, {}, problem)
    child = scores.children[CHILD]
    known = _found(child)
    unknown = [key for key in example.expect if key not in known]
    if unknown:
        problem = f"比べられない値です：{'、'.join(unknown)}（使える値：{'、'.join(known)}）"
        return ExampleResult(example.id, "points", example.origin, False, example.expect, {}, problem)
    found = {key: known[key] for key in example.expect}
    ok = all(found[key] == value for key, value in example.expect.items())
    return ExampleResult(example.id, "points", example.origin, ok, example.expect, found)


def _found(child: ChildScore) -> dict[str, Any]:
    return {
        "father": child.basic.get("father"),
        "mother": child.basic.get("mother"),
        "total": child.wishes[0].total,
        "total_else": child.wishes[1].total,
        "rank": child.rank,
        "tier": None if child.tier is None else Decimal(child.tier),
    }


def scored(book: Rulebook, example: Example) -> Scores:
    """The whole scoring of an example, for its trace."""
    applications, decisions, on = case(book, example.given)
    return score(book, applications, decisions, on=on)


def case(book: Rulebook, given: Mapping[str, Any]) -> tuple[Applications, Decisions, date]:
    """The one-household round of an example, what staff decided, and the start of care."""
    wrong = [key for key in ("father", "mother", "household", "child") if not _mapping(given.get(key))]
    if wrong:
        raise ValueError("、".join(wrong))
    child, home = given.get("child") or {}, given.get("household") or {}
    marks: dict[str, list[Mark]] = {"household": [], "parent": [], "child": []}
    leave = bool(home.get("leave_extension_ok"))
    for code, times in Counter(given.get("marks") or []).items():
        row = book.adjustment(code)
        if row is not None and row.derive == "leave_extension_ok":
            leave = True
            continue
        scope = "household" if row is None else row.scope
        at = FIRST if scope == "wish" else None
        marks["child" if scope == "wish" else scope].append(Mark(code, times, at))
    guardians = _guardians(given, marks["parent"])
    household = Household(
        HOUSEHOLD,
        guardians,
        facts=_facts(home.get("facts")),
        rows=tuple(home.get("rows") or ()),
        marks=tuple(marks["household"]),
        leave_extension_ok=leave,
    )
    applicants = [_applicant(CHILD, child, marks["child"])]
    if child.get("twin"):
        applicants.append(_applicant(TWIN, child, []))
    applications = Applications(
        classes=tuple(OfferedClass(name, name, age, 1) for name in (FIRST, SECOND) for age in range(6)),
        households={HOUSEHOLD: household},
        applicants=tuple(applicants),
        siblings_enrolled={HOUSEHOLD: (FIRST,)} if child.get("sibling_enrolled") else {},
    )
    decided = {(HOUSEHOLD, code): Decimal(points) for code, points in (given.get("decided") or {}).items()}
    on = date.fromisoformat(given["on"]) if "on" in given else _start(book)
    return applications, Decisions(points=decided), on


def _mapping(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def _start(book: Rulebook) -> date:
    return book.effective_from or date(book.fiscal_year or 2027, 4, 1)


def _guardians(given: Mapping[str, Any], marks: list[Mark]) -> tuple[Guardian, ...]:
    found: list[Guardian] = []
    relations: tuple[Relation, ...] = ("mother", "father")
    for relation in relations:
        one = given.get(relation)
        if one is None:
            continue
        own = tuple(marks) if not found else ()
        found.append(
            Guardian(
                relation,
                facts=_facts(one.get("facts")),
                rows=tuple(one.get("rows") or ()),
                reasons=tuple(one.get("reasons") or ()),
                marks=own,
            )
        )
    return tuple(found)


def _facts(raw: Mapping[str, Fact] | None) -> dict[str, Fact]:
    return dict(raw or {})


def _applicant(id_: str, child: Mapping[str, Any], marks: list[Mark]) -> Applicant:
    tier = child.get("tier")
    return Applicant(
        id=id_,
        household=HOUSEHOLD,
        name="",
        age=int(child.get("age", 1)),
        wishes=(FIRST, SECOND),
        birth=BORN,
        kind=child.get("kind", "entry"),
        current=child.get("current"),
        tier=None if tier is None else int(tier),
        facts=_facts(child.get("facts")),
        marks=tuple(marks),
    )


def run_tie(book: Rulebook, example: TieExample) -> ExampleResult:
    """Compare two children step by step; a step that neither side gives is taken as equal."""
    expected = {"first": example.first} | ({"decided_by": example.decided_by} if example.decided_by else {})
    try:
        first, step = first_of(book, example.a, example.b)
    except (ValueError, TypeError) as error:
        return ExampleResult(
            example.id, "tie", example.origin, False, expected, {}, f"{WRONG_SHAPE}：{error}"
        )
    found = {"first": first, "decided_by": step}
    ok = first == example.first and example.decided_by in ("", step)
    return ExampleResult(example.id, "tie", example.origin, ok, expected, found)


def first_of(book: Rulebook, a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[str, str]:
    """(``a``, ``b`` or ``tie``, key of the step that decides)."""
    for name, one, other in _columns(book, a, b):
        if one != other:
            return ("a" if one > other else "b"), name
    return "tie", ""


def _columns(book: Rulebook, a: Mapping[str, Any], b: Mapping[str, Any]) -> list[tuple[str, Key, Key]]:
    found: list[tuple[str, Key, Key]] = []
    if "rank" in a and "rank" in b:
        found.append(("rank", -book.ranks.index(a["rank"]), -book.ranks.index(b["rank"])))
    if all("total" in side or "siblings" in side for side in (a, b)):
        found.append(("total", _total(a), _total(b)))
    for step in book.tie_break:
        if step.direction != "staff_decides" and (step.key in a or step.key in b):
            pair = [_key(book, step, side.get(step.key)) for side in (a, b)]
            known = [key for key in pair if key is not None]
            one, other = (worst_key(step, known) if key is None else key for key in pair)
            found.append((step.key, one, other))
    return found


def _total(side: Mapping[str, Any]) -> Decimal:
    return average(side["siblings"]) if "siblings" in side else Decimal(side["total"])


def _key(book: Rulebook, step: Step, value: Any) -> Key | None:
    if step.direction == "earlier_first" and isinstance(value, str):
        value = date.fromisoformat(value)
    return None if value is None else key_of(book, step, value)
