"""Places on the earth: is a pair of figures in Japan, and how far is it from another."""

from __future__ import annotations

import math
from typing import NamedTuple

from yakuba.core.facilities.domain.texts import plain

EARTH_KM = 6371.0088  # mean radius, IUGG 1980
# The outermost points (国土地理院「日本の東西南北端点」: 20°25′–45°33′N, 122°56′–153°59′E), and a margin.
SOUTH, NORTH = 20.3, 45.7
WEST, EAST = 122.8, 154.1


class Point(NamedTuple):
    """WGS 84 degrees."""

    latitude: float
    longitude: float


class BadPoint(ValueError):
    """No point in Japan; ``column`` is ``latitude`` or ``longitude``, ``expected`` what it should be."""

    def __init__(self, column: str, found: str, expected: str) -> None:
        super().__init__(f"{column}: {found}")
        self.column, self.found, self.expected = column, found, expected


def in_japan(point: Point) -> bool:
    """Whether a point lies in the box around Japan."""
    return SOUTH <= point.latitude <= NORTH and WEST <= point.longitude <= EAST


def point(latitude: str, longitude: str) -> Point | None:
    """The point of two cells; ``None`` when both are empty. ``BadPoint`` says what is wrong, swaps too."""
    texts = (plain(latitude), plain(longitude))
    if not any(texts):
        return None
    if not texts[0]:
        raise BadPoint("latitude", "", "十進の度（例 35.681）")
    if not texts[1]:
        raise BadPoint("longitude", "", "十進の度（例 139.767）")
    found = Point(_degrees("latitude", texts[0]), _degrees("longitude", texts[1]))
    if in_japan(found):
        return found
    if in_japan(Point(found.longitude, found.latitude)):
        raise BadPoint("latitude", texts[0], "緯度（緯度と経度の列が入れ替わっています）")
    if not SOUTH <= found.latitude <= NORTH:
        raise BadPoint("latitude", texts[0], f"日本の中の緯度（{SOUTH}〜{NORTH}）")
    raise BadPoint("longitude", texts[1], f"日本の中の経度（{WEST}〜{EAST}）")


def _degrees(column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadPoint(column, text, "十進の度（例 35.681、139.767）")
    return value


def kilometres(first: Point, second: Point) -> float:
    """The great-circle distance (haversine formula on a sphere; within 0.6 % of the ellipsoid).

    >>> round(kilometres(Point(35.0, 139.0), Point(36.0, 139.0)), 1)
    111.2
    """
    (north1, east1), (north2, east2) = (map(math.radians, one) for one in (first, second))
    half = (
        math.sin((north2 - north1) / 2) ** 2
        + math.cos(north1) * math.cos(north2) * math.sin((east2 - east1) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
