"""Adjustments (加点・減点) of one child: what staff ticked and what the ledger tells, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from yakuba.nursery.domain.application import Applicant, Guardian, Household, Mark
from yakuba.nursery.domain.scores.derive import PER_WISH, Ledger
from yakuba.nursery.domain.scores.result import Decisions, Line, Question
from yakuba.nursery.domain.scores.rows import Adjustment, inside
from yakuba.nursery.domain.scores.rulebook import Rulebook

ZERO = Decimal(0)
UNDECIDED = "点数が決まっていません"
DERIVED_WORDS = {
    "sibling_enrolled_here": "きょうだいが在園",
    "sibling_wishes_here": "きょうだいも希望",
    "multiple_birth": "同じ生年月日のきょうだいも申込み",
    "applying_together": "きょうだいが同時に申込み",
    "enrolled": "在園中",
    "enrolled_here": "この施設に在園中",
    "leave_extension_ok": "育児休業の延長を許容できると回答",
    "transfer": "転園の申込み",
    "entry": "新規の申込み",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate line with the row it comes from."""

    line: Line
    row: Adjustment


@dataclass(slots=True)
class Collected:
    """``always``: entries at every wish; ``at``: nursery → entries only there."""

    always: list[Entry] = field(default_factory=list)
    at: dict[str, list[Entry]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Tick:
    part: str
    mark: Mark


class Collector:
    """Collects one child's entries. ``basic``: points per guardian part, for ``cap_parent``."""

    def __init__(
        self,
        book: Rulebook,
        ledger: Ledger,
        child: Applicant,
        basic: dict[str, Decimal | None],
        decisions: Decisions,
        on: date,
    ) -> None:
        self.book, self.ledger, self.child, self.basic = book, ledger, child, basic
        self.household = ledger.applications.households[child.household]
        self.decisions, self.on = decisions, on
        self.found = Collected(at={nursery: [] for nursery in child.wishes})
        self.ticks: dict[str, list[_Tick]] = {}
        for tick in _ticks(self.household, child):
            self.ticks.setdefault(tick.mark.code, []).append(tick)

    def collect(self) -> Collected:
        for row in self.book.adjustments:
            if row.scope == "wish" or row.derive in PER_WISH:
                self._per_wish(row)
            else:
                self._everywhere(row)
        return self.found

    # -- rows that count at every wish

    def _everywhere(self, row: Adjustment) -> None:
        ticks = [tick for tick in self.ticks.get(row.code, []) if tick.mark.nursery is None]
        derived = self._derived(row, None)
        if derived and not ticks:
            self.found.always.append(self._entry(row, _part(row), derived, self._derived_basis(row)))
        if ticks and row.scope != "parent":
            ticks = [max(ticks, key=lambda tick: tick.mark.times)]
        for tick in ticks:
            self._contradiction(row, tick, bool(derived))
            part = tick.part if row.scope == "parent" else _part(row)
            self._add(self.found.always, row, part, tick.mark.times, None)
        for tick in self.ticks.get(row.code, []):
            if tick.mark.nursery in self.found.at and not ticks:
                self._add(
                    self.found.at[str(tick.mark.nursery)], row, "wish", tick.mark.times, tick.mark.nursery
                )
        self._unknown_nurseries(row)

    # -- rows that depend on the wish

    def _per_wish(self, row: Adjustment) -> None:
        ticks = self.ticks.get(row.code, [])
        told = {nursery: self._derived(row, nursery) for nursery in self.child.wishes}
        for rank, nursery in enumerate(self.child.wishes, 1):
            named = [tick for tick in ticks if tick.mark.nursery == nursery]
            general = [tick for tick in ticks if tick.mark.nursery is None and not any(told.values())]
            chosen = (named or general)[:1]
            if row.wish_rank and not inside(row.wish_rank, rank):
                if named:
                    self._refused(row, nursery, "この希望順位では数えません")
                continue
            if told[nursery]:
                entry = self._entry(row, "wish", told[nursery], self._derived_basis(row), nursery)
                self.found.at[nursery].append(entry)
            elif chosen:
                self._contradiction(row, chosen[0], False, nursery)
                self._add(self.found.at[nursery], row, "wish", chosen[0].mark.times, nursery)
        self._unknown_nurseries(row)

    def _unknown_nurseries(self, row: Adjustment) -> None:
        for tick in self.ticks.get(row.code, []):
            if tick.mark.nursery is not None and tick.mark.nursery not in self.found.at:
                self.found.warnings.append(
                    f"受付番号 {self.child.id}：「{row.label}」は施設 {tick.mark.nursery} に付いていますが、"
                    "希望にない施設です"
                )

    # -- what both share

    def _derived(self, row: Adjustment, nursery: str | None) -> int:
        if row.derive is None or self._limit(row):
            return 0
        return self.ledger.holds(row.derive, self.child, nursery, row.count)

    def _derived_basis(self, row: Adjustment) -> str:
        return f"台帳から：{DERIVED_WORDS[str(row.derive)]}"

    def _limit(self, row: Adjustment) -> str:
        """Why the row cannot count for this child, or nothing."""
        if row.ages and not inside(row.ages, self.child.age):
            return f"{self.child.age}歳児クラスでは数えません"
        if row.kinds and self.child.kind not in row.kinds:
            return "この申込みの種類（新規・転園・継続）では数えません"
        if row.months and self.on.month not in row.months:
            return f"{self.on.month}月の入所では数えません"
        return ""

    def _contradiction(self, row: Adjustment, tick: _Tick, derived: bool, nursery: str | None = None) -> None:
        if row.derive is None or derived or self._limit(row):
            return
        text = (
            f"受付番号 {self.child.id}：「{row.label}」に印がありますが、台帳では当てはまりません"
            "（印のとおり数えています）"
        )
        if text not in self.found.warnings:
            self.found.warnings.append(text)

    def _add(self, entries: list[Entry], row: Adjustment, part: str, times: int, nursery: str | None) -> None:
        limit = self._limit(row)
        if limit:
            entries.append(self._uncounted(row, part, limit, nursery))
        else:
            entries.append(self._entry(row, part, times, "職員の記入", nursery))

    def _refused(self, row: Adjustment, nursery: str, why: str) -> None:
        self.found.at[nursery].append(self._uncounted(row, "wish", why, nursery))

    def _uncounted(self, row: Adjustment, part: str, why: str, nursery: str | None) -> Entry:
        line = Line(
            part, row.code, row.label, row.points, False, "職員の記入", why, nursery, row.source, row.evidence
        )
        return Entry(line, row)

    def _entry(self, row: Adjustment, part: str, times: int, basis: str, nursery: str | None = None) -> Entry:
        points = self._points(row, part)
        why = ""
        if points is None and row.rank is None:
            why = UNDECIDED
            self._ask(row, part)
        elif points is not None:
            if row.per and times > 1:
                basis += f"（{times}{'回' if row.per == 'times' else '人'}）"
                points *= times
            points, why = self._parent_cap(row, part, points)
        if row.unclear and not why:
            self.found.warnings.append(f"受付番号 {self.child.id}：「{row.label}」{row.unclear}")
        counted = (points is not None or row.rank is not None) and (not why or row.cap_parent is not None)
        line = Line(part, row.code, row.label, points, counted, basis, why, nursery, row.source, row.evidence)
        return Entry(line, row)

    def _ask(self, row: Adjustment, part: str) -> None:
        """One question a household for its rows, one a child for the others."""
        subject, who, code = self.child.id, f"受付番号 {self.child.id}", row.code
        if row.scope in ("household", "parent"):
            subject, who = self.household.id, f"世帯 {self.household.id}"
        if row.scope == "parent" and part != "household":
            code = f"{row.code}:{part}"
        question = Question("points", subject, code, f"{who}：「{row.label}」の点数を決めてください")
        if question not in self.found.questions:
            self.found.questions.append(question)

    def _points(self, row: Adjustment, part: str) -> Decimal | None:
        for subject, code in (
            (self.child.id, row.code),
            (self.household.id, f"{row.code}:{part}"),
            (self.household.id, row.code),
        ):
            decided = self.decisions.points.get((subject, code))
            if decided is not None:  # only rows that leave it to staff or to the ledger get this far
                return decided
        return row.points

    def _parent_cap(self, row: Adjustment, part: str, points: Decimal) -> tuple[Decimal, str]:
        if row.cap_parent is None or self.basic.get(part) is None:
            return points, ""
        room = max(ZERO, row.cap_parent - (self.basic[part] or ZERO))
        return (points, "") if points <= room else (room, "事由の点数との合計が上限までになるようにしました")


def _part(row: Adjustment) -> str:
    return {"child": "child", "wish": "wish"}.get(row.scope, "household")


def _ticks(household: Household, child: Applicant) -> Iterator[_Tick]:
    names: dict[str, int] = {}
    for guardian in sorted(household.guardians, key=_relation):
        names[guardian.relation] = names.get(guardian.relation, 0) + 1
        number = names[guardian.relation]
        part = guardian.relation + (str(number) if number > 1 else "")
        yield from (_Tick(part, mark) for mark in guardian.marks)
    yield from (_Tick("household", mark) for mark in household.marks)
    yield from (_Tick("child", mark) for mark in child.marks)


def _relation(guardian: Guardian) -> int:
    return ("father", "mother", "other").index(guardian.relation)
