"""Recount of explanations: places and occupants of every class, and the claims about classes and keys.

Standard library only, apart from the module that writes the claims; see ``verify_claims``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any


class Recount:
    """Expected claims, counted from the market and the result alone."""

    def __init__(self, market: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        self.market, self.result = market, result
        self.faults: list[str] = []
        self.declared = set(result.get("blocking_families", ()))
        self.seat_of = result["assignment"]
        self.before: dict[
            str, dict[str, tuple[int, int]]
        ] = {}  # class -> child -> (place, occupants before it)
        self.inside: dict[str, list[str]] = {}  # class -> occupants in priority order
        for class_ in market["capacity"]:
            self._walk(class_, market["priority"].get(class_, ()))
        self.home = {
            child: seat
            for family in market["families"]
            for child, seat in zip(family["children"], family["current"], strict=True)
        }
        self.keys = market.get("keys")
        self.groups: dict[str, dict[int, int]] = {}
        for number, group in enumerate((market.get("lottery") or {}).get("groups", ())):
            for place, child in enumerate(group):
                self.groups.setdefault(child, {})[number] = place

    def _walk(self, class_: str, priority: Iterable[str]) -> None:
        before: dict[str, tuple[int, int]] = {}
        inside: list[str] = []
        for place, child in enumerate(priority):
            before[child] = (place, len(inside))
            if self.seat_of.get(child) == class_:
                inside.append(child)
        self.before[class_], self.inside[class_] = before, inside

    def expected(self) -> Iterator[dict[str, Any]]:
        """The claims about the keys and about every class."""
        if self.keys is not None:
            down = list(self.keys.get("ascending", []))
            yield {"kind": "key_names", "names": list(self.keys["names"]), "ascending": down}
        before = Counter(self.home.values())
        for class_, capacity in self.market["capacity"].items():
            inside = self.inside[class_]
            claim = {
                "kind": "cutoff",
                "class": class_,
                "capacity": capacity,
                "occupants": len(inside),
                "holders": len([child for child in inside if self.home[child] == class_]),
                "transfers": before[class_],
                "last": inside[-1] if inside else None,
            }
            if self.keys is not None:
                claim["keys"] = self.keys_of(inside[-1], class_) if inside else None
            yield claim

    def keys_of(self, child: str, class_: str) -> list[Any] | None:
        """Keys of one child at one class, as written in the market."""
        if self.keys is None:
            return None
        special = self.keys.get("wishes", {}).get(child, {})
        found = special[class_] if class_ in special else self.keys.get("children", {}).get(child)
        return None if found is None else list(found)

    def separates(self, child: str, rival: str, class_: str) -> dict[str, Any]:
        """Why ``rival``, who ranks above ``child``, does so."""
        if self.home[rival] == class_ != self.home[child]:
            return {"by": "holder"}
        own, other = self.keys_of(child, class_), self.keys_of(rival, class_)
        if own is None or other is None:
            return {"by": "order"}
        differing = [
            at for at in range(min(len(own), len(other))) if Fraction(own[at]) != Fraction(other[at])
        ]
        if differing:
            at = differing[0]
            if Fraction(own[at]) > Fraction(other[at]):
                return {"by": "order"}
            names = self.keys["names"] if self.keys else []
            name = names[at] if at < len(names) else ""
            return {"by": "key", "key": at, "name": name, "own": own[at], "threshold": other[at]}
        mine, theirs = self.groups.get(child, {}), self.groups.get(rival, {})
        drawn = [number for number in mine.keys() & theirs.keys() if theirs[number] < mine[number]]
        return {"by": "lottery" if drawn else "order"}
