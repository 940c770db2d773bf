"""Recount of the explanations of a result with pins (固定), standard library only.

The claims are turned back into those of the market with its pins, which ``verify_claims`` recomputes; what
pins add (``pinned``, ``pinned_away``, ``pinned_over``, counts of pinned children) is recomputed here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from yakuba.nursery.domain import verify_claims
from yakuba.nursery.domain.verify_market import current, options
from yakuba.nursery.domain.verify_pins import envy, given

Json = dict[str, Any]
_OBTAINED = ("placed", "held", "not_placed", "pinned")
_REFUSED = ("full", "capacity_zero", "never_possible", "declared_blocking")
_ADDED = ("pinned_away", "pinned_over")


def check(market: Json, result: Json, claims: Iterable[Any]) -> list[str]:
    """What is wrong with ``claims``, one Japanese sentence each; empty when every claim holds.

    Without pins: ``verify_claims.check``. The market and the result must have passed ``verify``.
    """
    if not market.get("pins"):
        return verify_claims.check(market, result, claims)
    back = _Back(market, result)
    plain = [one for claim in claims if (one := back.plain(claim)) is not None]
    faults = back.faults + verify_claims.check(given(market), result, [*plain, *back.unstated()])
    for identity, truth in back.expected.items():
        if identity not in back.seen:
            faults.append(
                f"児童 {truth['child']}（世帯 {truth['family']}、{truth['kind']}）：理由がありません。"
            )
    return faults


class _Back:
    def __init__(self, market: Json, result: Json) -> None:
        self.market, self.result, self.pins = market, result, market["pins"]
        self.faults: list[str] = []
        self.seen: set[tuple[Any, ...]] = set()
        self.kept = {family["id"]: family for family in given(market)["families"]}
        self.own = {
            family["id"]: family
            for family in market["families"]
            if any(child in self.pins for child in family["children"])
        }
        self.expected = {_identity(one): one for one in self._added()}

    def wishes(self, family: Json) -> list[Any]:
        """The family's wishes as its list numbers them."""
        return options(family)[:-1]

    def _obtained(self, family: Json) -> int | None:
        has = [self.result["assignment"][child] for child in family["children"]]
        return next((at for at, wish in enumerate(self.wishes(family), 1) if list(wish) == has), None)

    def _added(self) -> Iterator[Json]:
        """Every claim that only pins bring, and the ``below`` of families with pins."""
        for family in self.own.values():
            yield from self._own_added(family)
        by_id = {family["id"]: family for family in self.market["families"]}
        for one in envy(self.market, self.result):
            family = by_id[one["family"]]
            for child, seat in zip(family["children"], self.wishes(family)[one["wish"] - 1], strict=True):
                claim = {"kind": "pinned_over", "family": one["family"], "child": child, "class": seat}
                yield {**claim, "wish": one["wish"], "pins": [pin["child"] for pin in one["pins"]]}

    def _own_added(self, family: Json) -> Iterator[Json]:
        wishes, obtained = self.wishes(family), self._obtained(family)
        kept = [list(wish) for wish in self.kept[family["id"]]["wishes"]]
        away = sorted(child for child in family["children"] if child in self.pins)
        for at, child in enumerate(family["children"]):
            common = {"family": family["id"], "child": child}
            for number, wish in enumerate(wishes[: len(wishes) if obtained is None else obtained - 1], 1):
                if list(wish) not in kept:
                    claim = {"kind": "pinned_away", **common, "wish": number}
                    yield {**claim, "class": wish[at], "pins": away}
            if obtained is not None and obtained < len(wishes):
                yield {"kind": "below", **common, "from": obtained + 1, "to": len(wishes)}

    def unstated(self) -> Iterator[Json]:
        """``below`` of families with pins, as the market with its pins numbers them."""
        for name in self.own:
            family = self.kept[name]
            obtained = self._obtained(family)
            if obtained is not None and obtained < len(self.wishes(family)):
                for child in family["children"]:
                    claim = {"kind": "below", "family": name, "child": child}
                    yield {**claim, "from": obtained + 1, "to": len(self.wishes(family))}

    def plain(self, claim: Any) -> Any:
        """The claim as it reads without pins; ``None`` when it was judged here."""
        if not isinstance(claim, dict):
            return claim
        kind, own = claim.get("kind"), claim.get("family") in self.own
        if kind in _ADDED or (kind == "below" and own):
            self._judge(claim)
            return None
        if kind == "cutoff":
            return self._cutoff(claim)
        if kind == "decided_by":
            by = {"pin": "holder", "holder": "pin"} if claim.get("against") in self.pins else {"pin": "?"}
            return {**claim, "by": by.get(str(claim.get("by")), claim.get("by"))}
        if kind in _OBTAINED and (own or kind == "pinned"):
            return self._placed(claim)
        return self._renumbered(claim) if own and kind in _REFUSED else claim

    def _judge(self, claim: Json) -> None:
        identity = _identity(claim)
        truth = self.expected.get(identity)
        if truth is None or identity in self.seen:
            self.faults.append(
                f"児童 {claim.get('child')}（{claim.get('kind')}）：該当する事実がありません。"
            )
        elif not _same(truth, claim):
            self.faults.append(
                f"児童 {claim['child']}（{claim['kind']}）：{claim} は再計算では {truth} です。"
            )
        self.seen.add(identity)

    def _cutoff(self, claim: Json) -> Json:
        """Transfers as the original market has them, pinned children apart."""
        seat = claim.get("class")
        stated = (claim.get("transfers"), claim.get("pinned"))
        here = sum(current(family).count(seat) for family in self.market["families"])
        truth = (here, sum(where == seat for where in self.pins.values()))
        if not _same(truth, stated):
            self.faults.append(f"クラス {seat}（cutoff）：在籍と固定は {stated} ではなく {truth} 人です。")
        inside = sum(family["current"].count(seat) for family in self.kept.values())
        return {**{key: claim[key] for key in claim if key != "pinned"}, "transfers": inside}

    def _placed(self, claim: Json) -> Json:
        child = claim.get("child")
        family = self.own.get(str(claim.get("family")))
        if family is None or (claim["kind"] == "pinned") != (child in self.pins):
            return {**claim, "kind": f"「{claim['kind']}」"}  # no kind: reported as such
        numbers = (self._obtained(family), len(self.wishes(family)))
        if not _same(numbers, (claim.get("wish"), claim.get("wishes"))):
            self.faults.append(f"児童 {child}（{claim['kind']}）：希望は {numbers}（番号、総数）です。")
        kept = self.kept[claim["family"]]
        plain = {**claim, "wish": self._obtained(kept), "wishes": len(self.wishes(kept))}
        if claim["kind"] != "pinned":
            return plain
        if self.pins[child] is not None:
            return {**plain, "kind": "held"}
        if plain.pop("class", "") is not None:
            self.faults.append(f"児童 {child}（pinned）：クラスは null です。")
        return {**plain, "kind": "not_placed"}

    def _renumbered(self, claim: Json) -> Json:
        wishes = self.wishes(self.own[claim["family"]])
        kept = [list(wish) for wish in self.kept[claim["family"]]["wishes"]]
        number = claim.get("wish")
        wish = list(wishes[number - 1]) if type(number) is int and 0 < number <= len(wishes) else None
        return {**claim, "wish": kept.index(wish) + 1 if wish in kept else -1}


def _same(truth: Any, stated: Any) -> bool:
    """Equality as JSON sees it: ``1``, ``"1"`` and ``true`` are three values."""
    return json.dumps(truth, sort_keys=True) == json.dumps(stated, sort_keys=True)


def _identity(claim: Json) -> tuple[Any, ...]:
    return (str(claim.get("kind")), str(claim.get("child")), str(claim.get("wish")))
