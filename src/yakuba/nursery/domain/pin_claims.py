"""Reasons for a result with pins (固定): the claims of ``explain`` over the market with its pins, put in the
terms of the family's own list.

Without pins: exactly ``explain.claims``. With pins, besides: a ``cutoff`` says how many of the occupants are
``pinned``; a pinned child's own claim has the kind ``pinned``; ``decided_by`` may say ``pin``;
``pinned_away`` stands for a wish that does not agree with the family's own pins; ``pinned_over`` for a wish
that the original priorities would have met (``envy_caused_by_pins``). docs/nursery-claims.md lists them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from yakuba.nursery.domain import explain, pins
from yakuba.nursery.domain.market import Family, Seat
from yakuba.nursery.domain.market_json import market_dict, parse

Claim = dict[str, Any]


def claims(market: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[Claim]:
    """All claims for ``result`` (parsed market.json and result.json), pins of the market considered."""
    fixed: Mapping[str, Seat] = market.get("pins") or {}
    if not fixed:
        yield from explain.claims(market, result)
        return
    original = parse(dict(market))
    given = pins.apply(original, fixed)
    extras = {key: market[key] for key in ("keys", "lottery") if key in market}
    seats = Counter(seat for family in original.families for seat in family.current if seat is not None)
    relabel = _Relabel(original.families, given.families, fixed, result, seats)
    lines = explain.claims({**market_dict(given), **extras}, result)
    for child, group in groupby(lines, key=lambda claim: claim.get("child")):
        own = list(group)
        yield from map(relabel.of_class, own) if child is None else relabel.of_child(child, own)


class _Relabel:
    def __init__(
        self,
        original: tuple[Family, ...],
        given: tuple[Family, ...],
        fixed: Mapping[str, Seat],
        result: Mapping[str, Any],
        seats: Mapping[str, int],
    ) -> None:
        self.fixed, self.seats = fixed, seats
        self.assignment: Mapping[str, Seat] = result["assignment"]
        self.envy = {one["family"]: one for one in result.get("envy_caused_by_pins", ())}
        self.pinned = Counter(seat for seat in fixed.values() if seat is not None)
        self.home = {child: family for family in original for child in family.children}
        self.numbers: dict[str, list[int]] = {}  # family with pins: its wishes that agree, as numbers
        for family, kept in zip(original, sorted(given, key=lambda one: one.id), strict=True):
            if fixed.keys() & set(family.children):
                self.numbers[family.id] = [family.wishes.index(wish) + 1 for wish in kept.wishes]

    def of_class(self, claim: Claim) -> Claim:
        """A claim about no child; ``transfers`` counts children of the original market."""
        if claim["kind"] != "cutoff":
            return claim
        seat = claim["class"]
        return {**claim, "transfers": self.seats.get(seat, 0), "pinned": self.pinned.get(seat, 0)}

    def of_child(self, child: str, own: list[Claim]) -> Iterator[Claim]:
        """The claims of one child."""
        family = self.home[child]
        own = [self._by(claim) for claim in own]
        if family.id in self.numbers:
            own = list(self._numbered(family, child, own))
        over = self.envy.get(family.id)
        for claim in own:
            if over is not None and claim["kind"] == "below":
                yield from self._over(family, child, over)
                over = None
            yield claim
        if over is not None:
            yield from self._over(family, child, over)

    def _by(self, claim: Claim) -> Claim:
        if claim["kind"] == "decided_by" and claim["by"] == "holder" and claim["against"] in self.fixed:
            return {**claim, "by": "pin"}
        return claim

    def _numbered(self, family: Family, child: str, own: list[Claim]) -> Iterator[Claim]:
        """The claims of a family with pins, its wishes numbered as in its own list."""
        numbers, at = self.numbers[family.id], family.children.index(child)
        got = tuple(self.assignment[one] for one in family.children)
        obtained = family.wishes.index(got) + 1 if got in family.wishes else None
        better = len(family.wishes) if obtained is None else obtained - 1
        first = {**own[0], "wish": obtained, "wishes": len(family.wishes)}
        if child in self.fixed:
            first = {**first, "kind": "pinned", "class": self.fixed[child]}
        yield first
        refused: dict[int, list[Claim]] = {
            numbers[claim["wish"] - 1]: [] for claim in own if claim["kind"] in explain.REFUSALS
        }
        number = 0
        for claim in own[1:]:
            if claim["kind"] in explain.REFUSALS:
                number = numbers[claim["wish"] - 1]
                refused[number] = [{**claim, "wish": number}]
            elif claim["kind"] == "decided_by":
                refused[number].append(claim)
        away = sorted(self.fixed.keys() & set(family.children))
        common = {"family": family.id, "child": child}
        for wish in range(1, better + 1):
            if wish in refused:
                yield from refused[wish]
            else:
                place = {"wish": wish, "class": family.wishes[wish - 1][at]}
                yield {"kind": "pinned_away", **common, **place, "pins": away}
        if obtained is not None and obtained < len(family.wishes):
            yield {"kind": "below", **common, "from": obtained + 1, "to": len(family.wishes)}

    def _over(self, family: Family, child: str, over: Mapping[str, Any]) -> Iterator[Claim]:
        seat = family.wishes[over["wish"] - 1][family.children.index(child)]
        named = [one["child"] for one in over["pins"]]
        claim: Claim = {"kind": "pinned_over", "family": family.id, "child": child, "wish": over["wish"]}
        yield {**claim, "class": seat, "pins": named}
