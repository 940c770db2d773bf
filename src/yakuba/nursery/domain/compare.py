"""Our result beside a manual one (手作業との照合): every child who differs, with what explains it.

Each difference has one category and evidence (ids only) from which anybody can check it again:

* ``recorded``: a pin on record places the child where the manual result does;
* ``not_wished``: the class is none of the child's wishes, or a child that holds a seat loses it;
* ``capacity``: more children in the class than seats, and this child is one too many by priority;
* ``siblings``: each place was asked for, but the brothers' and sisters' places together were not;
* ``empty``: the family could have ``wish`` within seats that the manual result leaves empty;
* ``envy``: the family could have ``wish`` by its priority over ``other``, whom the manual result seats;
* ``tie``: the same, but every key is equal: the manual result drew the tie otherwise;
* ``override``: the child sits in ``class`` although ``other`` ranks above it, wants the seat and could have
  it, and no pin is on record;
* ``alternative``: nobody could claim anything in either: both are valid, our order of objectives decides;
* ``chain``: it follows from the difference of ``other``, which the classes tie to this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from yakuba.nursery.domain.difference import Assignment, homes
from yakuba.nursery.domain.market import Family, Market, Placement, Seat
from yakuba.nursery.domain.stability import AnyOccupancy

Category = Literal[
    "recorded",
    "not_wished",
    "capacity",
    "siblings",
    "empty",
    "envy",
    "tie",
    "override",
    "alternative",
    "chain",
]
CATEGORIES: tuple[Category, ...] = (
    *("envy", "empty", "capacity", "siblings", "not_wished"),
    *("override", "recorded", "tie", "alternative", "chain"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One child whom the manual result places otherwise.

    Evidence as far as the category needs it: ``wish`` (1 = first) is the family's wish that it could have;
    ``class_id`` the class in question; ``other`` the other child; ``keys``: (own, the other child's) there.
    """

    child: str
    family: str
    ours: Seat
    manual: Seat
    category: Category
    wish: int | None = None
    class_id: Seat = None
    other: str | None = None
    keys: tuple[Any, Any] | None = None
    seats: int | None = None
    occupants: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The difference as JSON values; ``class`` for ``class_id``."""
        found = {name: getattr(self, name) for name in self.__slots__ if name != "class_id"}
        return {**found, "class": self.class_id, "keys": None if self.keys is None else list(self.keys)}


@dataclass(frozen=True, slots=True)
class _Claim:
    """A family's claim on a wish under the manual result."""

    family: Family
    wish: int
    category: Literal["empty", "envy", "tie"]
    class_id: Seat
    child: str
    other: str | None
    keys: tuple[Any, Any] | None


@dataclass(slots=True)
class _Sides:
    """Both results over the one market."""

    market: Market
    ours: Assignment
    manual: Assignment
    keys: Mapping[str, Any]
    home: Mapping[str, tuple[Family, int]]
    occupancy: AnyOccupancy
    inside: dict[str, list[str]] = field(default_factory=dict)  # manual occupants, best first

    def placement(self, family: Family) -> Placement:
        return tuple(self.manual[child] for child in family.children)

    def keys_of(self, child: str, class_id: str) -> Any:
        special = self.keys.get("wishes", {}).get(child, {})
        return special.get(class_id, self.keys.get("children", {}).get(child))


def compare(
    market: Market,
    ours: Assignment,
    manual: Assignment,
    *,
    keys: Mapping[str, Any] | None = None,
    recorded: Mapping[str, Seat] | None = None,
) -> tuple[Difference, ...]:
    """Every child with ``manual[child] != ours[child]``, by id, each with its category and evidence.

    ``market``: with the pins of the run put in. ``manual`` names every child and only classes of the market,
    but need not respect seats or wishes. ``keys``: of market.json, to tell ties. ``recorded``: pins on record
    that the run did not use.
    """
    changed = sorted(child for child in ours if ours[child] != manual[child])
    sides = _Sides(market, ours, manual, keys or {}, homes(market), AnyOccupancy(market, manual))
    for class_id, rank in sides.occupancy.rank.items():
        sides.inside[class_id] = [child for child in rank if manual.get(child) == class_id]
    claims = {claim.family.id: claim for claim in _claims(sides)}
    found = {}
    for child in changed:
        one = _direct(sides, claims, child, recorded or {})
        if one is not None:
            found[child] = one
    for group in _tied(sides, changed):
        open_ = [child for child in group if child not in found]
        if open_:
            found.update(_indirect(sides, claims, group, open_, found))
    return tuple(found[child] for child in changed)


def _claims(sides: _Sides) -> Iterator[_Claim]:
    """The families that could claim a wish under the manual result, with whom or what they claim it over."""
    for family in sides.market.families:
        position = sides.occupancy.blocking_wish(family)
        if position is not None:
            yield _claim(sides, family, position)


