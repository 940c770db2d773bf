"""What one family may see of a result, as data without sentences; the page writes it in its language.

The rule (``docs/nursery-family.md`` says it in full): own facts exactly; other families only as counts of
children that are zero or at least three, and so is whatever follows by subtraction; a cut-off only over at
least three other households; never another child's number, name or points.

Payload ``yakuba.nursery.family/1``: ``{format, key_name, children: [...], siblings}``; a child is
``{number, name, age, outcome, nursery, class, wish, own, wishes: [...], points}``; a wish is ``{from, to,
outcome, nursery, class, reason, seats, applicants, position, above, cutoff, own, decided_by, gap, needs,
elsewhere}``. A count is an integer, ``{"under": 3}`` (fewer than three), or ``None`` (not told).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from yakuba.nursery.domain.explain_words import ParentWords
from yakuba.nursery.domain.family_board import Board, ClassFigures
from yakuba.nursery.domain.market import Labels
from yakuba.nursery.domain.suppression import MIN_COUNT, family_may_see_cutoff, safe, spaced

FORMAT = "yakuba.nursery.family/1"
MOST_WISHES = 40  # blocks on a page; sibling combinations can be thousands
FEW = {"under": MIN_COUNT}

Claim = Mapping[str, Any]
Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Child:
    """What the page shows of an own child. ``lines``: its points as (part, label, basis, points, counted)."""

    name: str = ""
    age: int | None = None
    lines: tuple[tuple[str, str, str, str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A class as people call it."""

    nursery: str
    label: str


def family_payload(
    board: Board,
    family: str,
    claims: Mapping[str, Sequence[Claim]],
    children: Mapping[str, Child],
    places: Mapping[str, Place],
    *,
    only: frozenset[str] | None = None,
) -> Payload:
    """The payload of one family.

    ``claims``: per child of the family what ``explain.by_child`` gives. ``only``: leave the family's other
    children out. Raises ``KeyError`` for a family or child that is not in the result.
    """
    row = board.families[family]
    told = [child for child in row["children"] if only is None or child in only]
    views = [_ChildView(board, family, child, claims[child], places) for child in told]
    mute = _crowded(board, family, row["children"])
    return {
        "format": FORMAT,
        "key_name": views[0].words.key_name if views else "",
        "children": [view.payload(children.get(view.child, Child()), mute) for view in views],
        "siblings": _siblings(board, row),
    }


def _siblings(board: Board, row: Mapping[str, Any]) -> Payload | None:
    """That wishes were judged as combinations; ``None`` for an only child."""
    if len(row["children"]) < 2:
        return None
    obtained = [board.view.assignment[child] for child in row["children"]]
    wishes = [list(wish) for wish in row["wishes"]]
    return {
        "children": len(row["children"]),
        "wishes": len(wishes),
        "wish": wishes.index(obtained) + 1 if obtained in wishes else None,
    }


def _crowded(board: Board, family: str, children: Sequence[str]) -> set[str]:
    """Classes where the places of siblings together would tell how few stand between them."""
    if len(children) < 2:
        return set()
    mute = set()
    for class_, figures in board.classes.items():
        above = [found for child in children if (found := figures.others_above(family, child)) is not None]
        if len(above) > 1 and not spaced([*above, figures.others_inside(family)]):
            mute.add(class_)
    return mute


