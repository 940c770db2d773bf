"""Basic points (基準指数) of one guardian: which rows hold, which one counts, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import product

from yakuba.nursery.domain.application import Fact, Guardian
from yakuba.nursery.domain.scores import facts as fact_words
from yakuba.nursery.domain.scores.result import Decisions, Line, Question
from yakuba.nursery.domain.scores.rows import BasicRow, inside
from yakuba.nursery.domain.scores.rulebook import Rulebook

PARENT_WORDS = {"father": "父", "mother": "母", "other": "保護者"}
PLANNED = {"work_planned": "work", "study_planned": "study"}  # a planned reason meets the rows of the reason
ZERO = Decimal(0)


@dataclass(slots=True)
class Parent:
    """What one guardian brings. ``points`` ``None``: an absent parent without a row of its own."""

    part: str
    points: Decimal | None = None
    rank: str | None = None
    category: str | None = None
    lines: list[Line] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Hit:
    row: BasicRow
    points: Decimal | None
    value: Decimal  # with its modifiers, for the choice
    basis: str


def parents(
    book: Rulebook, household: str, guardians: Iterable[Guardian], decisions: Decisions
) -> list[Parent]:
    """Every guardian's points, father first; absent parents get the book's row for them, if it has one."""
    order = {"father": 0, "mother": 1, "other": 2}
    present = sorted(guardians, key=lambda guardian: order[guardian.relation])
    found: list[Parent] = []
    for guardian in present:
        same = sum(one.part.startswith(guardian.relation) for one in found)
        part = guardian.relation + (str(same + 1) if same else "")
        found.append(_Guardian(book, household, guardian, part, decisions).work_out())
    for part in _absent(guardian.relation for guardian in present):
        found.append(_absent_parent(book, part))
    return sorted(found, key=lambda parent: order[parent.part.rstrip("23456789")])


def _absent(relations: Iterable[str]) -> list[str]:
    have = list(relations)
    missing = [part for part in ("father", "mother") if part not in have]
    return missing[: max(0, 2 - len(have))]


def _absent_parent(book: Rulebook, part: str) -> Parent:
    row = book.basic_row(book.combination.absent_row or "")
    if row is None:
        return Parent(part)
    line = Line(
        part, row.code, row.label, row.points, True, basis="不存在", source=row.source, evidence=row.evidence
    )
    return Parent(part, row.points or ZERO, row.rank, row.category, [line])


class _Guardian:
    def __init__(
        self, book: Rulebook, household: str, guardian: Guardian, part: str, decisions: Decisions
    ) -> None:
        self.book, self.household, self.guardian, self.decisions = book, household, guardian, decisions
        self.parent = Parent(part)
        self.resolved = fact_words.resolve(book, guardian.facts)
        self.reasons = [PLANNED.get(reason, reason) for reason in guardian.reasons]
        self.who = PARENT_WORDS[guardian.relation]
        self.parent.warnings = [f"世帯 {household} {self.who}：{text}" for text in self.resolved.warnings]
        for key, text in self.resolved.questions:
            self._ask("fact", key, text)

    def work_out(self) -> Parent:
        facts = self._worst_of_missing()
        hits, modifiers = self._hits(facts)
        chosen = self._choose(hits)
        parent = self.parent
        if chosen is None:
            parent.points = ZERO
            parent.rank = self.book.ranks[-1] if self.book.ranks else None
            if not parent.questions:
                self._ask("fact", "basic", "当てはまる事由の行がありません")
        else:
            self._count(chosen, hits, modifiers)
        self._cap()
        return parent

    # -- which rows hold

    def _rows(self) -> list[BasicRow]:
        return [row for row in self.book.basic if row.who != "household"]

    def _worst_of_missing(self) -> Mapping[str, Fact]:
        """Facts, with each missing yes/no that a row in question needs set to the worse answer."""
        facts: dict[str, Fact] = dict(self.resolved.facts)
        needed = self._needed(facts)
        if not needed:
            return facts
        for key in needed:
            label = self.book.facts.get(key, key)
            self._ask("fact", key, f"「{label}」がありません。不利なほうで計算しています")
        yes_no = [key for key in needed if self._is_yes_no(key)]
        choices = [
            facts | dict(zip(yes_no, answers, strict=True))
            for answers in product((False, True), repeat=len(yes_no))
        ]
        return min(choices, key=self._best_value)

    def _best_value(self, facts: Mapping[str, Fact]) -> Decimal:
        return max((hit.value for hit in self._hits(facts, ask=False)[0]), default=ZERO)

    def _needed(self, facts: Mapping[str, Fact]) -> list[str]:
        """Missing facts of rows that could still hold and that speak of this guardian."""
        missing: dict[str, None] = {}
        for row in self._rows():
            known = [key for key in row.when if key in facts]
            absent = [key for key in row.when if key not in facts]
            speaks = bool(known) or row.category in self.reasons
            if absent and speaks and all(inside(row.when[key], facts[key]) for key in known):
                missing.update(dict.fromkeys(absent))
        return list(missing)

    def _is_yes_no(self, key: str) -> bool:
        return any(isinstance(bound.value, bool) for row in self._rows() for bound in row.when.get(key, ()))

    def _hits(self, facts: Mapping[str, Fact], ask: bool = True) -> tuple[list[_Hit], list[_Hit]]:
        held = [row for row in self._rows() if self._holds(row, facts)]
        resolved = replace(self.resolved, facts=dict(facts))
        modifiers, hits = [], []
        for row in held:
            if row.modifier:
                modifiers.append(_Hit(row, row.points, row.points or ZERO, "職員の判定"))
        for row in held:
            if row.modifier:
                continue
            points = self._points(row, ask)
            if points is None and row.rank is None:
                continue
            extra = sum((m.value for m in modifiers if _modifies(m.row, row)), ZERO)
            basis = "職員の判定" if row.judge else fact_words.basis_words(self.book, row.when, resolved)
            value = (points or ZERO) + extra
            if row.rank is not None:
                value = Decimal(-self.book.ranks.index(row.rank))
            hits.append(_Hit(row, points, value, basis))
        return hits, modifiers

    def _holds(self, row: BasicRow, facts: Mapping[str, Fact]) -> bool:
        if row.judge:
            return row.code in self.guardian.rows
        return all(key in facts and inside(band, facts[key]) for key, band in row.when.items())

    def _points(self, row: BasicRow, ask: bool) -> Decimal | None:
        """The row's points, or what staff decided for this guardian or this household."""
        if row.points is not None or row.rank is not None:
            return row.points
        for code in (f"{row.code}:{self.parent.part}", row.code):
            decided = self.decisions.points.get((self.household, code))
            if decided is not None:
                return decided
        if ask:
            self._ask("points", row.code, f"「{row.label}」の点数を決めてください")
            self.parent.lines.append(self._line(row, None, False, "職員の判定", "点数が決まっていません"))
        return None

    # -- which row counts

    def _choose(self, hits: list[_Hit]) -> _Hit | None:
        if not hits:
            return None
        best = max(hits, key=lambda hit: hit.value)  # the first of equals, in the book's order
        if self.book.combination.reasons in ("highest", "same_adds"):
            return best
        categories = {hit.row.category for hit in hits}
        if len(categories) == 1:
            return best
        for reason in self.reasons[:1]:
            own = [hit for hit in hits if hit.row.category == reason]
            if own:
                return max(own, key=lambda hit: hit.value)
        self._ask(
            "fact", "reason", "事由が2つ以上あります。主な事由を決めてください（低いほうで計算しています）"
        )
        return min(hits, key=lambda hit: hit.value)

    def _count(self, chosen: _Hit, hits: list[_Hit], modifiers: list[_Hit]) -> None:
        parent, total = self.parent, chosen.points or ZERO
        why = (
            "事由は1つだけを数えます"
            if self.book.combination.reasons not in ("highest", "same_adds")
            else "いちばん高い事由だけを数えます"
        )
        for hit in hits:
            counted = hit is chosen
            parent.lines.append(self._line(hit.row, hit.points, counted, hit.basis, "" if counted else why))
        for modifier in modifiers:
            applies = _modifies(modifier.row, chosen.row)
            why = "" if applies else "数えた事由には関係しません"
            parent.lines.append(self._line(modifier.row, modifier.points, applies, modifier.basis, why))
            total += modifier.value if applies else ZERO
        parent.points, parent.rank, parent.category = total, chosen.row.rank, chosen.row.category

    def _cap(self) -> None:
        cap, points = self.book.combination.parent_cap, self.parent.points or ZERO
        if cap is None or points <= cap:
            return
        label = f"保護者1人の上限{fact_words.number_words(cap)}"
        self.parent.lines.append(Line(self.parent.part, "CAP:parent", label, cap - points, True))
        self.parent.points = cap

    def _line(self, row: BasicRow, points: Decimal | None, counted: bool, basis: str, why: str) -> Line:
        return Line(
            self.parent.part, row.code, row.label, points, counted, basis, why, None, row.source, row.evidence
        )

    def _ask(self, kind: str, code: str, text: str) -> None:
        self.parent.questions.append(
            Question(
                kind,
                self.household,
                f"{code}:{self.parent.part}",
                f"世帯 {self.household} {self.who}：{text}",
            )
        )


def _modifies(modifier: BasicRow, row: BasicRow) -> bool:
    return not modifier.modifies or row.category in modifier.modifies
