"""A brute-force oracle for tiny markets: tries every assignment, shares nothing with the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Truth:
    """What exhaustive search knows: stable assignments, fewest blockers, and the best assignment."""

    stable: int
    fewest: int
    placed: int
    positions: int
    best: dict[str, str | None]


def options(family: Json) -> list[tuple[str | None, ...]]:
    """Placements of a family, best first, ``current`` last."""
    current = tuple(family["current"])
    wishes: list[tuple[str | None, ...]] = []
    for wish in map(tuple, family["wishes"]):
        if wish == current:
            break
        if wish not in wishes:
            wishes.append(wish)
    return [*wishes, current]


def blocks(market: Json, seat_of: dict[str, str | None], family: Json) -> bool:
    """The definition, word for word."""
    children = family["children"]
    has = tuple(seat_of[child] for child in children)
    for placement in options(family):
        if placement == has:
            return False
        if all(room(market, seat_of, children, placement, c) for c in set(placement) - {None}):
            return True
    raise AssertionError("the family has none of its options")


def room(market: Json, seat_of: dict[str, str | None], children: list[str], placement: Any, c: str) -> bool:
    """Whether class c has room for the family's children above the others there."""
    order = market["priority"][c]
    mine = [child for child, seat in zip(children, placement, strict=True) if seat == c]
    worst = max(order.index(child) for child in mine)
    others = [k for k in order[:worst] if k not in children and seat_of.get(k) == c]
    return len(others) + len(mine) <= market["capacity"][c]


def assignments(market: Json) -> Iterator[tuple[tuple[int, ...], dict[str, str | None]]]:
    """Every assignment of the families' options that respects the seats, in lexicographic order."""
    lists = [(f, options(f)) for f in sorted(market["families"], key=lambda f: f["id"])]
    for chosen in product(*(range(len(own)) for _, own in lists)):
        seat_of: dict[str, str | None] = {}
        used: dict[str, int] = {}
        for (family, own), at in zip(lists, chosen, strict=True):
            for child, seat in zip(family["children"], own[at], strict=True):
                seat_of[child] = seat
                if seat is not None:
                    used[seat] = used.get(seat, 0) + 1
        if all(count <= market["capacity"][c] for c, count in used.items()):
            yield chosen, seat_of


def solve(market: Json) -> Truth:
    """Enumerates everything and takes the lexicographic optimum."""
    stable = 0
    best: tuple[Any, ...] | None = None
    for chosen, seat_of in assignments(market):
        blocking = sum(blocks(market, seat_of, family) for family in market["families"])
        stable += blocking == 0
        missing = sum(seat is None for seat in seat_of.values())
        key = (blocking, missing, sum(chosen), chosen)
        if best is None or key < best[0]:
            best = (key, seat_of)
    assert best is not None
    (blocking, missing, positions, _), seat_of = best
    return Truth(stable, blocking, len(seat_of) - missing, positions, seat_of)


def fewest_extra(market: Json, most: int) -> int | None:
    """Fewest extra seats that make some assignment stable, or None up to ``most``."""
    names = sorted(market["capacity"])
    for total in range(1, most + 1):
        for added in product(range(total + 1), repeat=len(names)):
            if sum(added) == total:
                capacity = {c: market["capacity"][c] + n for c, n in zip(names, added, strict=True)}
                if solve({**market, "capacity": capacity}).fewest == 0:
                    return total
    return None
