"""Districts, towns, chome, streets, facilities and staff of 汐見区, made from a seed.

The ward lies on an invented coast in the open sea south of Honshu (around 33.6°N 138.4°E), where no town is.
A mesh of four by two districts is bent along a coast line; every district holds four towns, every town two
to four chome. Neighbours share their corners, so polygons neither overlap nor leave gaps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Any

from yakuba.site.demo import names

Point = tuple[float, float]  # longitude, latitude
ORIGIN: Point = (138.36, 33.58)
DEGREES_PER_KM: Point = (1 / 92.9, 1 / 110.9)
WIDTH_KM, DEPTH_KM = 9.0, 6.0
COLUMNS, ROWS = 4, 2


@dataclass(frozen=True, slots=True)
class Area:
    """A district, town or chome: its code, its name with the names above it, its closed ring."""

    code: str
    name: str
    level: str  # district, town, chome
    parent: str
    ring: tuple[Point, ...]

    @property
    def centre(self) -> Point:
        corners = self.ring[:-1]
        return (sum(p[0] for p in corners) / len(corners), sum(p[1] for p in corners) / len(corners))


@dataclass(frozen=True, slots=True)
class Street:
    name: str
    line: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Facility:
    """``kind``: nursery, small_nursery (ages 0–2), office."""

    code: str
    name: str
    kind: str
    chome: str  # code of the chome it stands in
    point: Point


@dataclass(frozen=True, slots=True)
class Department:
    code: str
    name: str
    systems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """``roles``: (department code, viewer | officer | approver | admin)."""

    username: str
    name: str
    kana: str
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class City:
    name: str
    areas: tuple[Area, ...]
    streets: tuple[Street, ...]
    facilities: tuple[Facility, ...]
    departments: tuple[Department, ...]
    staff: tuple[Staff, ...]

    def level(self, level: str) -> tuple[Area, ...]:
        return tuple(area for area in self.areas if area.level == level)

    def geojson(self) -> dict[str, Any]:
        """A FeatureCollection of areas (polygons), streets (lines) and facilities (points), WGS 84."""
        features = [
            _feature(
                "Polygon",
                [[list(p) for p in a.ring]],
                kind=a.level,
                code=a.code,
                name=a.name,
                parent=a.parent,
            )
            for a in self.areas
        ]
        features += [
            _feature("LineString", [list(p) for p in s.line], kind="street", name=s.name)
            for s in self.streets
        ]
        features += [
            _feature("Point", list(f.point), kind=f.kind, code=f.code, name=f.name, chome=f.chome)
            for f in self.facilities
        ]
        return {"type": "FeatureCollection", "features": features}


def _feature(shape: str, coordinates: list[Any], **properties: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": shape, "coordinates": coordinates},
        "properties": properties,
    }


def make_city(seed: int = 1, *, nurseries: int = 80) -> City:
    """The ward of that seed. Raises ``ValueError`` for more than 360 nurseries (names would repeat)."""
    random = Random(seed)  # noqa: S311 - a made-up map, not a secret
    mesh = _mesh(random)
    areas = _areas(mesh, random)
    chome = [area for area in areas if area.level == "chome"]
    return City(
        "汐見区", tuple(areas), _streets(mesh), _facilities(chome, nurseries, random), DEPARTMENTS, STAFF
    )


def _mesh(random: Random) -> list[list[Point]]:
    """Corner points in km, [row from the coast inland][column]; corners inside are moved by chance."""
    mesh = []
    for row in range(ROWS + 1):
        line = []
        for column in range(COLUMNS + 1):
            x = WIDTH_KM * column / COLUMNS
            coast = 0.9 * math.sin(1.1 + x / 1.9) + 0.3 * math.cos(x)
            y = coast * (1 - row / ROWS) + DEPTH_KM * row / ROWS
            if 0 < row < ROWS:
                x += random.uniform(-0.25, 0.25)
                y += random.uniform(-0.3, 0.3)
            line.append((x, y))
        mesh.append(line)
    return mesh


def _areas(mesh: list[list[Point]], random: Random) -> list[Area]:
    areas = []
    towns = iter(names.TOWNS)
    for index, name in enumerate(names.DISTRICTS):
        row, column = divmod(index, COLUMNS)
        quad = (mesh[row][column], mesh[row][column + 1], mesh[row + 1][column + 1], mesh[row + 1][column])
        district = f"{index + 1:02}"
        areas.append(Area(district, name, "district", "", _ring(quad)))
        for part in range(4):
            town_name = next(towns)
            left, low = (part % 2) / 2, (part // 2) / 2
            town = f"{district}{part + 1:02}"
            areas.append(
                Area(town, town_name, "town", district, _ring(_cut(quad, left, low, left + 0.5, low + 0.5)))
            )
            count = random.randint(2, 4)
            for number in range(count):
                piece = _cut(quad, left + number / count / 2, low, left + (number + 1) / count / 2, low + 0.5)
                title = f"{town_name}{'一二三四'[number]}丁目"
                areas.append(Area(f"{town}{number + 1:02}", title, "chome", town, _ring(piece)))
    return areas


Quad = tuple[Point, Point, Point, Point]  # counter-clockwise from the coast's left


def _at(quad: Quad, u: float, v: float) -> Point:
    """The point at (u, v) in 0–1 of a quad, bilinear."""
    weights = ((1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v)
    return (
        sum(weight * corner[0] for weight, corner in zip(weights, quad, strict=True)),
        sum(weight * corner[1] for weight, corner in zip(weights, quad, strict=True)),
    )


def _cut(quad: Quad, left: float, low: float, right: float, high: float) -> Quad:
    return (_at(quad, left, low), _at(quad, right, low), _at(quad, right, high), _at(quad, left, high))


def _ring(quad: Quad) -> tuple[Point, ...]:
    return tuple(_degrees(point) for point in (*quad, quad[0]))


def _degrees(point: Point) -> Point:
    return (
        round(ORIGIN[0] + point[0] * DEGREES_PER_KM[0], 6),
        round(ORIGIN[1] + point[1] * DEGREES_PER_KM[1], 6),
    )


def _streets(mesh: list[list[Point]]) -> tuple[Street, ...]:
    columns = [[line[column] for line in mesh] for column in range(COLUMNS + 1)]
    named = zip((*names.STREETS_ALONG, *names.STREETS_ACROSS), (*mesh, *columns), strict=True)
    return tuple(Street(name, tuple(map(_degrees, line))) for name, line in named)


def _facilities(chome: list[Area], nurseries: int, random: Random) -> tuple[Facility, ...]:
    words = [f"{word}{kind}" for kind in names.NURSERY_KINDS for word in names.NURSERY_WORDS]
    if nurseries > len(words):
        raise ValueError(f"{nurseries} nurseries asked for; at most {len(words)}")
    found = [
        Facility("001", "汐見区役所", "office", chome[len(chome) // 2].code, chome[len(chome) // 2].centre)
    ]
    for number in range(nurseries):
        home = chome[(number * 7) % len(chome)]
        small = number % 5 == 4
        name = words[number].replace("保育園", names.SMALL_KIND) if small else words[number]
        found.append(
            Facility(
                str(101 + number),
                name,
                "small_nursery" if small else "nursery",
                home.code,
                _inside(home, random),
            )
        )
    return tuple(found)


def _inside(area: Area, random: Random) -> Point:
    first, second, third, fourth = area.ring[:-1]
    return _at((first, second, third, fourth), random.uniform(0.2, 0.8), random.uniform(0.2, 0.8))


DEPARTMENTS = (
    Department("100", "区政情報課", ()),
    Department("200", "保育課", ("nursery",)),
    Department("210", "こども家庭支援課", ("handbook", "protected")),
    Department("300", "総務課", ("minutes", "effects")),
    Department("400", "区民課", ("chat", "ocr")),
    Department("500", "土木課", ("roads",)),
    Department("600", "防災課", ("disaster",)),
)
STAFF = (
    Staff("10001", "橋本 岳", "ハシモト ガク", (("100", "admin"),)),
    Staff("10002", "村上 葵", "ムラカミ アオイ", (("100", "admin"),)),
    Staff("20001", "前田 律", "マエダ リツ", (("200", "officer"),)),
    Staff("20002", "石井 のぞみ", "イシイ ノゾミ", (("200", "officer"),)),
    Staff("20003", "髙橋 新", "タカハシ アラタ", (("200", "approver"),)),
    Staff("20004", "岡本 花", "オカモト ハナ", (("200", "viewer"),)),
    Staff("21001", "葛󠄀西 凛", "カサイ リン", (("210", "officer"),)),
    Staff("21002", "前田 咲良", "マエダ サクラ", (("210", "officer"),)),
    Staff("21003", "浜田 栞", "ハマダ シオリ", (("210", "approver"),)),
    Staff("30001", "中川 樹", "ナカガワ イツキ", (("300", "officer"),)),
    Staff("30002", "遠藤 楓", "エンドウ カエデ", (("300", "approver"),)),
    Staff("40001", "三浦 ひかり", "ミウラ ヒカリ", (("400", "officer"),)),
    Staff("40002", "小川 紬", "オガワ ツムギ", (("400", "officer"),)),
    Staff("40003", "清水 蓮", "シミズ レン", (("400", "approver"),)),
    Staff("50001", "竹内 大和", "タケウチ ヤマト", (("500", "officer"),)),
    Staff("60001", "原田 朝陽", "ハラダ アサヒ", (("600", "officer"),)),
)