def _claim(sides: _Sides, family: Family, position: int) -> _Claim:
    """The claim's reason: the class whose seat it would take from somebody; without one, empty seats."""
    wish = family.wishes[position]
    empty: _Claim | None = None
    for child, class_id in zip(family.children, wish, strict=True):
        if class_id is None or sides.manual[child] == class_id:
            continue
        rank = sides.occupancy.rank[class_id]
        others = [one for one in sides.inside[class_id] if one not in family.children]
        if len(others) + wish.count(class_id) > sides.market.capacity[class_id]:
            lowest = others[-1]
            pair = (sides.keys_of(child, class_id), sides.keys_of(lowest, class_id))
            tied = pair[0] is not None and pair[0] == pair[1] and rank[child] < rank[lowest]
            return _Claim(family, position + 1, "tie" if tied else "envy", class_id, child, lowest, pair)
        empty = empty or _Claim(family, position + 1, "empty", class_id, child, None, None)
    first = family.children[0]
    return empty or _Claim(family, position + 1, "empty", wish[0], first, None, None)


def _direct(
    sides: _Sides, claims: Mapping[str, _Claim], child: str, recorded: Mapping[str, Seat]
) -> Difference | None:
    """What can be said of the child by itself."""
    family, at = sides.home[child]
    seat = sides.manual[child]

    def told(category: Category, **evidence: Any) -> Difference:
        return Difference(child, family.id, sides.ours[child], seat, category, **evidence)

    if child in recorded and recorded[child] == seat:
        return told("recorded", class_id=seat)
    if all(option[at] != seat for option in (*family.wishes, family.current)):
        return told("not_wished", class_id=family.current[at] if seat is None else seat)
    if seat is not None:
        seats, inside = sides.market.capacity[seat], sides.inside[seat]
        if child in inside[seats:]:
            return told("capacity", class_id=seat, seats=seats, occupants=len(inside))
    if sides.placement(family) not in (*family.wishes, family.current):
        return told("siblings")
    own = claims.get(family.id)
    if own is not None:
        return told(own.category, wish=own.wish, class_id=own.class_id, other=own.other, keys=own.keys)
    return _overridden(sides, claims, told, child, seat) if seat is not None else None


def _overridden(
    sides: _Sides, claims: Mapping[str, _Claim], told: Any, child: str, seat: str
) -> Difference | None:
    """Whether a family claims the child's seat: by priority, or having lost a drawn tie."""
    if len(sides.inside[seat]) < sides.market.capacity[seat]:
        return None
    rank = sides.occupancy.rank[seat]
    claimed = []
    for claim in claims.values():
        wish = claim.family.wishes[claim.wish - 1]
        mine = [c for c, s in zip(claim.family.children, wish, strict=True) if s == seat]
        if mine and rank[child] > max(rank[c] for c in mine):
            best = min(mine, key=rank.__getitem__)
            # the child whom our result seats there is the one that this child stands in for
            claimed.append((sides.ours[best] != seat, rank[best], best, claim.wish))
    if not claimed:
        return None
    _, _, other, number = min(claimed)
    pair = (sides.keys_of(child, seat), sides.keys_of(other, seat))
    tied = pair[0] is not None and pair[0] == pair[1]
    category: Category = "tie" if tied else "override"
    found: Difference = told(category, wish=number, class_id=seat, other=other, keys=pair)
    return found


def _tied(sides: _Sides, changed: list[str]) -> Iterator[list[str]]:
    """Changed children in groups tied by the classes they leave and enter, and by their families."""
    near: dict[tuple[str, str], list[str]] = {}
    for child in changed:
        near.setdefault(("family", sides.home[child][0].id), []).append(child)
        for seat in (sides.ours[child], sides.manual[child]):
            if seat is not None:
                near.setdefault(("class", seat), []).append(child)
    leader = {child: child for child in changed}

    def top(child: str) -> str:
        while leader[child] != child:
            leader[child] = leader[leader[child]]
            child = leader[child]
        return child

    for members in near.values():
        for other in members[1:]:
            one, two = sorted((top(members[0]), top(other)))
            leader[two] = one
    groups: dict[str, list[str]] = {}
    for child in changed:
        groups.setdefault(top(child), []).append(child)
    yield from groups.values()


def _indirect(
    sides: _Sides,
    claims: Mapping[str, _Claim],
    group: list[str],
    open_: list[str],
    found: Mapping[str, Difference],
) -> Iterator[tuple[str, Difference]]:
    """What is left of a group: another valid result, or what follows from a difference in it."""
    direct = [child for child in group if child in found]
    valid = not direct and _valid(sides, group)
    root = direct[0] if direct else None
    if root is None and not valid and claims:
        root = min(claim.child for claim in claims.values())
    for child in open_:
        seats = {sides.ours[child], sides.manual[child]} - {None}
        near = (d for d in direct if seats & {sides.ours[d], sides.manual[d], found[d].class_id})
        other = None if valid else next(near, root)
        category: Category = "alternative" if valid else "chain"
        pair = (sides.ours[child], sides.manual[child])
        yield child, Difference(child, sides.home[child][0].id, *pair, category, other=other)


def _valid(sides: _Sides, group: list[str]) -> bool:
    """Whether our result with this group placed as in the manual one lets no further family claim a wish."""
    mixed = {**sides.ours, **{child: sides.manual[child] for child in group}}
    theirs, own = AnyOccupancy(sides.market, mixed), AnyOccupancy(sides.market, sides.ours)
    return all(
        theirs.blocking_wish(family) is None or own.blocking_wish(family) is not None
        for family in sides.market.families
    )
