"""What a family's move between two results can have come from: the links of displacement chains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from yakuba.nursery.domain.difference import Assignment, Move
from yakuba.nursery.domain.market import Market, Seat

StartKind = Literal["seats", "keys", "order", "wishes", "added", "withdrawn", "pinned", "other"]


@dataclass(frozen=True, slots=True)
class Link:
    """What a move can have come from.

    ``start``: one of the kinds above, with the class or child it is about (``amount``: seats more or less);
    or ``vacated`` / ``displaced``: another ``family`` left ``class_id`` / came into it. ``other``: nothing
    that changed explains it alone; another stable allocation or the siblings' combination was chosen.
    """

    kind: StartKind | Literal["vacated", "displaced"]
    class_id: Seat = None
    child: str | None = None
    family: str | None = None
    amount: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The link as JSON values."""
        names = {
            "kind": "kind",
            "class_id": "class",
            "child": "child",
            "family": "family",
            "amount": "amount",
        }
        return {name: getattr(self, attribute) for attribute, name in names.items()}


@dataclass(slots=True)
class Changed:
    """A family that moved. ``better``: None when its two placements can't be compared."""

    id: str
    moves: list[Move] = field(default_factory=list)
    better: bool | None = None
    own: list[Link] = field(default_factory=list)

    def left(self) -> Iterator[tuple[str, str]]:
        """(class, child) of every seat given up; a swap within the family counts on both sides."""
        return ((move.before, move.child) for move in self.moves if move.before is not None)

    def entered(self) -> Iterator[tuple[str, str]]:
        return ((move.after, move.child) for move in self.moves if move.after is not None)


class Links:
    def __init__(
        self,
        markets: tuple[Market, Market],
        results: tuple[Assignment, Assignment],
        moves: Sequence[Move],
        keys: tuple[Mapping[str, Any], Mapping[str, Any]],
        pins: tuple[Mapping[str, Seat], Mapping[str, Seat]],
    ) -> None:
        self.before, self.after = markets
        self.results, self.keys, self.pins = results, keys, pins
        self.old = {family.id: family for family in self.before.families}
        self.new = {family.id: family for family in self.after.families}
        self.changed: dict[str, Changed] = {}
        for move in moves:
            self.changed.setdefault(move.family, Changed(move.family)).moves.append(move)
        for one in self.changed.values():
            one.better = self._better(one)
            one.own = list(self._own(one))
        self.left: dict[str, list[Changed]] = {}
        self.entered: dict[str, list[Changed]] = {}
        for one in self.changed.values():
            net = _net(one)
            for seat in sorted(net):
                (self.entered if net[seat] > 0 else self.left).setdefault(seat, []).append(one)
        self.reordered: dict[str, bool] = {}

    def of(self, family: str) -> list[Link]:
        """The links of one family, never none."""
        one = self.changed[family]
        certain = [link for link in one.own if link.kind != "keys"]
        if certain:
            return certain
        if one.better is False:
            rekeyed = self._own_keys(one)
            return rekeyed or self._displaced(one) or self._orders(one) or [Link("other")]
        openings = self._opened(one)
        if one.better is None:
            openings += self._displaced(one)
        return openings or self._own_keys(one) or self._orders(one) or [Link("other")]

    def _opened(self, one: Changed) -> list[Link]:
        """What made room in the classes that the family came into."""
        links: dict[Link, None] = {}
        for seat in self._gained(one):
            more = self._seats(seat)
            if more > 0:
                links.setdefault(Link("seats", seat, amount=more))
            for other in self.left.get(seat, ()):
                if other is not one and (other.better is not False or other.own):
                    links.setdefault(Link("vacated", seat, family=other.id))
        return list(links)

    def _displaced(self, one: Changed) -> list[Link]:
        """What took room in the classes that the family had to leave."""
        links: dict[Link, None] = {}
        for seat in self._given_up(one):
            more = self._seats(seat)
            if more < 0:
                links.setdefault(Link("seats", seat, amount=more))
            for other in self.entered.get(seat, ()):
                if other is not one and (other.better is False or not self._opened(other)):
                    links.setdefault(Link("displaced", seat, family=other.id))
        return list(links)

    def _gained(self, one: Changed) -> list[str]:
        net = _net(one)
        return [seat for seat in sorted(net) if net[seat] > 0]

    def _given_up(self, one: Changed) -> list[str]:
        net = _net(one)
        return [seat for seat in sorted(net) if net[seat] < 0]

    def _seats(self, seat: str) -> int:
        return self.after.capacity.get(seat, 0) - self.before.capacity.get(seat, 0)

    def _better(self, one: Changed) -> bool | None:
        """Whether the family likes its new placement better, by its own list of wishes."""
        family, old = self.new.get(one.id), self.old.get(one.id)
        if family is None or old is None or family.children != old.children:
            return None
        options = [*family.wishes, family.current]
        had, has = (tuple(side.get(child) for child in family.children) for side in self.results)
        if had not in options or has not in options:
            return None
        return options.index(has) < options.index(had)

    def _own(self, one: Changed) -> Iterator[Link]:
        """Starts that lie in the family itself."""
        for move in one.moves:
            if move.kind in ("added", "withdrawn"):
                yield Link("added" if move.kind == "added" else "withdrawn", child=move.child)
        old, new = self.old.get(one.id), self.new.get(one.id)
        if old is None or new is None:
            return
        pinned = [c for c in new.children if self._pin(0, c) != self._pin(1, c)]
        for child in pinned:
            if child in self.pins[1]:
                yield Link("pinned", self.pins[1][child], child)
            else:
                yield Link("pinned", self.pins[0][child], child, amount=-1)
        if (
            not pinned
            and old.children == new.children
            and (old.wishes, old.current)
            != (
                new.wishes,
                new.current,
            )
        ):
            yield Link("wishes", family=one.id)
        for child in new.children:
            if _keys_of(self.keys[0], child) != _keys_of(self.keys[1], child):
                yield Link("keys", child=child)

    def _pin(self, side: int, child: str) -> tuple[bool, Seat]:
        return child in self.pins[side], self.pins[side].get(child)

    @staticmethod
    def _own_keys(one: Changed) -> list[Link]:
        return [link for link in one.own if link.kind == "keys"]

    def _orders(self, one: Changed) -> list[Link]:
        """Classes of the family whose order changed although no key of its own did."""
        seats = sorted({*self._gained(one), *self._given_up(one)})
        return [Link("order", seat) for seat in seats if self._reordered(seat)]

    def _reordered(self, seat: str) -> bool:
        if seat not in self.reordered:
            old, new = self.before.priority.get(seat, ()), self.after.priority.get(seat, ())
            both = {*old} & {*new}
            self.reordered[seat] = [c for c in old if c in both] != [c for c in new if c in both]
        return self.reordered[seat]


def _net(one: Changed) -> dict[str, int]:
    """Class → seats taken (positive) or given up (negative) by the family, zero ones left out."""
    net: dict[str, int] = {}
    for seat, _ in one.entered():
        net[seat] = net.get(seat, 0) + 1
    for seat, _ in one.left():
        net[seat] = net.get(seat, 0) - 1
    return {seat: count for seat, count in net.items() if count}


def _keys_of(keys: Mapping[str, Any], child: str) -> tuple[Any, Any]:
    return keys.get("children", {}).get(child), keys.get("wishes", {}).get(child)
