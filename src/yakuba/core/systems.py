"""The systems of this installation, for the portal's cards and the side menu.

A system registers itself in its ``AppConfig.ready``; the portal asks each for its card at every view.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Card:
    """What a system says of itself on the portal's first page (figures are today's)."""

    waiting: int  # items that wait for a person (確認待ち)
    waiting_note: str  # what they are, e.g. 「同点 4組、固定指定 2件」
    handled: str  # what the AI did today with its unit, e.g. 「2,236人」; 「—」 when nothing
    minutes_saved: float | None = None  # None = 未測定; negative = a loss, shown as a loss


@dataclass(frozen=True, slots=True)
class System:
    """One system of the town hall."""

    key: str  # "nursery": also the permission key and the URL segment
    name: str  # 「保育所利用調整」
    icon: str  # an icon name of yakuba.core.ui
    url_name: str  # reversed by the menu, e.g. "nursery:home"
    card: Callable[[Any, date], Card]  # (user, today) -> card; only called for users who may view


_systems: dict[str, System] = {}


def register(system: System) -> None:
    """Add a system, in menu order; registering the same key again replaces it."""
    _systems[system.key] = system


def all_systems() -> tuple[System, ...]:
    """The registered systems in menu order."""
    return tuple(_systems.values())
