"""The geometry of the growth chart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.handbook.domain.growth import LEFT, PLOT, RIGHT, TOP, chart, months_old

BIRTH = date(2026, 9, 3)
measures = st.lists(
    st.tuples(st.integers(0, 6500), st.floats(0.3, 150).map(lambda value: round(value, 3))),
    min_size=1, max_size=30, unique_by=lambda row: row[0],
)  # fmt: skip


def days(rows: list[tuple[int, float]]) -> list[tuple[date, float]]:
    return [(BIRTH + timedelta(days=at), value) for at, value in rows]


def test_nothing_measured_is_no_chart() -> None:
    assert chart(BIRTH, []) is None


@given(measures)
def test_every_point_lies_inside_in_order_and_between_the_marks(rows: list[tuple[int, float]]) -> None:
    made = chart(BIRTH, days(rows))
    assert made is not None
    assert [point.day for point in made.points] == sorted(day for day, _ in days(rows))
    low, high = made.values[0], made.values[-1]
    for point in made.points:
        assert LEFT <= point.x <= RIGHT
        assert TOP - 0.1 <= point.y <= TOP + PLOT + 0.1
        assert low.value - 0.051 <= point.value <= high.value + 0.051
    assert made.bottom == TOP + PLOT
    assert made.height > made.bottom
    assert 2 <= len(made.values) <= 12
    assert 2 <= len(made.months) <= 8
    assert (low.at, high.at) == (pytest.approx(TOP + PLOT, abs=0.2), pytest.approx(TOP, abs=0.2))


@given(measures)
def test_heavier_is_higher_and_older_is_further_right(rows: list[tuple[int, float]]) -> None:
    made = chart(BIRTH, days(rows))
    assert made is not None
    for one in made.points:
        for other in made.points:
            if one.value > other.value:
                assert one.y <= other.y
            if one.day > other.day:
                assert one.x >= other.x


def test_marks_are_round_and_begin_at_birth() -> None:
    made = chart(BIRTH, days([(0, 3.05), (31, 4.2), (92, 6.1)]))
    assert made is not None
    assert [tick.value for tick in made.months] == [0, 1, 2, 3, 4]
    assert [tick.value for tick in made.values] == [3, 4, 5, 6, 7]
    assert made.months[0].at == LEFT
    assert made.months[-1].at == RIGHT
    assert made.points[0].months == 0
    assert made.points[-1].months == pytest.approx(3.02, abs=0.01)
    assert all(tick.corrected is None for tick in made.months)


def test_one_figure_alone_has_room_above_or_below() -> None:
    made = chart(BIRTH, days([(0, 3.0)]))
    assert made is not None
    assert made.values[0].value < made.values[-1].value
    assert [tick.value for tick in made.months] == [0, 1]


def test_a_child_of_sixteen_years_has_marks_of_years() -> None:
    made = chart(BIRTH, days([(5800, 50.0)]))
    assert made is not None
    assert [tick.value for tick in made.months][:3] == [0, 36, 72]


def test_with_a_due_date_each_mark_has_both_ages() -> None:
    due = BIRTH + timedelta(days=61)
    made = chart(BIRTH, days([(0, 1.9), (92, 4.5)]), due)
    assert made is not None
    assert [tick.corrected for tick in made.months] == [-2.0, -1.0, 0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("age", "marks"),
    [
        (150, [0, 1, 2, 3, 4, 5]),
        (250, [0, 2, 4, 6, 8, 10]),
        (450, [0, 3, 6, 9, 12, 15]),
        (900, [0, 6, 12, 18, 24, 30]),
        (2000, [0, 12, 24, 36, 48, 60, 72]),
        (4383, [0, 24, 48, 72, 96, 120, 144]),  # twelve years to the day: the last mark is its place
        (5800, [0, 36, 72, 108, 144, 180, 216]),
        (9000, [0, 60, 120, 180, 240, 300]),
    ],
)
def test_the_marks_of_an_age(age: int, marks: list[int]) -> None:
    made = chart(BIRTH, days([(age, 10.0)]))
    assert made is not None
    assert [tick.value for tick in made.months] == marks


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([3.0], [3.0, 3.1]),
        ([3.05], [3.0, 3.1]),
        ([3.0, 3.5], [3.0, 3.1, 3.2, 3.3, 3.4, 3.5]),
        ([3.0, 3.9], [3.0, 3.2, 3.4, 3.6, 3.8, 4.0]),
        ([49.5, 60.2], [45, 50, 55, 60, 65]),
        ([50.0, 150.0], [40, 60, 80, 100, 120, 140, 160]),
        ([0.5, 149.0], [0, 50, 100, 150]),
    ],
)
def test_the_marks_of_values(values: list[float], marks: list[float]) -> None:
    made = chart(BIRTH, days(list(enumerate(values))))
    assert made is not None
    assert [tick.value for tick in made.values] == marks


def test_the_drawing_has_its_places() -> None:
    made = chart(BIRTH, days([(0, 3.0), (61, 4.0)]), BIRTH + timedelta(days=40))
    assert made is not None
    assert (made.bottom, made.height) == (216.0, 264.0)
    assert [tick.at for tick in made.values][:1] == [216.0]
    assert made.values[-1].at == 16.0
    assert [(point.x, point.y) for point in made.points] == [(12.0, 216.0), (68.11, 16.0)]
    assert [tick.corrected for tick in made.months] == [-1.3, -0.3, 0.7, 1.7]


def test_months_are_counted_in_twelfths_of_a_year() -> None:
    assert months_old(BIRTH, BIRTH) == 0
    assert months_old(BIRTH, BIRTH + timedelta(days=1461)) == pytest.approx(48)
    assert months_old(BIRTH, BIRTH - timedelta(days=30)) < 0
