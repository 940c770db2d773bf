"""The town's own map layer out of GeoJSON."""

from __future__ import annotations

from typing import Any

import pytest

from yakuba.core.facilities.domain.points import Point
from yakuba.core.facilities.domain.shapes import MOST_SHAPES, BadMap, shapes
from yakuba.site.demo.city import make_city

RING = [[138.0, 33.0], [138.2, 33.0], [138.2, 33.1], [138.0, 33.1], [138.0, 33.0]]


def layer(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def feature(shape: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": shape, "coordinates": coordinates},
        "properties": properties,
    }


def test_districts_and_streets_of_the_demo_city_are_taken_and_places_are_not() -> None:
    found = shapes(make_city(1).geojson())
    assert [one.kind for one in found] == ["district"] * 8 + ["street"] * 8
    assert (found[0].code, found[0].name) == ("01", "灯台前")
    assert len(shapes(make_city(1).geojson(), "town")) == 32 + 8


def test_a_district_starts_from_the_middle_of_its_corners() -> None:
    found = shapes(layer(feature("Polygon", [RING], name="浜", code=3)))[0]
    assert found.centre == Point(pytest.approx(33.05), pytest.approx(138.1))  # type: ignore[arg-type]
    assert found.code == "3"


def test_islands_are_drawn_and_holes_are_not() -> None:
    hole = [[138.05, 33.02], [138.1, 33.02], [138.1, 33.05], [138.05, 33.02]]
    island = shapes(layer(feature("MultiPolygon", [[RING, hole], [RING]], name="島")))[0]
    assert len(island.lines) == 2
    assert all(len(line) == 5 for line in island.lines)
    assert island.code == "島"
    roads = shapes(
        layer(feature("Polygon", [RING], name="浜"), feature("MultiLineString", [RING[:2], RING[1:3]]))
    )
    assert [len(line) for line in roads[1].lines] == [2, 2]
    assert roads[1].centre.longitude == pytest.approx(138.1)


def test_a_layer_that_is_too_large_is_refused() -> None:
    many = [feature("Polygon", [RING], name=f"浜{n}") for n in range(MOST_SHAPES + 1)]
    with pytest.raises(BadMap, match="間引いて"):
        shapes(layer(*many))
    assert len(shapes(layer(*many[:-1]))) == MOST_SHAPES


@pytest.mark.parametrize("given", [None, [], {"type": "Feature"}, {"type": "FeatureCollection"}])
def test_what_is_no_layer_is_refused(given: Any) -> None:
    with pytest.raises(BadMap):
        shapes(given)
