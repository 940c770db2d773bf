"""Keys of the order: a value for each step of the tie order, turned so that bigger is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yakuba.nursery.domain.application import Applicant, Fact, Guardian, Household
from yakuba.nursery.domain.priority import Key
from yakuba.nursery.domain.scores.basic import Parent
from yakuba.nursery.domain.scores.derive import Ledger
from yakuba.nursery.domain.scores.result import Decisions
from yakuba.nursery.domain.scores.rows import Step
from yakuba.nursery.domain.scores.rulebook import Rulebook

ASCENDING = ("lower_first", "higher_wish_first", "earlier_first", "category_order")
COMPUTED = ("basic_points_total", "adjustment_points", "wish_rank", "wished_start_date")
FROM_STAFF = ("staff_decides",)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the steps may ask about one wish of a child. ``counted``: codes that count at this wish."""

    nursery: str
    rank: int
    total: Decimal
    basic_total: Decimal
    counted: frozenset[str]


def ascending(step: Step) -> bool:
    """Whether the printed value of a step is better when smaller."""
    if step.direction == "farther_first":
        return bool(step.categories)
    return step.direction in ASCENDING


def key_of(book: Rulebook, step: Step, value: Fact) -> Key:
    """A value as a key. Raises ``ValueError`` saying what is expected when it cannot be one.

    >>> from yakuba.nursery.domain.scores.rulebook import Rulebook
    >>> book = Rulebook("x", "", "", None, "", None, None, "template", "")
    >>> key_of(book, Step("tax", "lower_first", ""), 5), key_of(book, Step("lone", "true_first", ""), True)
    (-5, 1)
    """
    if step.categories:
        return -(_category(book, step, value) + 1)
    if step.direction == "true_first":
        if not isinstance(value, bool):
            raise ValueError("はい・いいえ（true・false）")
        return int(value)
    if step.direction == "earlier_first":
        if not isinstance(value, date):
            raise ValueError("日付（2027-04-01 など）")
        return -value.toordinal()
    if isinstance(value, bool | str | date):
        raise ValueError("数")
    number = value if step.at_most is None else min(value, step.at_most)
    return -number if ascending(step) else number


def _category(book: Rulebook, step: Step, value: Fact) -> int:
    for index, category in enumerate(step.categories):
        if value == category.id or value in category.of:
            return index
    if step.rest and (value == "rest" or any(row.category == value for row in book.basic)):
        return len(step.categories)
    names = "、".join(category.id for category in step.categories)
    raise ValueError(names + ("、rest" if step.rest else ""))


def worst_key(step: Step, present: Sequence[Key]) -> Key:
    """The key of a child whose value is missing: worse than every value that is there."""
    if step.direction == "true_first":
        return 0
    if step.categories:
        return -(len(step.categories) + 2)
    return min(present, default=Decimal(1)) - 1


def fact_keys(step: Step, on: date) -> tuple[str, ...]:
    """Fact keys that may answer a step, the first found counts; the tax year changes in September."""
    name = step.fact or step.key
    if not step.tax_year:
        return (name,)
    return (f"{name}_{'previous' if 4 <= on.month <= 8 else 'current'}", name)


class Values:
    """Finds the value of a step for one child at one wish; ``None`` = nobody says."""

    def __init__(self, book: Rulebook, ledger: Ledger, decisions: Decisions, on: date) -> None:
        self.book, self.ledger, self.decisions, self.on = book, ledger, decisions, on

    def value(
        self, step: Step, child: Applicant, household: Household, parents: Sequence[Parent], wish: Wish
    ) -> Fact | None:
        if step.outcome:
            return (child.id, wish.nursery) in self.decisions.together
        if step.derive is not None:
            return bool(self.ledger.holds(step.derive, child, wish.nursery))
        for key in fact_keys(step, self.on):
            for facts in (child.facts, household.facts):
                if key in facts:
                    return facts[key]
        if step.codes or step.unless_codes:
            return _by_codes(step, wish.counted)
        if step.key in COMPUTED:
            return self._computed(step.key, child, wish)
        return self._per_parent(step, household, parents)

    def _computed(self, key: str, child: Applicant, wish: Wish) -> Fact | None:
        found: Mapping[str, Fact | None] = {
            "basic_points_total": wish.basic_total,
            "adjustment_points": wish.total - wish.basic_total,
            "wish_rank": wish.rank,
            "wished_start_date": child.wished_start,
        }
        return found[key]

    def _per_parent(self, step: Step, household: Household, parents: Sequence[Parent]) -> Fact | None:
        if step.per_parent is None:
            return None
        name = step.fact or step.key
        by_reason = any(category.of for category in step.categories)
        if by_reason and not any(name in guardian.facts for guardian in household.guardians):
            found: list[Fact] = [parent.category for parent in parents if parent.category is not None]
        else:
            found = [guardian.facts[name] for guardian in household.guardians if name in guardian.facts]
        return self._joined(step, found, household.guardians) if found else None

    def _joined(self, step: Step, found: Sequence[Fact], guardians: Sequence[Guardian]) -> Fact | None:
        if step.per_parent == "sum":
            numbers = [Decimal(str(value)) for value in found]
            most = step.each_at_most
            total = sum((one if most is None else min(one, most) for one in numbers), Decimal(0))
            return total if len(found) == len(guardians) else None
        pick = max if step.per_parent == "best" else min
        return pick(found, key=lambda value: self._safe(step, value))

    def _safe(self, step: Step, value: Fact) -> Key:
        try:
            return key_of(self.book, step, value)
        except ValueError:
            return worst_key(step, ())


def _by_codes(step: Step, counted: frozenset[str]) -> bool:
    if step.codes:
        return any(code in counted for code in step.codes)
    return not any(code in counted for code in step.unless_codes)
