"""Lines of the border without a certificate: what a rule decides and proves, and what is always the staff's.

A system registers a function in its ``AppConfig.ready``; the border's page asks it at every view.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Basis(StrEnum):
    """Why the line stands where it does."""

    RULE = "rule"  # computed by a rule and proven, e.g. an allocation with a certificate
    MATCHED = "matched"  # every row reconciled, e.g. a robot's entries
    STAFF = "staff"  # always decided by staff


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of decision with its counts since the moment asked for."""

    kind: str  # 「割当の計算」
    basis: Basis
    auto: int
    staff: int
    bound: str = "—"  # 「証明つき」
    because: str = "—"  # 「検証 一致」


Teller = Callable[[datetime], list[Line]]

_tellers: dict[str, Teller] = {}


def register_lines(system: str, teller: Teller) -> None:
    """Add a system's lines; registering the same system again replaces them."""
    _tellers[system] = teller


def lines_since(since: datetime) -> dict[str, list[Line]]:
    """Every system's lines with the counts since a moment."""
    return {system: teller(since) for system, teller in _tellers.items()}
