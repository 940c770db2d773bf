"""Which backups to keep (pure)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime

DAILY, WEEKLY, MONTHLY = 7, 4, 6


def _newest_of_each(
    stamps: list[datetime], period: Callable[[datetime], Hashable], count: int
) -> set[datetime]:
    kept: dict[Hashable, datetime] = {}
    for stamp in stamps:  # newest first
        if len(kept) < count:
            kept.setdefault(period(stamp), stamp)
    return set(kept.values())


def to_keep(stamps: Iterable[datetime], keep: int | None = None) -> set[datetime]:
    """The backups to keep, by their times.

    ``keep`` keeps that many newest. Otherwise the newest of each of the last 7 days, 4 ISO weeks and 6
    months that have a backup: a gap (a machine that was off) removes nothing. The newest always stays.
    """
    ordered = sorted(set(stamps), reverse=True)
    if keep is not None:
        return set(ordered[: max(1, keep)])
    return (
        _newest_of_each(ordered, lambda stamp: stamp.date(), DAILY)
        | _newest_of_each(ordered, lambda stamp: stamp.isocalendar()[:2], WEEKLY)
        | _newest_of_each(ordered, lambda stamp: (stamp.year, stamp.month), MONTHLY)
    )
