"""Queues for one class, small enough that every number in a sentence can be counted by hand."""

from __future__ import annotations

from typing import Any

from tests.nursery.explain_markets import deferred_acceptance, result_of
from yakuba.nursery.domain import explain
from yakuba.nursery.domain.market import Labels


def queue(*, seats: int, rivals: int, transfers: int = 0, names: list[str] | None = None) -> dict[str, Any]:
    """One class that ``me`` loses to ``rivals``; the first ``transfers`` of them were there before."""
    others = [f"r{number}" for number in range(rivals)]
    families = [
        {
            "id": f"F{child}",
            "children": [child],
            "current": ["1-1" if number < transfers else None],
            "wishes": [] if number < transfers else [["1-1"]],
        }
        for number, child in enumerate(others)
    ]
    families.append({"id": "Fme", "children": ["me"], "current": [None], "wishes": [["1-1"], ["2-1"]]})
    scores: dict[str, list[int]] = {child: [43, 1] for child in others}
    return {
        "capacity": {"1-1": seats, "2-1": 1},
        "priority": {"1-1": [*others, "me"], "2-1": ["me"]},
        "families": families,
        "keys": {"names": names or ["指数", "きょうだいの在園"], "children": {**scores, "me": [42, 1]}},
    }


def first_block(market: dict[str, Any], audience: explain.Audience) -> explain.WishExplanation:
    result = deferred_acceptance(market)
    lines = explain.of_child(explain.claims(market, result), "me")
    return explain.blocks(lines, audience, Labels({"1-1": "千鳥浜保育園 1歳"}, {"me": "網代 はる"}))[0]


def siblings(capacity: int, rivals: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Twins who want one class together, and one of them alone after it."""
    others = [f"r{number}" for number in range(rivals)]
    market = {
        "capacity": {"1-1": capacity},
        "priority": {"1-1": [*others[:-1], "a", *others[-1:], "b"]},
        "families": [
            *({"id": f"F{r}", "children": [r], "current": [None], "wishes": [["1-1"]]} for r in others),
            {
                "id": "Fab",
                "children": ["a", "b"],
                "current": [None, None],
                "wishes": [["1-1", "1-1"], ["1-1", None]],
            },
        ],
    }
    inside = [*others[:-1], "a"][:capacity]
    seats = {child: "1-1" if child in inside else None for child in [*others, "a", "b"]}
    return market, result_of(market, seats)
