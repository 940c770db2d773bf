"""The ledger (台帳): one selection round as a town hall wrote it, ready to become a ``Market``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yakuba.nursery.domain.market import Family, Labels, Market
from yakuba.nursery.domain.priority import LOTTERY_METHOD, Keys, Ranking, Tie, TiesFound, plain, rank


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What the file says of a child. ``age``: the age class 0–5. ``current``: class attended now, or None."""

    id: str
    family: str
    name: str
    kana: str
    birth: date | None
    age: int
    track: str
    current: str | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger without faults.

    ``keys``: per child, bigger is better (a key that the file orders 小さい順 is negated); ``class_keys``:
    (child, class) → keys where they differ. ``sha256``: of the file; of a folder or a zip archive, of the
    lines ``<name>TAB<sha256 of the file>`` of its CSV files, sorted by name and joined by a newline.
    """

    name: str
    sha256: str
    warnings: list[str]
    labels: Labels
    children: tuple[ChildFacts, ...]
    capacity: Mapping[str, int]
    families: tuple[Family, ...]
    key_names: tuple[str, ...]
    key_ascending: tuple[bool, ...]  # 小さい順: negated in ``keys``
    keys: Mapping[str, Keys]
    class_keys: Mapping[tuple[str, str], Keys]

    def market(self, seed: int | None = None) -> Market:
        """The market with strict priorities. Raises ``TiesFound`` if ties are left and ``seed`` is None."""
        ranking = self._rank(seed)
        if seed is None and ranking.ties:
            raise TiesFound(list(ranking.ties))
        return Market(self.capacity, ranking.priority, self.families)

    def ties(self) -> list[Tie]:
        """The groups of children whom the keys do not tell apart, per class."""
        return list(self._rank(None).ties)

    def market_extras(self, seed: int | None = None) -> dict[str, Any]:
        """Top-level keys that ``market.json`` holds besides the market, so that priorities can be recomputed.

        ``ledger``: name and sha256. ``keys``: ``names``, ``ascending`` (the file orders it 小さい順),
        ``children`` (child → keys) and ``wishes`` (child → class → keys, only where they differ); keys are
        integers, or decimals as strings. ``lottery``, only when one was drawn: ``seed``, ``method`` and
        ``groups`` of child ids in drawn order.
        """
        extras: dict[str, Any] = {
            "ledger": {"name": self.name, "sha256": self.sha256},
            "keys": {
                "names": list(self.key_names),
                "ascending": list(self.key_ascending),
                "children": {child: _json(self.keys[child]) for child in sorted(self.keys)},
                "wishes": self._wish_keys(),
            },
        }
        ties = self._rank(seed).ties if seed is not None else ()
        if ties:
            groups = sorted({tie.children for tie in ties})
            extras["lottery"] = {
                "seed": seed,
                "method": LOTTERY_METHOD,
                "groups": [list(group) for group in groups],
            }
        return extras

    def _wish_keys(self) -> dict[str, dict[str, list[int | str]]]:
        found: dict[str, dict[str, list[int | str]]] = {}
        for child, class_id in sorted(self.class_keys):
            found.setdefault(child, {})[class_id] = _json(self.class_keys[child, class_id])
        return found

    def _rank(self, seed: int | None) -> Ranking:
        applicants: dict[str, set[str]] = {class_id: set() for class_id in self.capacity}
        holds: dict[str, str | None] = {}
        household: dict[str, str] = {}
        for family in self.families:
            for position, child in enumerate(family.children):
                household[child] = family.id
                holds[child] = family.current[position]
                wanted = {wish[position] for wish in family.wishes} | {family.current[position]}
                for class_id in wanted - {None}:
                    applicants[str(class_id)].add(child)
        return rank(applicants, self._keys_at, household, holds, seed)

    def _keys_at(self, child: str, class_id: str) -> Keys:
        return self.class_keys.get((child, class_id)) or self.keys[child]


def _json(keys: Keys) -> list[int | str]:
    return [plain(key) for key in keys]
