"""Scores (採点): applications and a rule book to points with a trace, and to keys of the order per wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from yakuba.nursery.domain.application import Applicant, Applications
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.domain.scores.adjust import Collected, Collector, Entry
from yakuba.nursery.domain.scores.check import check
from yakuba.nursery.domain.scores.combine import Basic, household_basic, worst
from yakuba.nursery.domain.scores.derive import Ledger
from yakuba.nursery.domain.scores.keys import Wish
from yakuba.nursery.domain.scores.order import Order, Row
from yakuba.nursery.domain.scores.result import ChildScore, Decisions, Line, Question, Scores, WishScore
from yakuba.nursery.domain.scores.rulebook import Rulebook
from yakuba.nursery.domain.scores.settle_lines import ALTERNATIVES, count, difference, points

ZERO = Decimal(0)
FIXED_WHY = "育児休業の延長を許容できるため、合計が決まっています"


def score(
    book: Rulebook,
    applications: Applications,
    decisions: Decisions | None = None,
    *,
    on: date,
) -> Scores:
    """Score every child.

    ``on``: the first day of the month in which care starts (利用開始月); it decides the tax year and rows
    that count in some months only. Raises ``BadInput`` for unknown codes, impossible values and decisions
    outside their range, naming each child. What only staff can decide is in ``Scores.questions``; it counts
    with the worst value until then. The result does not depend on the order of any input.
    """
    decisions = decisions or Decisions()
    faults = check(book, applications, decisions)
    if faults:
        raise BadInput(faults)
    return _Scoring(book, applications, decisions, on).run()


@dataclass(frozen=True, slots=True)
class _Scored:
    child: ChildScore
    wishes: tuple[Wish, ...]


class _Scoring:
    def __init__(self, book: Rulebook, applications: Applications, decisions: Decisions, on: date) -> None:
        self.book, self.applications, self.decisions, self.on = book, applications, decisions, on
        self.ledger = Ledger(applications)
        self.basics: dict[str, Basic] = {}
        self.questions: dict[Question, None] = {}
        self.warnings: dict[str, None] = dict.fromkeys(_book_warnings(book, on))

    def run(self) -> Scores:
        scored = [
            self._child(child) for child in sorted(self.applications.applicants, key=lambda one: one.id)
        ]
        order = Order(self.book, self.ledger, self.decisions, self.on)
        averages = self._averages(scored)
        rows = [
            Row(
                applicant,
                self.applications.households[applicant.household],
                tuple(self.basics[applicant.household].parents),
                one.child.tier,
                one.child.rank,
                wish,
                averages.get((applicant.id, wish.nursery), wish.total),
            )
            for applicant, one in zip(self._sorted(), scored, strict=True)
            for wish in one.wishes
        ]
        keys = order.keys(rows)
        self.questions.update(dict.fromkeys(order.questions))
        self.warnings.update(dict.fromkeys(self._unused([one.child for one in scored])))
        return Scores(
            rulebook=self.book.id,
            sha256=self.book.sha256,
            names=order.names,
            ascending=order.ascending,
            children={one.child.child: _with_keys(one, keys) for one in scored},
            questions=tuple(self.questions),
            warnings=tuple(self.warnings),
            outcome_keys=order.outcome_keys,
        )

    def _sorted(self) -> list[Applicant]:
        return sorted(self.applications.applicants, key=lambda one: one.id)

    def _basic(self, household: str) -> Basic:
        if household not in self.basics:
            found = household_basic(self.book, self.applications.households[household], self.decisions)
            self.basics[household] = found
            self.questions.update(dict.fromkeys(found.questions))
            self.warnings.update(dict.fromkeys(found.warnings))
        return self.basics[household]

    def _child(self, child: Applicant) -> _Scored:
        book, basic = self.book, self._basic(child.household)
        by_part = {parent.part: parent.points for parent in basic.parents}
        found = Collector(book, self.ledger, child, by_part, self.decisions, self.on).collect()
        self.questions.update(dict.fromkeys(found.questions))
        self.warnings.update(dict.fromkeys(found.warnings))
        fixed = self._fixed(child)
        base = count(book, basic.lines, found.always, fixed)
        lines = list(base)
        wishes, scores = [], []
        for rank, nursery in enumerate(child.wishes, 1):
            entries = _held_back(found.at[nursery]) if fixed else found.at[nursery]
            here = count(book, basic.lines, [*found.always, *entries], fixed) if entries else base
            lines += difference(base, here, nursery) if entries else []
            counted = frozenset(line.code for line in here if line.counted)
            wishes.append(Wish(nursery, rank, points(here), basic.total, counted))
            scores.append(WishScore(nursery, rank, points(here), ()))
        self._alternatives(child, lines)
        done = ChildScore(
            child=child.id,
            household=child.household,
            basic=by_part,
            basic_total=basic.total,
            total=points(base),
            rank=self._rank(child, basic, found),
            tier=self._tier(child),
            lines=tuple(lines),
            wishes=tuple(scores),
        )
        return _Scored(done, tuple(wishes))

    def _fixed(self, child: Applicant) -> bool:
        extension = self.book.leave_extension
        household = self.applications.households[child.household]
        return extension is not None and extension.effect == "total_fixed" and household.leave_extension_ok

    def _rank(self, child: Applicant, basic: Basic, found: Collected) -> str | None:
        if basic.rank is None:
            return None
        letters = [basic.rank]
        letters += [entry.row.rank for entry in found.always if entry.line.counted and entry.row.rank]
        extension = self.book.leave_extension
        household = self.applications.households[child.household]
        if extension is not None and extension.rank and household.leave_extension_ok:
            letters.append(extension.rank)
        return worst(self.book, letters)

    def _tier(self, child: Applicant) -> int | None:
        if not self.book.tiers:
            return None
        if child.tier is not None:
            return child.tier
        for tier in self.book.tiers:
            if child.kind in tier.kinds:
                return tier.number
        for tier in self.book.tiers:
            if tier.default:
                return tier.number
        text = f"受付番号 {child.id}：優先区分がありません。最後の区分で計算しています"
        self.questions[Question("fact", child.id, "tier", text)] = None
        return self.book.last_tier()

    def _alternatives(self, child: Applicant, lines: Sequence[Line]) -> None:
        for line in lines:
            if line.why == ALTERNATIVES:
                text = (
                    f"受付番号 {child.id}：「{line.label}」の区分に2つ以上の印があります。1つにしてください"
                )
                self.questions[Question("points", child.id, line.code, text)] = None

    def _unused(self, children: Sequence[ChildScore]) -> list[str]:
        """Decisions about rows that no line of that child or household has."""
        lines = {
            (subject, code)
            for child in children
            for line in child.lines
            for subject in (child.child, child.household)
            for code in (line.code, f"{line.code}:{line.part}")
        }
        unused = sorted(self.decisions.points.keys() - lines)
        return [f"{subject} の「{code}」の決定は、印がないため使っていません" for subject, code in unused]

    def _averages(self, scored: Sequence[_Scored]) -> Mapping[tuple[str, str], Decimal]:
        """(child, nursery) → mean of the siblings' totals there; without that wish, the sibling's own."""
        if self.book.combination.siblings != "average":
            return {}
        families: dict[str, list[ChildScore]] = {}
        chosen = {child.id for child in self.applications.applicants if child.kind != "continue"}
        applying = [one for one in scored if one.child.child in chosen]
        for one in applying:
            families.setdefault(one.child.household, []).append(one.child)
        found = {}
        for one in applying:
            for wish in one.wishes:
                totals = [_total_at(child, wish.nursery) for child in families[one.child.household]]
                found[one.child.child, wish.nursery] = average(totals)
        return found


def average(totals: Sequence[Decimal]) -> Decimal:
    """Mean of the siblings' totals (武蔵村山市: 平均の高い世帯から).

    >>> average([Decimal(107), Decimal(105)])
    Decimal('106')
    """
    return sum(totals, ZERO) / len(totals)


def _total_at(child: ChildScore, nursery: str) -> Decimal:
    return next((wish.total for wish in child.wishes if wish.nursery == nursery), child.total)


def _held_back(entries: Sequence[Entry]) -> list[Entry]:
    return [replace(entry, line=replace(entry.line, counted=False, why=FIXED_WHY)) for entry in entries]


def _with_keys(one: _Scored, keys: Mapping[tuple[str, str], tuple[int | Decimal, ...]]) -> ChildScore:
    wishes = tuple(replace(wish, keys=keys[one.child.child, wish.nursery]) for wish in one.child.wishes)
    return replace(one.child, wishes=wishes)


def _book_warnings(book: Rulebook, on: date) -> list[str]:
    found = []
    if book.status == "template":
        found.append(f"基準表「{book.municipality}」はひな形です。欠けている行を補ってから使ってください")
    early = book.effective_from is not None and on < book.effective_from
    late = book.effective_until is not None and on > book.effective_until
    if early or late:
        found.append(
            f"基準表「{book.municipality} {book.version}」の期間は"
            f"{book.effective_from or ''}〜{book.effective_until or ''}です。{on}の入所には別の版が必要です"
        )
    if any(step.direction == "higher_wish_first" for step in book.tie_break):
        found.append(
            "同点のとき希望順位の高い児童を先にする決まりがあります。"
            "入りやすい施設を上位に書くほうが得になり、本当の希望が書かれにくくなります"
        )
    if not book.tie_break:
        found.append("同点の場合の順がこの基準表にありません。同点は一覧に残ります")
    return found
