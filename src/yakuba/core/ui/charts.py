"""Geometry of the product's charts (pure): lengths as SVG attributes, colours as class names.

Text inside an SVG is never scaled: horizontal places are percentages, vertical ones pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from yakuba.core.ui.wording import thousands

TOP = 26  # room for the largest value's label, px
PLOT = 112  # height of the plot, px
FOOT = 30  # room for the labels under the zero line, px
LABELLED = 12  # as many bars as still carry their own value


@dataclass(frozen=True, slots=True)
class Meter:
    """The border of one kind of decision; shares are percent of the width."""

    auto: float
    staff: float
    label: str


def meter(auto: float, staff: float) -> Meter:
    """Shares of two counts; with nothing decided yet the whole width is the staff's."""
    total = auto + staff
    share = 0.0 if total <= 0 else round(100 * auto / total, 1)
    rest = round(100 - share, 1)
    return Meter(share, rest, f"AIが処理 {share:g}％、職員が確認 {rest:g}％")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``x``, ``width`` in percent, ``y``, ``height`` in px; ``css`` is its colour class."""

    label: str
    value: float
    text: str
    x: float
    width: float
    middle: float
    y: float
    height: float
    text_y: float
    css: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """A bar chart ready to be drawn by ``components/bar_chart.html``."""

    bars: tuple[Bar, ...]
    height: int
    zero: float
    label_y: float
    grid: tuple[tuple[float, str], ...]  # (y, label)
    labelled: bool
    unit: str


def _step(largest: float) -> float:
    """A round distance between grid lines: 1, 2 or 5 times a power of ten, 2 to 5 lines."""
    if largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    if power == 0:  # a value too small to have a power of ten of its own
        return 1.0
    for factor in (1.0, 2.0, 5.0):
        if largest / (power * factor) <= 3:
            return power * factor
    return power * 5


def bars(pairs: Sequence[tuple[str, float]], *, unit: str = "", subject: int = -1) -> BarChart:
    """Vertical bars on a zero line; negative values (losses) hang below it in the error colour.

    ``subject`` is the index of the bar that the chart is about (dark), the rest are light.
    """
    values = [value for _, value in pairs]
    high, low = max([*values, 0.0]), min([*values, 0.0])
    span = (high - low) or 1.0
    zero = TOP + PLOT * high / span
    bottom = TOP + PLOT + (18 if low < 0 else 0)
    count = max(len(pairs), 1)
    slot = 100 / count
    subject_at = subject % count
    made = []
    for at, (label, value) in enumerate(pairs):
        height = round(PLOT * abs(value) / span, 1)
        y = round(zero - height if value >= 0 else zero, 1)
        css = "f-bad" if value < 0 else ("f-auto" if at == subject_at else "f-2")
        made.append(
            Bar(
                label=label,
                value=value,
                text=thousands(value),
                x=round(slot * at + slot * 0.15, 2),
                width=round(slot * 0.7, 2),
                middle=round(slot * (at + 0.5), 2),
                y=y,
                height=height,
                text_y=round(y - 6 if value >= 0 else y + height + 15, 1),
                css=css,
            )
        )
    step = _step(max(high, -low))
    grid = []
    line = step
    while line <= high:
        grid.append((round(zero - PLOT * line / span, 1), f"{thousands(line)}{unit}"))
        line += step
    return BarChart(
        bars=tuple(made),
        height=round(bottom + FOOT),
        zero=round(zero, 1),
        label_y=bottom + 20,
        grid=tuple(grid),
        labelled=len(pairs) <= LABELLED,
        unit=unit,
    )
