"""Geometry of the growth chart: points over age, in the units that people say; one line a measure.

Horizontal places are percentages of the width, vertical ones pixels, so that text is never scaled. There are
no percentile curves: the national survey (乳幼児身体発育調査) is not here, and no figure is invented.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

DAYS_A_MONTH = 365.25 / 12
LEFT, RIGHT = 12.0, 96.0  # percent: the plot between the labels of the axis and the edge
TOP, PLOT, FOOT = 16.0, 200.0, 48.0  # pixels
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60)
MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Point:
    """A measure on a day: ``x`` percent, ``y`` pixels."""

    day: date
    value: float
    months: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis; ``at`` in percent (months) or pixels (values). ``corrected``: months or None."""

    at: float
    value: float
    corrected: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one measure, ready to be drawn."""

    points: tuple[Point, ...]
    months: tuple[Tick, ...]
    values: tuple[Tick, ...]
    height: float
    bottom: float


def months_old(origin: date, day: date) -> float:
    """Age in months of 30.4375 days, for a place on an axis; negative before the origin."""
    return (day - origin).days / DAYS_A_MONTH


def chart(birth: date, measures: Sequence[tuple[date, float]], due: date | None = None) -> Chart | None:
    """The chart of some measures in the order of their days; None without any.

    ``due``: the marks carry the corrected age (修正月齢) beside the age since birth.
    """
    rows = sorted(measures)
    if not rows:
        return None
    ages = [months_old(birth, day) for day, _ in rows]
    step = next((one for one in MONTH_STEPS if max(ages) / one <= MOST_TICKS), MONTH_STEPS[-1])
    last = max(step, math.ceil(max(ages) / step) * step)
    low, high, gap = _scale([value for _, value in rows])
    points = tuple(
        Point(day, value, months, _x(months, last), _y(value, low, high))
        for (day, value), months in zip(rows, ages, strict=True)
    )
    moved = None if due is None else months_old(birth, due)
    months = tuple(
        Tick(_x(at, last), at, None if moved is None else round(at - moved, 1))
        for at in range(0, int(last) + 1, step)
    )
    count = round((high - low) / gap)
    values = tuple(Tick(_y(low + at * gap, low, high), round(low + at * gap, 1)) for at in range(count + 1))
    return Chart(points, months, values, TOP + PLOT + FOOT, TOP + PLOT)


def _x(months: float, last: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * months / last, 2)


def _y(value: float, low: float, high: float) -> float:
    return round(TOP + PLOT * (high - value) / (high - low), 1)


def _scale(values: Sequence[float]) -> tuple[float, float, float]:
    """Lowest and highest mark and the gap between marks, so that every value lies between them."""
    span = max(values) - min(values)
    gap = next((one for one in STEPS if span / one <= MOST_TICKS - 1), STEPS[-1])
    low, high = math.floor(min(values) / gap) * gap, math.ceil(max(values) / gap) * gap
    return round(low, 1), round(high if high > low else low + gap, 1), gap
