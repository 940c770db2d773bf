"""A map as server-rendered SVG out of the town's own layer: no script, nothing from outside.

Everything is placed in percent of a window that is 3 wide and 2 high on the ground: letters keep their
size while the map grows with the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from yakuba.core.facilities.domain.points import Point
from yakuba.core.facilities.domain.shapes import Shape

WIDTH, HEIGHT = 3000, 2000  # units of the lines' own coordinates
RATIO = WIDTH / HEIGHT
MARGIN = 1.15
SMALLEST_KM = 3.0  # width of the closest view
KM_PER_DEGREE = 111.195


@dataclass(frozen=True, slots=True)
class Pin:
    """A place: percent from the left and the top; its number on the page, its kind and its name."""

    x: str
    y: str
    number: int
    kind: str
    name: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A district's name."""

    x: str
    y: str
    name: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The map. ``areas`` and ``streets``: SVG paths in units of ``WIDTH`` × ``HEIGHT``."""

    areas: tuple[str, ...]
    streets: tuple[str, ...]
    labels: tuple[Label, ...]
    pins: tuple[Pin, ...]
    here: tuple[str, str] | None
    kilometres: float  # width of the window
    bar: str  # percent of the width that one kilometre takes
    kinds: frozenset[str] = frozenset()  # of the pins
    unsure: bool = False  # whether a pin is marked so
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Marked:
    """What is to be shown."""

    point: Point
    number: int
    kind: str
    name: str
    sure: bool


class _Window:
    """The part of the ground that is shown."""

    def __init__(self, points: Sequence[Point]) -> None:
        south, north = min(p.latitude for p in points), max(p.latitude for p in points)
        west, east = min(p.longitude for p in points), max(p.longitude for p in points)
        self.middle = Point((south + north) / 2, (west + east) / 2)
        self.east_km = KM_PER_DEGREE * math.cos(math.radians(self.middle.latitude))
        wide, high = (east - west) * self.east_km, (north - south) * KM_PER_DEGREE
        self.width_km = max(wide * MARGIN, high * MARGIN * RATIO, SMALLEST_KM)

    def share(self, point: Point) -> tuple[float, float]:
        """Shares of the width and the height, from the left and the top."""
        x = 0.5 + (point.longitude - self.middle.longitude) * self.east_km / self.width_km
        y = 0.5 - (point.latitude - self.middle.latitude) * KM_PER_DEGREE / (self.width_km / RATIO)
        return x, y

    def percent(self, point: Point) -> tuple[str, str]:
        x, y = self.share(point)
        return f"{100 * x:.2f}%", f"{100 * y:.2f}%"

    def path(self, line: Sequence[Point], closed: bool) -> str:
        steps = [f"{x * WIDTH:.0f} {y * HEIGHT:.0f}" for x, y in map(self.share, line)]
        return "M" + "L".join(steps) + ("Z" if closed else "")

    def inside(self, point: Point, edge: float = 0.0) -> bool:
        x, y = self.share(point)
        return edge <= x <= 1 - edge and edge <= y <= 1 - edge


def picture(shapes: Sequence[Shape], marked: Sequence[Marked], here: Point | None = None) -> Picture | None:
    """The map around what is marked, or the whole layer; ``None`` where there is nothing to draw."""
    points = [one.point for one in marked] + ([here] if here else [])
    if not points:
        points = [
            point for shape in shapes if shape.kind == "district" for line in shape.lines for point in line
        ]
    if not points:
        return None
    window = _Window(points)
    districts = [one for one in shapes if one.kind == "district"]
    streets = [one for one in shapes if one.kind == "street"]
    return Picture(
        areas=tuple(window.path(line, True) for one in districts for line in one.lines),
        streets=tuple(window.path(line, False) for one in streets for line in one.lines),
        labels=tuple(
            Label(*window.percent(one.centre), one.name)
            for one in districts
            if window.inside(one.centre, 0.07)
        ),
        pins=tuple(
            Pin(*window.percent(one.point), one.number, one.kind, one.name, one.sure)
            for one in reversed(marked)
        ),
        here=window.percent(here) if here else None,
        kilometres=window.width_km,
        bar=f"{100 / window.width_km:.2f}%",
        kinds=frozenset(one.kind for one in marked),
        unsure=not all(one.sure for one in marked),
    )
