"""Priority (優先順位): children of a class in order, by tuples of keys, ties never broken silently.

* A child's *keys* are compared one after another, bigger is better; they are never joined into one number.
* A child who attends the class now (在籍) comes before all who do not.
* Children of different households with equal keys are a *tie* (同順位). Without a seed ties are only
  listed. With a seed they are drawn by lottery (抽選), per household, so that twins stay together.
* Equal keys inside one household are ordered by child id: no other family is between them, so that order
  cannot change who else gets a seat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from itertools import groupby

Key = int | Decimal
Keys = tuple[Key, ...]
LOTTERY_METHOD = "sha256(seed:household) ascending; inside one household child id ascending"


@dataclass(frozen=True, slots=True)
class Tie:
    """Children of at least two households who cannot be told apart at ``class_id``."""

    class_id: str
    keys: Keys
    children: tuple[str, ...]
    holds_seat: bool = False

    def __str__(self) -> str:
        keys = "・".join(str(plain(key)) for key in self.keys)
        return f"クラス {self.class_id}：受付番号 {'、'.join(self.children)}（優先順位 {keys}）"


class TiesFound(ValueError):
    """Equal priorities are left and no seed was given; ``ties`` lists them, ``str`` is readable."""

    def __init__(self, ties: list[Tie]) -> None:
        lines = "\n".join(str(tie) for tie in ties)
        super().__init__(
            f"同じ優先順位の児童が {len(ties)}組あります。"
            f"順位を決めるキーを加えるか、抽選の種（seed）を指定してください。\n{lines}"
        )
        self.ties = ties


@dataclass(frozen=True, slots=True)
class Ranking:
    """``priority``: per class, child ids best first. ``ties``: what keys left equal, in drawn order."""

    priority: Mapping[str, tuple[str, ...]]
    ties: tuple[Tie, ...]


def draw(seed: int, household: str) -> str:
    """The lot of a household: SHA-256 of ``<seed>:<household>`` as hex; the smaller one goes first."""
    return sha256(f"{seed}:{household}".encode()).hexdigest()


def rank(
    applicants: Mapping[str, Iterable[str]],
    keys_at: Callable[[str, str], Keys],
    household: Mapping[str, str],
    holds: Mapping[str, str | None],
    seed: int | None = None,
) -> Ranking:
    """Order the applicants of every class.

    ``applicants``: class id → child ids, in any order. ``keys_at(child, class)``: the child's keys there.
    ``holds``: child → the class attended now. The result does not depend on the order of any input.
    """
    children = {child for group in applicants.values() for child in group}
    lots = {
        home: "" if seed is None else draw(seed, home) for home in {household[child] for child in children}
    }
    priority: dict[str, tuple[str, ...]] = {}
    ties: list[Tie] = []
    for class_id in sorted(applicants):
        rows = [
            (keys_at(child, class_id), holds.get(child) == class_id, child)
            for child in set(applicants[class_id])
        ]
        rows.sort(key=lambda row: (lots[household[row[2]]], household[row[2]], row[2]))
        rows.sort(key=lambda row: (row[1], row[0]), reverse=True)  # stable: equal rows stay as drawn
        priority[class_id] = tuple(child for _, _, child in rows)
        for (held, keys), group in groupby(rows, key=lambda row: (row[1], row[0])):
            tied = tuple(child for _, _, child in group)
            if len({household[child] for child in tied}) > 1:
                ties.append(Tie(class_id, keys, tied, held))
    return Ranking(priority, tuple(ties))


def plain(key: Key) -> int | str:
    """A key as JSON holds it: an integer, or a decimal as a string when it is not integral.

    >>> plain(Decimal("2.50")), plain(Decimal("3.0")), plain(-7)
    ('2.5', 3, -7)
    """
    if isinstance(key, int):
        return key
    return int(key) if key == key.to_integral_value() else format(key.normalize(), "f")
