"""Before scoring: every code, number and decision must mean something in the rule book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from yakuba.nursery.domain.application import Applicant, Applications, Fact, Guardian, Mark
from yakuba.nursery.domain.market import Fault
from yakuba.nursery.domain.scores.basic import PARENT_WORDS
from yakuba.nursery.domain.scores.facts import HOURS, MORE_JOBS
from yakuba.nursery.domain.scores.result import Decisions
from yakuba.nursery.domain.scores.rows import Adjustment, BasicRow
from yakuba.nursery.domain.scores.rulebook import Rulebook

FILE = "申込"


def check(book: Rulebook, applications: Applications, decisions: Decisions) -> list[Fault]:
    """Everything that scoring would otherwise have to ignore or to guess."""
    return list(_Checker(book, applications, decisions).faults())


class _Checker:
    def __init__(self, book: Rulebook, applications: Applications, decisions: Decisions) -> None:
        self.book, self.applications, self.decisions = book, applications, decisions
        self.basic = {row.code: row for row in book.basic}
        self.adjustments = {row.code: row for row in book.adjustments}
        self.types = _fact_types(book)

    def faults(self) -> Iterator[Fault]:
        children: dict[str, list[Applicant]] = {}
        for child in self.applications.applicants:
            children.setdefault(child.household, []).append(child)
        for id_, household in self.applications.households.items():
            row = min((child.row for child in children.get(id_, [])), default=0) or None
            who = f"世帯 {id_}"
            yield from self._rows(household.rows, who, row, household=True)
            yield from self._marks(household.marks, who, row)
            for guardian in household.guardians:
                yield from self._guardian(guardian, f"{who} {PARENT_WORDS[guardian.relation]}", row)
        for child in self.applications.applicants:
            yield from self._marks(child.marks, f"受付番号 {child.id}", child.row or None)
            yield from self._tier(child)
        yield from self._decided()

    def _fault(self, who: str, row: int | None, found: str, expected: str, advice: str = "") -> Fault:
        return Fault(FILE, found, expected, row=row, column=who, advice=advice)

    def _guardian(self, guardian: Guardian, who: str, row: int | None) -> Iterator[Fault]:
        yield from self._rows(guardian.rows, who, row, household=False, relation=guardian.relation)
        yield from self._marks(guardian.marks, who, row)
        yield from self._facts(guardian.facts, who, row)

    def _rows(
        self, codes: Iterable[str], who: str, row: int | None, *, household: bool, relation: str = ""
    ) -> Iterator[Fault]:
        for code in codes:
            known = self.basic.get(code)
            if known is None:
                yield self._fault(who, row, code, f"基準表「{self.book.id}」の基本の行の記号が必要です")
            elif not known.judge:
                yield self._fault(
                    who, row, code, "職員が選ぶ行の記号が必要です（この行は時間などの事実から決まります）"
                )
            elif (known.who == "household") != household or not _fits(known, relation):
                owner = {"household": "世帯", "mother": "母", "father": "父"}.get(known.who, "保護者")
                yield self._fault(who, row, code, f"{owner}の行です", "付ける先を直してください")

    def _marks(self, marks: Iterable[Mark], who: str, row: int | None) -> Iterator[Fault]:
        for mark in marks:
            known = self.adjustments.get(mark.code)
            if known is None:
                yield self._fault(who, row, mark.code, f"基準表「{self.book.id}」の調整の行の記号が必要です")
            elif mark.times < 1 or (mark.times > 1 and known.per is None):
                yield self._fault(
                    who,
                    row,
                    f"{mark.code}×{mark.times}",
                    "回数は1です" if known.per is None else "回数は1以上です",
                )

    def _facts(self, facts: Mapping[str, Fact], who: str, row: int | None) -> Iterator[Fault]:
        for key, value in facts.items():
            kind = self.types.get(key)
            if kind == "number" and isinstance(value, bool | str | date):
                yield self._fault(who, row, f"{key}＝{value}", "数が必要です")
            elif kind == "number" and isinstance(value, int | Decimal) and value < 0:
                yield self._fault(who, row, f"{key}＝{value}", "0以上の数が必要です")
            elif kind == "yes_no" and not isinstance(value, bool):
                yield self._fault(who, row, f"{key}＝{value}", "はい・いいえ（true・false）が必要です")
            elif isinstance(kind, frozenset) and value not in kind:
                yield self._fault(
                    who, row, f"{key}＝{value}", f"{'、'.join(sorted(kind))} のどれかが必要です"
                )

    def _tier(self, child: Applicant) -> Iterator[Fault]:
        numbers = [tier.number for tier in self.book.tiers]
        if child.tier is not None and numbers and child.tier not in numbers:
            names = "、".join(str(number) for number in numbers)
            yield self._fault(
                f"受付番号 {child.id}",
                child.row or None,
                f"優先区分 {child.tier}",
                f"優先区分は {names} です",
            )

    def _decided(self) -> Iterator[Fault]:
        subjects = {child.id for child in self.applications.applicants} | set(self.applications.households)
        for (subject, code), points in sorted(self.decisions.points.items()):
            bare = code.partition(":")[0]
            row = self.basic.get(bare) or self.adjustments.get(bare)
            column = f"職員の決定 {subject}"
            if row is None or subject not in subjects:
                what = "基準表の行の記号" if row is None else "受付番号か世帯番号"
                yield self._fault(column, None, f"{subject} {code}", f"{what}が必要です")
            elif row.points is not None and not (isinstance(row, Adjustment) and row.derive):
                expected = f"この行は基準表で{row.points}点と決まっています"
                yield self._fault(column, None, f"{code} {points}点", expected, "決定を取り消してください")
            elif (row.least is not None and points < row.least) or (
                row.most is not None and points > row.most
            ):
                limits = f"{'' if row.least is None else row.least}〜{'' if row.most is None else row.most}点"
                yield self._fault(column, None, f"{code} {points}点", f"{limits}の範囲です")
        seen: set[str] = set()
        for child in (child for group in self.decisions.order for child in group):
            if child not in subjects or child in seen:
                again = "同じ児童が2回あります" if child in seen else "受付番号が必要です"
                yield self._fault("職員が決めた順", None, child, again)
            seen.add(child)


def _fits(row: BasicRow, relation: str) -> bool:
    return row.who in ("each", "household") or relation in ("other", row.who)


def _fact_types(book: Rulebook) -> dict[str, str | frozenset[str]]:
    """fact key → ``number``, ``yes_no`` or the words the book knows."""
    words: dict[str, set[str]] = {}
    types: dict[str, str | frozenset[str]] = {"break_minutes_day": "number"}
    for row in book.basic:
        for key, band in row.when.items():
            for bound in band:
                if isinstance(bound.value, bool):
                    types[key] = "yes_no"
                elif isinstance(bound.value, str):
                    words.setdefault(key, set()).add(bound.value)
                else:
                    types[key] = "number"
    for key in [*types, *HOURS]:
        if types.get(key, "number") == "number":
            ends = ("", *MORE_JOBS, "_with_breaks", "_without_breaks")
            types.update(dict.fromkeys((key + end for end in ends), "number"))
    return types | {key: frozenset(known) for key, known in words.items()}
