"""Pins (固定): children whom staff, with a reason and a second person's consent, fix at a class or at 保留.

A pin changes the market, not the engine: the pinned child is taken to hold its seat already, so that it
ranks first in its class, and its family keeps only the wishes that agree with the pin. ``separate`` then
tells, by the *original* priorities and wishes, which families could claim a better place only because of
pins. They are not blocking families; those are what the engine says of the market with its pins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yakuba.nursery.domain.market import BadInput, Family, Fault, Market, Placement, Result, Seat
from yakuba.nursery.domain.market_json import normalise_wishes, show
from yakuba.nursery.domain.stability import AnyOccupancy, Occupancy

Pins = Mapping[str, Seat]


@dataclass(frozen=True, slots=True)
class PinEnvy:
    """A family that, by the original priorities, could claim ``wish`` (1 = first) but for pins.

    ``pins``: the children whose pins stand in the way, sorted: the family's own pinned children, or else
    pinned children seated in a class of the wish who originally rank below the family's children there.
    """

    family: str
    wish: int
    pins: tuple[str, ...]

    def as_dict(self, pins: Pins) -> dict[str, Any]:
        """The envy as JSON values, each pinned child with its class (null = 保留)."""
        named = [{"child": child, "class": pins[child]} for child in self.pins]
        return {"family": self.family, "wish": self.wish, "pins": named}


def read(data: object, market: Market, *, file: str = "market.json") -> dict[str, Seat]:
    """The pins of a market.json (``{child: class or null}``), sorted; ``BadInput`` with every fault."""
    if not isinstance(data, dict):
        expected = "児童からクラス（又はnull）へのオブジェクトが必要です"
        raise BadInput([Fault(file, show(data), expected, column="$.pins", advice='例 {"c0": "12-1"}')])
    strange = {child: seat for child, seat in data.items() if not isinstance(seat, str | None)}
    if strange:
        expected = "クラスの番号か、null（保留）が必要です"
        raise BadInput(
            [
                Fault(file, show(seat), expected, column=_path(child), advice="書き直してください")
                for child, seat in strange.items()
            ]
        )
    pins = {child: data[child] for child in sorted(data)}
    check(market, pins, file=file)
    return pins


def check(market: Market, pins: Pins, *, file: str = "固定") -> None:
    """Raises ``BadInput`` naming every pin that can't be: unknown child or class, too many for a class,
    a child that would lose the seat it holds."""
    faults = list(_faults(market, pins, file))
    if faults:
        raise BadInput(faults)


def _faults(market: Market, pins: Pins, file: str) -> Iterator[Fault]:
    held = {
        child: seat
        for family in market.families
        for child, seat in zip(family.children, family.current, strict=True)
    }
    for child, seat in sorted(pins.items()):
        if child not in held:
            yield _fault(file, child, child, "この番号の児童はいません", "受付番号を確かめてください")
        elif seat is not None and seat not in market.capacity:
            yield _fault(file, child, seat, "このクラスはありません", "クラスの番号を確かめてください")
        elif seat is None and held[child] is not None:
            expected = f"在籍中のクラス {held[child]} の席を失わせる固定はできません"
            yield _fault(file, child, None, expected, "在籍中のクラスに固定してください")
    seats = Counter(seat for child, seat in {**held, **pins}.items() if child in held and seat is not None)
    for seat, count in sorted(seats.items()):
        pinned = sorted(child for child, where in pins.items() if where == seat and child in held)
        if pinned and seat in market.capacity and count > market.capacity[seat]:
            expected = (
                f"定員{market.capacity[seat]}人のクラス {seat} に、固定と在籍の児童が{count}人になります"
            )
            advice = "固定を減らすか、定員を増やしてください"
            yield _fault(file, pinned[-1], "、".join(pinned), expected, advice)


def _fault(file: str, child: str, found: object, expected: str, advice: str) -> Fault:
    return Fault(file, show(found), expected, column=_path(child), advice=advice)


def _path(child: str) -> str:
    return f"$.pins[{show(child)}]"


def apply(market: Market, pins: Pins) -> Market:
    """The market in which every pinned child holds the class it is pinned to (``None``: nowhere).

    It ranks first there, before children who hold a seat, and is out of every other class's order. Its
    family keeps the wishes that agree with the pins; below them it falls back to ``current`` with the pins
    put in. Raises ``BadInput`` as ``check`` does. Without pins: the market itself.
    """
    if not pins:
        return market
    check(market, pins)
    return Market(
        capacity=market.capacity,
        priority={name: _order(name, order, pins) for name, order in market.priority.items()},
        families=tuple(
            _with_pins(family, pins) if pins.keys() & set(family.children) else family
            for family in market.families
        ),
    )


def _order(name: str, order: tuple[str, ...], pins: Pins) -> tuple[str, ...]:
    first = sorted(child for child, seat in pins.items() if seat == name)
    return (*first, *(child for child in order if child not in pins))


def _with_pins(family: Family, pins: Pins) -> Family:
    current = _put_in(family, pins)
    kept = [wish for wish in family.wishes if agrees(family, wish, pins)]
    return Family(family.id, family.children, current, normalise_wishes(kept, current))


def _put_in(family: Family, pins: Pins) -> Placement:
    return tuple(pins.get(child, seat) for child, seat in zip(family.children, family.current, strict=True))


def agrees(family: Family, wish: Placement, pins: Pins) -> bool:
    """Whether the wish seats every pinned child of the family where it is pinned."""
    return all(
        child not in pins or pins[child] == seat for child, seat in zip(family.children, wish, strict=True)
    )


def separate(market: Market, assignment: Mapping[str, Seat], pins: Pins) -> tuple[list[PinEnvy], list[str]]:
    """(envy caused by pins, blocking families of the market with its pins), both by family id.

    A family is in the first list when it blocks by the original priorities and wishes but not in the market
    with its pins. When what it got is none of its own placements, each of its wishes counts as better.
    """
    given = apply(market, pins)
    inside, outside = Occupancy(given, assignment), AnyOccupancy(market, assignment)
    families = {family.id: family for family in given.families}
    envy: list[PinEnvy] = []
    blocking: list[str] = []
    for family in sorted(market.families, key=lambda one: one.id):
        if inside.blocking_wish(families[family.id]) is not None:
            blocking.append(family.id)
        elif pins:
            wish = outside.blocking_wish(family)
            if wish is not None:
                envy.append(PinEnvy(family.id, wish + 1, _in_the_way(family, wish, inside, outside, pins)))
    return envy, blocking


def _in_the_way(
    family: Family, position: int, inside: Occupancy, outside: Occupancy, pins: Pins
) -> tuple[str, ...]:
    own = sorted(pins.keys() & set(family.children))
    if own:
        return tuple(own)
    wish = family.wishes[position]
    found: set[str] = set()
    for seat in {seat for seat in wish if seat is not None}:
        alone = tuple(seat if other == seat else None for other in wish)
        if inside.has_room(family, alone):
            continue
        ranks = outside.rank[seat]
        worst = max(ranks[c] for c, s in zip(family.children, wish, strict=True) if s == seat)
        found |= {child for child, where in pins.items() if where == seat and ranks[child] > worst}
    return tuple(sorted(found))


def declared(market: Market, result: Result, pins: Pins) -> dict[str, Any]:
    """What result.json and certificate.json hold besides, when there are pins: ``pins`` and
    ``envy_caused_by_pins``; nothing without pins.

    ``result`` is the engine's for ``apply(market, pins)``; that both count the same blocking families is
    checked here (``AssertionError``).
    """
    if not pins:
        return {}
    envy, blocking = separate(market, result.assignment, pins)
    if blocking != sorted(result.blocking_families):
        raise AssertionError(
            f"blocking families {blocking} counted, {result.blocking_families} from the engine"
        )
    return {"pins": dict(pins), "envy_caused_by_pins": [one.as_dict(pins) for one in envy]}
