"""The chart shows the counts that the certificate asks for."""

from __future__ import annotations

import pytest

from yakuba.core.border.domain.bounds import needed, upper_bound
from yakuba.core.border.domain.curve import curve


def test_the_marks_are_the_first_counts_that_pass() -> None:
    found = curve(0.005, 0.95)
    assert [(mark.errors, mark.labels) for mark in found.marks] == [(0, 598), (1, 947), (2, 1_258)]
    assert found.most == 1_308
    assert [mark.x for mark in found.marks] == [45.7, 72.4, 96.2]
    assert found.target_y == 75.0


@pytest.mark.parametrize(("target", "confidence"), [(0.005, 0.95), (0.02, 0.99)])
def test_every_point_of_a_line_is_the_bound_at_its_count(target: float, confidence: float) -> None:
    found = curve(target, confidence)
    assert [errors for errors, _ in found.lines] == [0, 1, 2]
    for errors, points in found.lines:
        places = [tuple(map(float, point.split(","))) for point in points.split()]
        assert len(places) > 30
        assert places[-1][0] == 100.0
        for x, y in places:
            assert 0.0 <= y <= 100.0
            bound = upper_bound(round(x * found.most / 100), errors, confidence)
            assert y == pytest.approx(100 - 100 * bound / (4 * target), abs=1.5)
        assert [y for _, y in places] == sorted(y for _, y in places), "more labels, a lower bound"


def test_a_line_crosses_the_target_at_its_mark() -> None:
    found = curve(0.005, 0.95)
    for (errors, points), mark in zip(found.lines, found.marks, strict=True):
        below = [
            float(x) for x, y in (point.split(",") for point in points.split()) if float(y) >= found.target_y
        ]
        assert below[0] >= mark.x - 0.1
        assert below[0] - mark.x <= 2.0
        assert mark.labels == needed(errors, 0.005, 0.95)
