"""A finished run beside another one: everything that the pages and files of a scenario (試算) hold.

Both sides are decoded market.json and result.json. The document is plain JSON; ``difference_words`` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from yakuba.nursery.domain import pin_claims
from yakuba.nursery.domain.chains import chains
from yakuba.nursery.domain.difference import FORMAT, Move, counted, difference
from yakuba.nursery.domain.market import Market, Result, Seat
from yakuba.nursery.domain.summary import summarise

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One run: its market, market.json (with ``keys`` and ``pins``), the engine's result and result.json."""

    market: Market
    market_json: Json
    result: Result
    result_json: Json

    @property
    def pins(self) -> Mapping[str, Seat]:
        """The pins of this run."""
        found: Mapping[str, Seat] = self.market_json.get("pins") or {}
        return found

    def totals(self) -> Json:
        """Counts of the run."""
        summary = summarise(self.market, self.result, self.pins)
        outcomes = summary.outcomes
        return {
            "children": len(self.result.assignment),
            "placed": outcomes.get("placed", 0) + outcomes.get("moved", 0),
            "held": outcomes.get("held", 0),
            "waiting": outcomes.get("waiting", 0),
            "free": summary.free_seats,
            "first": summary.ranks.get(1, 0),
            "blocking": len(self.result.blocking_families),
            "envy_by_pins": len(self.result_json.get("envy_caused_by_pins", ())),
            "status": self.result.status,
        }


def document(before: Side, after: Side) -> Json:
    """``yakuba.nursery.difference/1``: totals of both sides, counts, moves, groups of chains, and the
    ``cutoff`` claims of the classes concerned, from which each move's reason is told."""
    was, now = before.result.assignment, after.result.assignment
    moves = difference(before.market, was, after.market, now)
    groups = chains(
        before.market,
        was,
        after.market,
        now,
        moves,
        keys=(before.market_json.get("keys") or {}, after.market_json.get("keys") or {}),
        pins=(before.pins, after.pins),
    )
    return {
        "format": FORMAT,
        "totals": {"before": before.totals(), "after": after.totals()},
        "counts": counted(moves),
        "moves": [move.as_dict() for move in moves],
        "groups": [group.as_dict() for group in groups],
        "keys": _key_names(after),
        "cutoffs": _cutoffs(before, after, moves),
        "envy": list(after.result_json.get("envy_caused_by_pins", ())),
        "blocking": sorted(after.result.blocking_families),
    }


def _key_names(side: Side) -> Json:
    keys = side.market_json.get("keys") or {}
    return {"names": list(keys.get("names", ())), "ascending": list(keys.get("ascending", ()))}


def _cutoffs(before: Side, after: Side, moves: tuple[Move, ...]) -> dict[str, list[Json | None]]:
    """Class → its ``cutoff`` claim before and after, for the classes that a child left or came into."""
    concerned = {seat for move in moves for seat in (move.before, move.after) if seat is not None}
    if not concerned:
        return {}
    sides = [_claims(side) for side in (before, after)]
    return {seat: [side.get(seat) for side in sides] for seat in sorted(concerned)}


def _claims(side: Side) -> dict[str, Json]:
    lines = pin_claims.claims(side.market_json, side.result_json)
    first = takewhile(lambda claim: claim["kind"] in ("key_names", "cutoff"), lines)
    return {claim["class"]: claim for claim in first if claim["kind"] == "cutoff"}
