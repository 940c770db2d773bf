"""Displacement chains (玉突き): how a few changes of a market lead, family by family, to every move.

A *start* is a change between the two markets: seats of a class, keys of a child, a priority order, wishes, a
pin, a child who joined or left. A *link* says what a family's move can have come from: a start, or another
family that vacated one of its new classes or took a seat in one of its old ones. Families, not children, are
linked, since a family changes its placement as a whole.

A family with exactly one link has a cause that is certain. Where several families could have caused a move
(two seats of one class became free, or siblings moved together) all of them are linked, and the group says
that it has no single order: nothing is invented.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from yakuba.nursery.domain.difference import Assignment, Move
from yakuba.nursery.domain.market import Market, Seat

StartKind = Literal["seats", "keys", "order", "wishes", "added", "withdrawn", "pinned", "other"]
Links = dict[str, list["Link"]]


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


@dataclass(frozen=True, slots=True)
class Step:
    """One family's moves with what they can have come from."""

    family: str
    moves: tuple[Move, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Families whose moves hang together, causes first. ``clear``: every cause is certain, one chain."""

    steps: tuple[Step, ...]
    clear: bool

    def as_dict(self) -> dict[str, Any]:
        """The group as JSON values; moves are named by their children."""
        return {
            "clear": self.clear,
            "steps": [
                {
                    "family": step.family,
                    "children": [move.child for move in step.moves],
                    "links": [link.as_dict() for link in step.links],
                }
                for step in self.steps
            ],
        }


@dataclass(slots=True)
class _Changed:
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


def chains(
    before: Market,
    was: Assignment,
    after: Market,
    now: Assignment,
    moves: Sequence[Move],
    *,
    keys: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
    pins: tuple[Mapping[str, Seat], Mapping[str, Seat]] = ({}, {}),
) -> tuple[Group, ...]:
    """Groups that hold every family of ``moves`` exactly once, longest first.

    ``keys``: the ``keys`` of both market.json files, empty when there are none; ``pins``: of both runs.
    """
    found = _Links((before, after), (was, now), moves, keys, pins)
    links = {family: tuple(found.of(family)) for family in found.changed}
    return tuple(
        sorted(_groups(found.changed, links), key=lambda one: (-len(one.steps), one.steps[0].family))
    )


class _Links:
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
        self.changed: dict[str, _Changed] = {}
        for move in moves:
            self.changed.setdefault(move.family, _Changed(move.family)).moves.append(move)
        for one in self.changed.values():
            one.better = self._better(one)
            one.own = list(self._own(one))
        self.left: dict[str, list[_Changed]] = {}
        self.entered: dict[str, list[_Changed]] = {}
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

    def _opened(self, one: _Changed) -> list[Link]:
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

    def _displaced(self, one: _Changed) -> list[Link]:
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

    def _gained(self, one: _Changed) -> list[str]:
        net = _net(one)
        return [seat for seat in sorted(net) if net[seat] > 0]

    def _given_up(self, one: _Changed) -> list[str]:
        net = _net(one)
        return [seat for seat in sorted(net) if net[seat] < 0]

    def _seats(self, seat: str) -> int:
        return self.after.capacity.get(seat, 0) - self.before.capacity.get(seat, 0)

    def _better(self, one: _Changed) -> bool | None:
        """Whether the family likes its new placement better, by its own list of wishes."""
        family, old = self.new.get(one.id), self.old.get(one.id)
        if family is None or old is None or family.children != old.children:
            return None
        options = [*family.wishes, family.current]
        had, has = (tuple(side.get(child) for child in family.children) for side in self.results)
        if had not in options or has not in options:
            return None
        return options.index(has) < options.index(had)

    def _own(self, one: _Changed) -> Iterator[Link]:
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
    def _own_keys(one: _Changed) -> list[Link]:
        return [link for link in one.own if link.kind == "keys"]

    def _orders(self, one: _Changed) -> list[Link]:
        """Classes of the family whose order changed although no key of its own did."""
        seats = sorted({*self._gained(one), *self._given_up(one)})
        return [Link("order", seat) for seat in seats if self._reordered(seat)]

    def _reordered(self, seat: str) -> bool:
        if seat not in self.reordered:
            old, new = self.before.priority.get(seat, ()), self.after.priority.get(seat, ())
            both = {*old} & {*new}
            self.reordered[seat] = [c for c in old if c in both] != [c for c in new if c in both]
        return self.reordered[seat]


def _net(one: _Changed) -> dict[str, int]:
    """Class → seats taken (positive) or given up (negative) by the family, zero ones left out."""
    net: dict[str, int] = {}
    for seat, _ in one.entered():
        net[seat] = net.get(seat, 0) + 1
    for seat, _ in one.left():
        net[seat] = net.get(seat, 0) - 1
    return {seat: count for seat, count in net.items() if count}


def _keys_of(keys: Mapping[str, Any], child: str) -> tuple[Any, Any]:
    return keys.get("children", {}).get(child), keys.get("wishes", {}).get(child)


def _groups(changed: Mapping[str, _Changed], links: Mapping[str, tuple[Link, ...]]) -> Iterator[Group]:
    near: dict[str, set[str]] = {family: set() for family in changed}
    for family, own in links.items():
        for link in own:
            if link.kind in ("vacated", "displaced") and link.family is not None:
                near[family].add(link.family)
                near[link.family].add(family)
    seen: set[str] = set()
    for family in sorted(changed):
        if family in seen:
            continue
        members = _reached(family, near)
        seen |= members
        order = _in_order(members, links)
        steps = tuple(Step(one, tuple(changed[one].moves), links[one]) for one in order)
        yield Group(steps, all(len(step.links) == 1 for step in steps) and _starts(steps) == 1)


def _reached(start: str, near: Mapping[str, set[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for other in near[waiting.pop()] - found:
            found.add(other)
            waiting.append(other)
    return found


def _starts(steps: Sequence[Step]) -> int:
    return sum(link.kind not in ("vacated", "displaced") for step in steps for link in step.links)


def _in_order(members: set[str], links: Mapping[str, tuple[Link, ...]]) -> list[str]:
    """Causes before effects, else by id. A circle is entered where the market changed, or else at
    its first id."""
    causes = {
        family: {link.family for link in links[family] if link.kind in ("vacated", "displaced")}
        for family in members
    }
    started = {
        family: any(link.kind not in ("vacated", "displaced") for link in links[family]) for family in members
    }
    order: list[str] = []
    ready = deque(sorted(family for family in members if not causes[family]))
    left = set(members)
    while left:
        family = ready.popleft() if ready else min(left, key=lambda one: (not started[one], one))
        if family not in left:
            continue
        left.discard(family)
        order.append(family)
        for other in sorted(left):
            if family in causes[other]:
                causes[other].discard(family)
                if not causes[other]:
                    ready.append(other)
    return order
