"""A finished run read back from its files: the base of scenarios, pins and comparisons."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yakuba.core.files.services import read as read_file
from yakuba.nursery.domain.market import Labels, Market, Result, Seat
from yakuba.nursery.domain.what_if import Side
from yakuba.nursery.models import Allocation
from yakuba.nursery.runs import Loaded, load_market_bytes

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Base:
    """A finished run: its market with pins, and what it gave."""

    loaded: Loaded
    side: Side

    @property
    def market(self) -> Market:
        """The market with its original priorities."""
        return self.loaded.market

    @property
    def assignment(self) -> Mapping[str, Seat]:
        """Child → class."""
        return self.side.result.assignment


def base_of(allocation: Allocation) -> Base:
    """Reads ``market.json`` and ``result.json`` of a finished run."""
    loaded = load_market_bytes("market.json", read_file(allocation.kept_file("market")))
    result: Json = json.loads(read_file(allocation.kept_file("result")))
    found = Result(
        status=result["status"],
        unique=result["unique"],
        assignment=result["assignment"],
        blocking_families=tuple(result["blocking_families"]),
        blocking_lower_bound=result["blocking_lower_bound"],
    )
    return Base(loaded, Side(loaded.market, loaded.market_json(), found, result))


def run_again(loaded: Loaded, progress: Callable[[float, str], None] | None = None) -> Side:
    """The engine's answer for a changed market, as the other side of a difference."""
    found = loaded.allocate(progress).result
    return Side(loaded.market, loaded.market_json(), found, loaded.result_json(found))


def class_labels(allocation: Allocation) -> Labels:
    """Names of the classes of a result."""
    return Labels(classes=dict(allocation.class_rows.values_list("class_id", "label")))
