"""Recount of explanations: what must be said about the children of one family.

Standard library only, apart from the module that writes the claims; see ``verify_claims``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yakuba.nursery.domain.verify_claims_classes import Recount


class FamilyRecount:
    """Expected claims of one family."""

    def __init__(self, count: Recount, family: Mapping[str, Any]) -> None:
        self.count = count
        self.id = family["id"]
        self.children: list[str] = family["children"]
        self.wishes: list[list[str | None]] = family["wishes"]
        self.current: list[str | None] = family["current"]
        self.got = [count.seat_of[child] for child in self.children]
        self.known: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}

    def _names(self) -> str:
        return f"児童 {'、'.join(self.children)}（世帯 {self.id}）"

    def expected(self) -> Iterator[dict[str, Any]]:
        """Every claim about this family's children; none when its assignment is none it asked for."""
        wish = next((at for at, asked in enumerate(self.wishes) if list(asked) == self.got), None)
        if wish is None and self.got != list(self.current):
            self.count.faults.append(f"{self._names()}：割当て {self.got} は希望にも在籍にもありません。")
            return
        refused = [self._wish(at) for at in range(len(self.wishes) if wish is None else wish)]
        for at, child in enumerate(self.children):
            yield self._obtained(at, wish)
            yield from self._refusals(at, child, refused)
            if wish is not None and wish + 1 < len(self.wishes):
                yield {
                    "kind": "below",
                    "family": self.id,
                    "child": child,
                    "from": wish + 2,
                    "to": len(self.wishes),
                }

    def _obtained(self, at: int, wish: int | None) -> dict[str, Any]:
        child, class_ = self.children[at], self.got[at]
        claim = {
            "family": self.id,
            "child": child,
            "wish": None if wish is None else wish + 1,
            "wishes": len(self.wishes),
        }
        if class_ is None:
            return {"kind": "not_placed", **claim}
        inside = self.count.inside[class_]
        claim |= {
            "kind": "held" if self.current[at] == class_ else "placed",
            "class": class_,
            "rank": self.count.before[class_][child][1] + 1,
            "capacity": self.count.market["capacity"][class_],
            "occupants": len(inside),
            "others": len([child for child in inside if child not in self.children]),
        }
        return self._with_keys(claim, child, class_)

    def _with_keys(self, claim: dict[str, Any], child: str, class_: str) -> dict[str, Any]:
        return claim if self.count.keys is None else {**claim, "keys": self.count.keys_of(child, class_)}

    def _wish(self, at: int) -> dict[str, Any]:
        """The common part of the claims of one refused wish."""
        groups: dict[str, list[str]] = {}
        for child, class_ in zip(self.children, self.wishes[at], strict=True):
            if class_ is not None:
                groups.setdefault(class_, []).append(child)
        seats = [self._seat(class_, tuple(children)) for class_, children in groups.items()]
        closed = [seat for seat in seats if seat["capacity"] - seat["above"] < seat["needs"]]
        if not closed:
            return self._possible(at, seats)
        short = [seat["capacity"] for seat in closed if seat["capacity"] < seat["needs"]]
        kind = "full" if not short else "capacity_zero" if 0 in short else "never_possible"
        return {"kind": kind, "seats": closed}

    def _possible(self, at: int, seats: list[dict[str, Any]]) -> dict[str, Any]:
        if self.id not in self.count.declared:
            self.count.faults.append(
                f"{self._names()}：第{at + 1}希望に入れるのに割り当てられておらず、"
                "競合する世帯としても示されていません。"
            )
        return {
            "kind": "declared_blocking",
            "seats": seats,
            "status": self.count.result["status"],
            "blocking": len(self.count.declared),
            "lower_bound": self.count.result.get("blocking_lower_bound", 0),
        }

    def _seat(self, class_: str, children: tuple[str, ...]) -> dict[str, Any]:
        if (class_, children) not in self.known:
            before = self.count.before[class_]
            worst = max(children, key=lambda child: before[child][0])
            self.known[class_, children] = {
                "class": class_,
                "capacity": self.count.market["capacity"][class_],
                "needs": len(children),
                "above": self._rivals_before(class_, worst),
                "worst": worst,
            }
        return self.known[class_, children]

    def _rivals_before(self, class_: str, child: str) -> int:
        before = self.count.before[class_]
        place, occupants = before[child]
        own = [
            sibling
            for sibling, seat in zip(self.children, self.got, strict=True)
            if seat == class_ and before[sibling][0] < place
        ]
        return occupants - len(own)

    def _refusals(self, at: int, child: str, refused: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        explained: set[tuple[str, int]] = set()
        for number, common in enumerate(refused):
            class_ = self.wishes[number][at]
            claim = {"family": self.id, "child": child, "wish": number + 1, "class": class_}
            yield {**claim, **common}
            for seat in common["seats"] if common["kind"] == "full" else ():
                if seat["class"] == class_ and (class_, seat["needs"]) not in explained:
                    explained.add((seat["class"], seat["needs"]))
                    yield self._reason(child, seat["class"], seat["needs"])

    def _reason(self, child: str, class_: str, needs: int) -> dict[str, Any]:
        capacity, before = self.count.market["capacity"][class_], self.count.before[class_]
        rivals = [rival for rival in self.count.inside[class_] if rival not in self.children]
        against = rivals[capacity - needs]
        claim = {
            "kind": "decided_by",
            "family": self.id,
            "child": child,
            "class": class_,
            "needs": needs,
            "capacity": capacity,
            "position": self._rivals_before(class_, child) + 1,
            "others": len(rivals),
            "against": against,
        }
        if before[child][0] < before[against][0]:
            claim["by"] = "sibling"
        else:
            claim |= self.count.separates(child, against, class_)
        return self._with_keys(claim, child, class_)
