"""What a family's letters say (利用調整結果通知書), from the facts of its children and the town's words.

Pure: dates, numbers and codes come in; ``letters/`` sets the pages. Reasons come from the claims of the
result through ``explain`` for parents, so that other families appear only as counts of three or more and
cut-offs of small classes are withheld. ``docs/nursery-letters.md`` lists what each letter must hold and why.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from yakuba.nursery.domain import explain
from yakuba.nursery.domain.letter_words import Wording, fill
from yakuba.nursery.domain.market import Labels

Kind = Literal["placed", "waiting"]
Outcome = Literal["placed", "moved", "held", "waiting"]
Order = Literal["family", "postal"]
WriteDate = Callable[[date], str]
_REFUSALS = frozenset({"full", "capacity_zero", "never_possible", "declared_blocking"})
_WITHHELD = "人数が少ないためお示ししません"


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """One child of the family; ``claims``: those of ``explain.by_child`` for this child."""

    id: str
    name: str
    outcome: Outcome
    claims: Sequence[Mapping[str, Any]]
    birth: date | None = None
    facility: str = ""  # of the class obtained
    class_name: str = ""
    applied_on: date | None = None
    wished_start: date | None = None

    @property
    def refused(self) -> bool:
        """Whether something applied for was refused: the child waits, or stays where it is against a wish."""
        if self.outcome == "held":
            return any(claim["kind"] in _REFUSALS for claim in self.claims)
        return self.outcome == "waiting"


@dataclass(frozen=True, slots=True)
class FamilyFacts:
    """One household. ``leave_extension_ok``: as ticked on the application; ``None`` when it is not known."""

    id: str
    children: tuple[ChildFacts, ...]
    addressee: str = ""
    postal_code: str = ""
    address: str = ""
    leave_extension_ok: bool | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Which letters the family gets; none when every child stays and had no other wish."""
        found: list[Kind] = []
        if any(child.outcome in ("placed", "moved") for child in self.children):
            found.append("placed")
        if any(child.refused for child in self.children):
            found.append("waiting")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Issue:
    """What is the same on every letter of one printing. ``number``: 文書番号; ``{n}`` is the serial."""

    town: str
    round: str
    issued_on: date
    starts_on: date
    number: str
    decline_by: date | None = None
    papers_by: date | None = None
    health_by: date | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one or several wishes of a child with the same reason were not met."""

    title: str
    place: str
    sentence: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the letter: a heading with paragraphs, named points, and reasons."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[tuple[str, str], ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterText:
    """One letter as text; ``rows`` are the children under ``columns``."""

    kind: Kind
    family: str
    number: str
    issued: str
    addressee: tuple[str, ...]
    issuer: str
    title: str
    lead: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sections: tuple[Section, ...]
    contact: tuple[str, ...]
    page: tuple[str, ...]


def fiscal_year_end(day: date) -> date:
    """The 31 March that ends the fiscal year of ``day``.

    >>> fiscal_year_end(date(2027, 4, 1)), fiscal_year_end(date(2027, 3, 31))
    (datetime.date(2028, 3, 31), datetime.date(2027, 3, 31))
    """
    return date(day.year + (day.month > 3), 3, 31)


def values(wording: Wording, issue: Issue, write: WriteDate) -> dict[str, str]:
    """What the placeholders of the wording stand for; absent dates are empty."""
    appeal = wording.appeal
    dates = {
        "start_date": issue.starts_on,
        "notice_date": issue.issued_on,
        "fiscal_year_end": fiscal_year_end(issue.starts_on),
        "decline_by": issue.decline_by,
        "papers_by": issue.papers_by,
        "health_by": issue.health_by,
    }
    return {
        "town": issue.town,
        "round": issue.round,
        "review_office": appeal.review_office,
        "review_months": str(appeal.review_months),
        "suit_defendant": appeal.suit_defendant,
        "suit_representative": appeal.suit_representative,
        "suit_months": str(appeal.suit_months),
        **{name: "" if day is None else write(day) for name, day in dates.items()},
    }


def letter(
    kind: Kind,
    family: FamilyFacts,
    wording: Wording,
    issue: Issue,
    *,
    serial: int,
    write: WriteDate,
    labels: Mapping[str, str],
) -> LetterText:
    """The letter of one kind. ``labels``: class id → name; ``write`` puts a date into words.

    Raises ``Unfilled`` when the wording asks for a date that ``issue`` does not hold.
    """
    given = values(wording, issue, write)

    def filled(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(fill(text, given) for text in texts)

    words = wording.placed if kind == "placed" else wording.waiting
    if kind == "placed":
        sections = _placed_sections(wording, filled)
    else:
        sections = _waiting_sections(family, wording, issue, write, labels, filled)
    return LetterText(
        kind=kind,
        family=family.id,
        number=issue.number.replace("{n}", str(serial)),
        issued=write(issue.issued_on),
        addressee=_addressee(family),
        issuer=fill(wording.issuer, given),
        title=fill(words.title, given),
        lead=filled(words.lead),
        columns=("児童", "生年月日", "受付番号", "結果", "施設", "クラス", "利用開始日"),
        rows=tuple(_row(child, issue, write) for child in family.children),
        sections=sections,
        contact=filled(wording.contact),
        page=filled(wording.page),
    )


def _addressee(family: FamilyFacts) -> tuple[str, ...]:
    name = family.addressee or f"{family.children[0].name or family.children[0].id}の保護者"
    postal = f"〒{family.postal_code}" if family.postal_code else ""
    return tuple(line for line in (postal, family.address, f"{name}　様") if line)


def _row(child: ChildFacts, issue: Issue, write: WriteDate) -> tuple[str, ...]:
    word = {"placed": "内定", "moved": "内定（転園）", "waiting": "保留", "held": "在籍園を継続"}[
        child.outcome
    ]
    if child.outcome == "held" and child.refused:
        word = "転園は保留（在籍園を継続）"
    start = write(issue.starts_on) if child.outcome in ("placed", "moved") else "—"
    return (
        child.name or "—",
        "—" if child.birth is None else write(child.birth),
        child.id,
        word,
        child.facility or "—",
        child.class_name or "—",
        start,
    )


def _placed_sections(
    wording: Wording, filled: Callable[[Sequence[str]], tuple[str, ...]]
) -> tuple[Section, ...]:
    words = wording.placed
    steps = tuple((step.title, filled([step.text])[0]) for step in words.steps)
    parts = [
        Section("利用開始までの手続", points=steps),
        Section("内定を辞退するとき", paragraphs=filled(words.decline)),
        Section("内定を取り消すことがある場合", paragraphs=filled(words.withdrawal)),
    ]
    if words.notes:
        parts.append(Section("そのほか", paragraphs=filled(words.notes)))
    return tuple(parts)


def _waiting_sections(
    family: FamilyFacts,
    wording: Wording,
    issue: Issue,
    write: WriteDate,
    labels: Mapping[str, str],
    filled: Callable[[Sequence[str]], tuple[str, ...]],
) -> tuple[Section, ...]:
    words = wording.waiting
    parts = []
    for child in family.children:
        if child.refused:
            points = _application(child, family, issue, write)
            heading = f"{child.name or child.id}さんの申込みと、保留の理由"
            parts.append(Section(heading, points=points, reasons=reasons(child, labels)))
    parts.append(Section("根拠", paragraphs=filled(words.basis)))
    parts.append(Section("今後の選考", paragraphs=filled(words.continues)))
    if words.notes:
        parts.append(Section("そのほか", paragraphs=filled(words.notes)))
    parts.append(Section("この決定に不服があるとき（教示）", paragraphs=filled(wording.appeal.text)))
    return tuple(parts)


def _application(
    child: ChildFacts, family: FamilyFacts, issue: Issue, write: WriteDate
) -> tuple[tuple[str, str], ...]:
    """The facts that the office of the childcare-leave benefit (育児休業給付) asks the letter for."""
    wished = child.wished_start or issue.starts_on
    last = date(wished.year, wished.month, monthrange(wished.year, wished.month)[1])
    points = [] if child.applied_on is None else [("申込日", write(child.applied_on))]
    points.append(("利用を希望した日", write(wished)))
    points.append(("保留の期間", f"{write(wished)}から{write(last)}まで"))
    if family.leave_extension_ok is not None:
        told = "あり" if family.leave_extension_ok else "なし"
        points.append(("育児休業の延長を許容できる旨の申出", told))
    return tuple(points)


def reasons(child: ChildFacts, labels: Mapping[str, str]) -> tuple[Reason, ...]:
    """Why the wishes were not met; wishes with the same reason share an entry."""
    own = Labels(classes=labels, children={child.id: child.name} if child.name else {})
    seats = {
        labels.get(claim["class"], claim["class"]): claim["capacity"] - claim["transfers"]
        for claim in child.claims
        if claim["kind"] == "cutoff"
    }
    found: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[int]] = {}
    for block in explain.blocks(child.claims, "parent", own):
        if block.wish is None or block.outcome == "選考なし":
            continue
        key = (block.place, block.sentence, _facts(block, seats.get(block.place)))
        found.setdefault(key, []).append(block.wish)
    return tuple(Reason(_wishes(numbers), *key) for key, numbers in found.items())


def _facts(block: explain.WishExplanation, seats: int | None) -> tuple[tuple[str, str], ...]:
    refused_as_full = block.decided_by is not None
    last = block.cutoff if block.cutoff is not None else (_WITHHELD if refused_as_full else None)
    told = (
        ("募集人数", None if seats is None else f"{seats}人"),
        (f"本人の{block.key_name}", block.own),
        (f"最後に内定した方の{block.key_name}", last),
        ("決め手", block.decided_by),
    )
    return tuple((name, value) for name, value in told if value is not None)


def _wishes(numbers: Sequence[int]) -> str:
    """第1〜3・5希望."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return f"第{'・'.join(str(a) if a == b else f'{a}〜{b}' for a, b in spans)}希望"


def in_order(families: Sequence[FamilyFacts], order: Order) -> list[tuple[FamilyFacts, Kind]]:
    """The letters in the order of printing: families with an offer first, then those who wait.

    A family that gets both letters has them one after the other, so that they go into one envelope.
    ``order``: 世帯番号, or postal code (without one last) and then 世帯番号.
    """

    def key(family: FamilyFacts) -> tuple[Any, ...]:
        postal = family.postal_code if order == "postal" else ""
        return "placed" not in family.kinds, not postal, postal, natural(family.id)

    return [(family, kind) for family in sorted(families, key=key) for kind in family.kinds]


def natural(text: str) -> list[tuple[bool, int, str]]:
    """A sort key in which ``h9`` comes before ``h10``."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
