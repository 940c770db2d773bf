"""The town's own map layer: districts and streets out of GeoJSON (RFC 7946), no tiles from outside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.core.facilities.domain.points import Point, in_japan
from yakuba.core.facilities.domain.texts import shown

LINES = {
    "Polygon": "district",
    "MultiPolygon": "district",
    "LineString": "street",
    "MultiLineString": "street",
}
MOST_SHAPES, MOST_POINTS = 2_000, 50_000


class BadMap(ValueError):
    """No map layer; the message says where, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A district (closed rings) or a street (open lines); points are (latitude, longitude)."""

    kind: str
    code: str
    name: str
    lines: tuple[tuple[Point, ...], ...]

    @property
    def centre(self) -> Point:
        """The middle of its first line's corners: a place to start from, not a centre of gravity."""
        corners = self.lines[0][:-1] if self.kind == "district" else self.lines[0]
        return Point(
            sum(one.latitude for one in corners) / len(corners),
            sum(one.longitude for one in corners) / len(corners),
        )


def shapes(given: Any, level: str = "district") -> tuple[Shape, ...]:
    """The polygons of ``level`` (the property ``kind``, where features have one) and the lines of a layer.

    Points are left out: places have tables of their own. Raises ``BadMap``.
    """
    if not isinstance(given, Mapping) or given.get("type") != "FeatureCollection":
        raise BadMap("地図：FeatureCollection ではありません。GeoJSON の FeatureCollection にしてください。")
    features = given.get("features")
    if not isinstance(features, list):
        raise BadMap("地図：features がありません。GeoJSON の FeatureCollection にしてください。")
    found = [shape for place, one in enumerate(features, 1) if (shape := _shape(place, one, level))]
    if not any(shape.kind == "district" for shape in found):
        raise BadMap(f"地図：地区（{level}）の多角形がありません。1つ以上にしてください。")
    points = sum(len(line) for shape in found for line in shape.lines)
    if len(found) > MOST_SHAPES or points > MOST_POINTS:
        raise BadMap(f"地図：{points:,}点あります。{MOST_POINTS:,}点以下に間引いてください。")
    return tuple(found)


def _shape(place: int, feature: Any, level: str) -> Shape | None:
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    properties = feature.get("properties") or {} if isinstance(feature, Mapping) else {}
    if not isinstance(geometry, Mapping) or not isinstance(properties, Mapping):
        raise BadMap(f"地図の{place}番目：形がありません。geometry のある feature にしてください。")
    kind = LINES.get(str(geometry.get("type")))
    if kind is None or (kind == "district" and properties.get("kind", level) != level):
        return None
    name, code = (shown(str(properties.get(key) or ""))[:100] for key in ("name", "code"))
    if kind == "district" and not name:
        raise BadMap(f"地図の{place}番目：地区の名称がありません。properties の name に書いてください。")
    return Shape(kind, code or name, name, tuple(_lines(place, geometry)))


def _lines(place: int, geometry: Mapping[str, Any]) -> Iterable[tuple[Point, ...]]:
    given: Any = geometry.get("coordinates")
    shape = str(geometry["type"])
    try:
        lines = given if shape.startswith("Multi") else [given]
        for line in lines:
            # of a polygon the outer ring alone: islands are drawn, holes are not
            yield _points(place, line[0] if shape.endswith("Polygon") else line)
    except (KeyError, TypeError, IndexError):
        raise BadMap(f"地図の{place}番目：座標が読めません。[経度, 緯度] の並びにしてください。") from None


def _points(place: int, line: Sequence[Any]) -> tuple[Point, ...]:
    found = tuple(Point(float(one[1]), float(one[0])) for one in line)
    for one in found:
        if not all(map(math.isfinite, one)) or not in_japan(one):
            where = f"{one.longitude}, {one.latitude}"
            raise BadMap(f"地図の{place}番目：「{where}」は日本の外です。[経度, 緯度] の順にしてください。")
    if len(found) < 2:
        raise BadMap(f"地図の{place}番目：点が{len(found)}つです。2つ以上にしてください。")
    return found
