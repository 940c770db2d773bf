"""Small random cases for the planner, drawn from a number: the same number gives the same case everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import TypeVar

from tests.handbook.planner.brute import PRODUCTS, Case
from yakuba.handbook.domain.person import Given
from yakuba.handbook.domain.planner.wishes import Booked, Wishes

T = TypeVar("T")
DAY = timedelta(days=1)
SETS = (
    ("HEPB", "BCG"), ("ROTA", "PCV"), ("MR", "VAR"), ("MR", "VAR", "MUMPS"), ("DPT_IPV_HIB", "BCG"),
    ("HEPB", "ROTA"), ("BCG", "MR", "VAR"), ("PCV", "MR"), ("DPT_IPV_HIB", "VAR"), ("BCG",), ("JE", "MR"),
)  # fmt: skip


class Draw:
    """Numbers that follow from a seed."""

    def __init__(self, seed: int) -> None:
        self._seed, self._count = seed, 0

    def below(self, end: int) -> int:
        self._count += 1
        digest = sha256(f"planner {self._seed} {self._count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % end

    def of(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]


def small_case(seed: int) -> Case:
    """One to three vaccines, some given doses, five to eight open days."""
    draw = Draw(seed)
    birth = date(2026, 4, 1) + DAY * draw.below(365)
    names = draw.of(SETS)
    babies = not {"MR", "VAR", "JE"} & set(names)
    age = draw.of((30, 61, 75, 100, 140, 180) if babies else (200, 330, 366, 400, 500))
    on = birth + DAY * age
    history = _history(draw, birth, names, on)
    count = 5 + draw.below(3 if len(names) > 1 else 5)
    step = draw.of((14, 21, 28, 35, 60))
    days: list[date] = []
    day = on + DAY * draw.below(40)
    for _ in range(count):
        days.append(day)
        day += DAY * (1 + draw.below(2 * step))
    booked = []
    if draw.below(4) == 0:
        vaccines = frozenset({draw.of(names)}) if draw.below(2) else frozenset()
        booked.append(Booked(draw.of(days) + DAY * draw.below(3), vaccines))
    wishes = Wishes(
        closed=lambda one: one not in days,
        until=days[-1],
        max_shots=draw.of((None, None, 1, 2)),
        vaccines=frozenset(names),
        booked=tuple(booked),
        preferred_weekdays=frozenset({draw.below(7), draw.below(7)}) if draw.below(5) == 0 else frozenset(),
        within=draw.of(("standard", "standard", "legal")),
        put_off=draw.of((91, 91, 30)),
        work=10**6,
    )
    before = None
    if draw.below(3) == 0:
        before = tuple(
            ((name, number), draw.of(days) + DAY * (draw.below(5) == 0))
            for name in names for number in range(1, 4) if draw.below(3)
        )  # fmt: skip
    return Case(birth, history, on, tuple(days), wishes, before)


def _history(draw: Draw, birth: date, names: Sequence[str], on: date) -> tuple[Given, ...]:
    found = []
    for name in names:
        day = birth + DAY * draw.of((61, 65, 90, 150, 366))
        for _ in range(draw.of((0, 0, 1, 2))):
            if day < on:
                found.append(Given(name, day, PRODUCTS.get(name, "")))
            day += DAY * (28 + draw.below(60))
    return tuple(found)