class _ChildView:
    """One child's claims with the figures of the classes they name."""

    def __init__(
        self, board: Board, family: str, child: str, claims: Sequence[Claim], places: Mapping[str, Place]
    ) -> None:
        self.board, self.family, self.child = board, family, child
        self.claims, self.places = claims, places
        self.words = ParentWords(claims, Labels())

    def payload(self, facts: Child, mute: set[str]) -> Payload:
        obtained = self.words.obtained
        class_ = obtained.get("class")
        blocks = list(_joined(self._wishes(mute)))
        return {
            "number": self.child,
            "name": facts.name,
            "age": facts.age,
            "outcome": self._outcome(obtained),
            "nursery": self._place(class_).nursery if class_ else None,
            "class": self._place(class_).label if class_ else None,
            "wish": obtained["wish"] if class_ and obtained["kind"] == "placed" else None,
            "own": self._own(class_),
            "wishes": blocks[:MOST_WISHES],
            "more": max(0, len(blocks) - MOST_WISHES),
            "points": [list(line) for line in facts.lines] or None,
        }

    def _outcome(self, obtained: Claim) -> str:
        if obtained["kind"] != "placed":
            return "held" if obtained["kind"] == "held" else "waiting"
        row = self.board.families[self.family]
        current = dict(zip(row["children"], row["current"], strict=True))[self.child]
        return "placed" if current is None else "moved"

    def _own(self, class_: str | None) -> str | None:
        """The own value of the first key: at the class, else anywhere the claims give it."""
        for claim in self.claims:
            if claim.get("child") == self.child and claim.get("keys") and class_ in (None, claim["class"]):
                return self.words.value(claim["keys"][0])
        return None

    def _place(self, class_: str | None) -> Place:
        return self.places.get(class_ or "", Place(class_ or "", class_ or ""))

    def _wishes(self, mute: set[str]) -> Iterator[Payload]:
        for claim in self.claims:
            if claim["kind"] in ParentWords.REFUSALS:
                yield self._refused(claim, mute)
        obtained = self.words.obtained
        if obtained["kind"] != "not_placed":
            yield self._obtained(obtained, mute)
        elif obtained["wish"] is not None:
            yield _block(obtained["wish"], obtained["wish"], "waiting", "stays_out")
        for claim in self.claims:
            if claim["kind"] == "below":
                yield _block(claim["from"], claim["to"], "not_considered", "above_obtained")

    def _refused(self, claim: Claim, mute: set[str]) -> Payload:
        class_ = claim["class"]
        block = _block(claim["wish"], claim["wish"], "waiting", self._reason(claim))
        block.update(self._counts(class_, mute) if class_ else {})
        if class_ is None:
            block["reason"] = "stays_out"
            return block
        own_seat = next((seat for seat in claim["seats"] if seat["class"] == class_), None)
        if own_seat is not None and own_seat["needs"] > 1:
            block["needs"] = own_seat["needs"]
        block["elsewhere"] = [
            self._place(seat["class"]).nursery for seat in claim["seats"] if seat["class"] != class_
        ]
        decided = self.words.reason(claim)
        if decided is not None:
            block.update(self._decided(decided, block["cutoff"]))
        return block

    def _reason(self, claim: Claim) -> str:
        if claim["kind"] == "full" and all(seat["class"] != claim["class"] for seat in claim["seats"]):
            return "sibling_elsewhere"
        return str(claim["kind"])

    def _obtained(self, claim: Claim, mute: set[str]) -> Payload:
        held = claim["kind"] == "held"
        block = _block(
            claim["wish"], claim["wish"], "held" if held else "placed", "held" if held else "placed"
        )
        return {**block, **self._counts(claim["class"], mute)}

    def _counts(self, class_: str, mute: set[str]) -> Payload:
        figures = self.board.classes[class_]
        place = self._place(class_)
        above = None if class_ in mute else self._above(figures)
        return {
            "nursery": place.nursery,
            "class": place.label,
            "seats": figures.recruits,
            "full": figures.full,
            "applicants": self._applicants(figures),
            "position": None if above is None else above + 1,
            "above": above,
            "cutoff": self._cutoff(figures),
            "own": self._own(class_),
        }

    def _above(self, figures: ClassFigures) -> int | None:
        """Other families' children above, when they, those below and transfers may all be known."""
        above = figures.others_above(self.family, self.child)
        if above is None or not safe(figures.view.transfers):
            return None
        below = figures.others_inside(self.family) - above
        known = [above, below]
        if figures.view.transfers:  # the published seats are fewer than the seats that were filled
            known.append(abs(above - figures.recruits))
        return above if all(map(safe, known)) else None

    def _applicants(self, figures: ClassFigures) -> int | Payload | None:
        """Everybody who asks for the class, the own children included."""
        others = figures.other_applicants(self.family)
        if others < MIN_COUNT:
            return dict(FEW)
        admitted = figures.other_admitted(self.family)
        if not (safe(admitted) and safe(others - admitted)):
            return None
        return figures.applicants.total()

    def _cutoff(self, figures: ClassFigures) -> str | None:
        """The last admitted child's first key, over at least three other households."""
        if not figures.full or not family_may_see_cutoff(figures.other_households(self.family)):
            return None
        return self.words.last_value(figures.view.id)

    def _decided(self, decided: Claim, cutoff: str | None) -> Payload:
        if decided["by"] == "sibling":
            return {"decided_by": {"by": "sibling"}}
        if cutoff is None:
            return {"decided_by": {"by": "hidden"}}
        if decided["by"] != "key":
            return {"decided_by": {"by": decided["by"]}}
        told: Payload = {"decided_by": {"by": "key", "number": decided["key"] + 1, "name": decided["name"]}}
        if decided["key"] == 0 and decided["against"] == self.words.cutoffs[decided["class"]]["last"]:
            told["gap"] = f"{Decimal(decided['threshold']) - Decimal(decided['own']):f}"
        return told


def _block(first: int | None, last: int | None, outcome: str, reason: str) -> Payload:
    return {
        "from": first,
        "to": last,
        "outcome": outcome,
        "reason": reason,
        "nursery": None,
        "class": None,
        "seats": None,
        "full": None,
        "applicants": None,
        "position": None,
        "above": None,
        "cutoff": None,
        "own": None,
        "decided_by": None,
        "gap": None,
        "needs": 1,
        "elsewhere": [],
    }


def _joined(blocks: Iterator[Payload]) -> Iterator[Payload]:
    """Neighbours that say the same become one (of sibling combinations many name the same class)."""

    def told(block: Payload) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in block.items() if name not in ("from", "to")]

    for _, group in groupby(blocks, key=told):
        first, *rest = group
        yield {**first, "to": rest[-1]["to"] if rest else first["to"]}
