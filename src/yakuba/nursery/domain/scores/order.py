"""The order (優先順位): tier, rank, total and the steps of the tie order as one tuple of keys per wish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yakuba.nursery.domain.application import Applicant, Fact, Household
from yakuba.nursery.domain.market import BadInput, Fault
from yakuba.nursery.domain.priority import Key
from yakuba.nursery.domain.scores.basic import Parent
from yakuba.nursery.domain.scores.derive import Ledger
from yakuba.nursery.domain.scores.keys import FROM_STAFF, Values, Wish, ascending, key_of, worst_key
from yakuba.nursery.domain.scores.result import Decisions, Keys, Question
from yakuba.nursery.domain.scores.rows import Step
from yakuba.nursery.domain.scores.rulebook import Rulebook

MOST_ASKED = 20  # beyond so many households without a value, one question speaks for all


@dataclass(frozen=True, slots=True)
class Row:
    """One wish of one child. ``total``: what is compared (the siblings' average where the book says so)."""

    child: Applicant
    household: Household
    parents: tuple[Parent, ...]
    tier: int | None
    rank: str | None
    wish: Wish
    total: Decimal

    @property
    def place(self) -> tuple[str, str]:
        return self.child.id, self.wish.nursery


class Order:
    """Builds the keys; ``names``, ``ascending``, ``outcome_keys`` describe them, ``questions`` are open."""

    def __init__(self, book: Rulebook, ledger: Ledger, decisions: Decisions, on: date) -> None:
        self.book, self.decisions = book, decisions
        self.values = Values(book, ledger, decisions, on)
        head = [("優先区分", True)] * bool(book.tiers) + [("ランク", True)] * bool(book.ranks)
        total = book.terms.total
        if book.combination.siblings == "average":
            total = f"{total}（きょうだいの平均）"
        head.append((total, False))
        steps = [(step.label, ascending(step)) for step in book.tie_break]
        self.names = tuple(name for name, _ in head + steps)
        self.ascending = tuple(turned for _, turned in head + steps)
        self.outcome_keys = tuple(
            len(head) + index for index, step in enumerate(book.tie_break) if step.outcome
        )
        self.questions: list[Question] = []

    def keys(self, rows: Sequence[Row]) -> Mapping[tuple[str, str], Keys]:
        """(child, nursery) → keys. Raises ``BadInput`` for values that cannot be keys."""
        found: dict[tuple[str, str], list[Key]] = {row.place: self._head(row) for row in rows}
        for step in self.book.tie_break:
            column = (
                self._staff(step, rows, found) if step.direction in FROM_STAFF else self._column(step, rows)
            )
            for place, key in column.items():
                found[place].append(key)
        return {place: tuple(keys) for place, keys in found.items()}

    def _head(self, row: Row) -> list[Key]:
        keys: list[Key] = []
        if self.book.tiers:
            keys.append(-(row.tier or self.book.last_tier()))
        if self.book.ranks:
            keys.append(-(self.book.ranks.index(row.rank or self.book.ranks[-1]) + 1))
        return [*keys, row.total]

    def _column(self, step: Step, rows: Sequence[Row]) -> dict[tuple[str, str], Key]:
        known: dict[tuple[str, str], Key] = {}
        missing: list[Row] = []
        faults: list[Fault] = []
        for row in rows:
            value = self.values.value(step, row.child, row.household, row.parents, row.wish)
            if value is None:
                missing.append(row)
                continue
            try:
                known[row.place] = key_of(self.book, step, value)
            except ValueError as expected:
                faults.append(_fault(step, row, value, str(expected)))
        if faults:
            raise BadInput(list(dict.fromkeys(faults)))
        if missing:
            self._ask(step, missing)
            lowest = worst_key(step, list(known.values()))
            known |= {row.place: lowest for row in missing}
        return known

    def _ask(self, step: Step, missing: Sequence[Row]) -> None:
        children = sorted({row.child.id for row in missing})
        if len(children) > MOST_ASKED:
            text = f"「{step.label}」の値が{len(children)}人にありません。最も不利な値で計算しています"
            self.questions.append(Question("fact", "", step.key, text))
            return
        for child in children:
            text = f"受付番号 {child}：「{step.label}」の値がありません。最も不利な値で計算しています"
            self.questions.append(Question("fact", child, step.key, text))

    def _staff(
        self, step: Step, rows: Sequence[Row], before: Mapping[tuple[str, str], Sequence[Key]]
    ) -> dict[tuple[str, str], Key]:
        """Places in the orders that staff decided; ties without such an order are asked."""
        place = {
            child: (number, len(group) - index)
            for number, group in enumerate(self.decisions.order)
            for index, child in enumerate(group)
        }
        tied: dict[tuple[object, ...], list[Row]] = defaultdict(list)
        for row in rows:
            tied[row.wish.nursery, row.child.age, row.child.track, tuple(before[row.place])].append(row)
        asked: set[tuple[str, ...]] = set()
        for group in tied.values():
            groups = {place.get(row.child.id, (None, 0))[0] for row in group}
            if len({row.child.household for row in group}) < 2 or (len(groups) == 1 and None not in groups):
                continue
            children = tuple(sorted(row.child.id for row in group))
            if children not in asked:
                asked.add(children)
                names = "、".join(children)
                text = f"受付番号 {names}：「{step.label}」で順を決めてください"
                self.questions.append(Question("order", children[0], step.key, text))
        return {row.place: place.get(row.child.id, (None, 0))[1] for row in rows}


def _fault(step: Step, row: Row, value: Fact, expected: str) -> Fault:
    return Fault(
        "申込",
        f"{step.key}＝{value}",
        f"{expected} が必要です",
        row=row.child.row or None,
        column=f"受付番号 {row.child.id}",
        advice=f"「{step.label}」の値を直してください",
    )
