"""The chart «何件確かめれば、任せてよいか»: the bound against the number of labels, as SVG coordinates."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.core.border.domain.bounds import needed, upper_bound

ERRORS = (0, 1, 2)
STEPS = 60
ROOF = 4.0  # the chart's top, in targets


@dataclass(frozen=True, slots=True)
class Mark:
    """The first number of labels at which a bound reaches the target; ``x`` in percent of the width."""

    errors: int
    labels: int
    x: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Polylines in a 100 by 100 box (y downward), one a number of errors, and where they meet the target."""

    lines: tuple[tuple[int, str], ...]
    marks: tuple[Mark, ...]
    target_y: float  # percent of the height
    most: int  # labels at the right edge


def curve(target: float, confidence: float) -> Curve:
    """The chart of a target at a confidence.

    >>> [mark.labels for mark in curve(0.005, 0.95).marks]
    [598, 947, 1258]
    """
    marks = [needed(errors, target, confidence) for errors in ERRORS]
    most = round(marks[-1] * 1.04)
    return Curve(
        lines=tuple((errors, _line(errors, target, confidence, most)) for errors in ERRORS),
        marks=tuple(
            Mark(errors, labels, round(100 * labels / most, 1))
            for errors, labels in zip(ERRORS, marks, strict=True)
        ),
        target_y=round(100 - 100 / ROOF, 1),
        most=most,
    )


def _line(errors: int, target: float, confidence: float, most: int) -> str:
    places = []
    for step in range(1, STEPS + 1):
        labels = max(errors + 1, most * step // STEPS)
        bound = upper_bound(labels, errors, confidence)
        if bound <= ROOF * target:
            places.append(f"{100 * labels / most:.1f},{100 - 100 * bound / (ROOF * target):.1f}")
    return " ".join(places)
