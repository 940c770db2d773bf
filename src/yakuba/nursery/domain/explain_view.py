"""Ranks and occupants that the explanations are counted from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

Key = int | str


class NotExplained(ValueError):
    """The result contradicts its market, so that no true reason can be given; the message says where."""


class ClassView:
    """One class: its priority ranks and its occupants, best first."""

    def __init__(self, class_: str, capacity: int, priority: Sequence[str]) -> None:
        self.id = class_
        self.capacity = capacity
        self.rank = {child: place for place, child in enumerate(priority)}
        self.occupants: list[str] = []
        self.ranks: list[int] = []
        self.holders = 0
        self.transfers = 0

    def settle(self, occupants: list[str], holders: int) -> None:
        """Take the assigned children in; a child without a priority here cannot be explained."""
        strange = [child for child in occupants if child not in self.rank]
        if strange:
            raise NotExplained(f"児童 {strange[0]}：クラス {self.id} の優先順位にありません。")
        self.occupants = sorted(occupants, key=self.rank.__getitem__)
        self.ranks = [self.rank[child] for child in self.occupants]
        self.holders = holders

    def above(self, child: str) -> int:
        """Occupants who rank above ``child``, its siblings included."""
        if child not in self.rank:
            raise NotExplained(f"児童 {child}：クラス {self.id} の優先順位にありません。")
        return bisect_left(self.ranks, self.rank[child])


class MarketView:
    """A market with one result: occupants per class, keys, lottery, declared blocking families."""

    def __init__(self, market: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        self.assignment: Mapping[str, str | None] = result["assignment"]
        self.status: str = result["status"]
        self.blocking = frozenset(result.get("blocking_families", ()))
        self.lower_bound: int = result.get("blocking_lower_bound", 0)
        self._market = market
        keys = market.get("keys")
        self.key_names: tuple[str, ...] | None = None if keys is None else tuple(keys["names"])
        self.ascending: list[bool] = [] if keys is None else list(keys.get("ascending", ()))
        self._child_keys: Mapping[str, Any] = {} if keys is None else keys.get("children", {})
        self._wish_keys: Mapping[str, Any] = {} if keys is None else keys.get("wishes", {})
        self._current: dict[str, str | None] = {}
        for family in market["families"]:
            self._current.update(zip(family["children"], family["current"], strict=True))
        self.classes = self._settled()

    def _settled(self) -> dict[str, ClassView]:
        priority = self._market["priority"]
        classes = {
            id_: ClassView(id_, seats, priority.get(id_, ()))
            for id_, seats in self._market["capacity"].items()
        }
        inside: dict[str, list[str]] = {}
        for current in self._current.values():
            if current in classes:
                classes[current].transfers += 1
        for child in self._current:
            if child not in self.assignment:
                raise NotExplained(f"児童 {child}：結果に割当てがありません。")
            class_ = self.assignment[child]
            if class_ is not None:
                inside.setdefault(class_, []).append(child)
        for class_, occupants in inside.items():
            if class_ not in classes:
                raise NotExplained(f"児童 {occupants[0]}：クラス {class_} は市場にありません。")
            classes[class_].settle(occupants, sum(self.holds(child, class_) for child in occupants))
        return classes

    def holds(self, child: str, class_: str) -> bool:
        """Whether the child had this seat already (在籍)."""
        return self._current.get(child) == class_

    def keys(self, child: str, class_: str) -> Sequence[Key] | None:
        """The child's keys at the class, bigger is better; ``None`` when the market gives none."""
        special: Mapping[str, Sequence[Key]] = self._wish_keys.get(child, {})
        found: Sequence[Key] | None = special.get(class_, self._child_keys.get(child))
        return found

    @staticmethod
    def numbers(keys: Sequence[Key]) -> list[Decimal]:
        """Keys as exact numbers."""
        try:
            return [Decimal(key) for key in keys]
        except (InvalidOperation, TypeError, ValueError) as error:
            raise NotExplained(f"優先順位のキー {list(keys)} に数でないものがあります。") from error

    @cached_property
    def _draws(self) -> dict[str, dict[int, int]]:
        draws: dict[str, dict[int, int]] = {}
        for number, group in enumerate((self._market.get("lottery") or {}).get("groups", ())):
            for place, child in enumerate(group):
                draws.setdefault(child, {})[number] = place
        return draws

    def drawn_before(self, first: str, second: str) -> bool:
        """Whether one lottery group holds both and ``first`` came out earlier."""
        one, other = self._draws.get(first, {}), self._draws.get(second, {})
        return any(number in other and place < other[number] for number, place in one.items())


class FamilyView:
    """One family: what it asked for, what it got, and how it stands among other families' children."""

    def __init__(self, view: MarketView, row: Mapping[str, Any]) -> None:
        self._view = view
        self.id: str = row["id"]
        self.children: tuple[str, ...] = tuple(row["children"])
        self.current: tuple[str | None, ...] = tuple(row["current"])
        self.wishes: list[tuple[str | None, ...]] = [tuple(wish) for wish in row["wishes"]]
        self.obtained = tuple(view.assignment[child] for child in self.children)
        self.wish: int | None = self.wishes.index(self.obtained) + 1 if self.obtained in self.wishes else None
        self._seats: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}

    def _class(self, class_: str) -> ClassView:
        try:
            return self._view.classes[class_]
        except KeyError:
            raise NotExplained(f"世帯 {self.id}：希望のクラス {class_} は市場にありません。") from None

    def _own_ranks(self, class_: str) -> list[int]:
        rank = self._class(class_).rank
        return sorted(
            rank[child] for child, seat in zip(self.children, self.obtained, strict=True) if seat == class_
        )

    def others_above(self, class_: str, child: str) -> int:
        """Occupants of other families who rank above ``child``."""
        seats = self._class(class_)
        above = seats.above(child)
        return above - sum(rank < seats.rank[child] for rank in self._own_ranks(class_))

    def threshold(self, class_: str, needs: int) -> str:
        """The other family's occupant whom the worst sibling must outrank to leave ``needs`` seats."""
        seats = self._class(class_)
        place = seats.capacity - needs
        for rank in self._own_ranks(class_):
            if bisect_left(seats.ranks, rank) <= place:
                place += 1
        return seats.occupants[place]

    def seats(self, wish: tuple[str | None, ...]) -> list[dict[str, Any]]:
        """Per class of the tuple, in order of appearance: capacity, seats needed, rivals above."""
        wanted: dict[str, tuple[str, ...]] = {}
        for child, class_ in zip(self.children, wish, strict=True):
            if class_ is not None:
                wanted[class_] = (*wanted.get(class_, ()), child)
        return [self._seat(class_, children) for class_, children in wanted.items()]

    def _seat(self, class_: str, children: tuple[str, ...]) -> dict[str, Any]:
        known = self._seats.get((class_, children))
        if known is None:
            seats = self._class(class_)
            worst = max(children, key=lambda child: seats.rank.get(child, len(seats.rank)))
            known = {
                "class": class_,
                "capacity": seats.capacity,
                "needs": len(children),
                "above": self.others_above(class_, worst),
                "worst": worst,
            }
            self._seats[class_, children] = known
        return known
