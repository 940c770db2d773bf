"""Pages go to the tray of their form; doubtful ones to the unsortable tray."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from tests.ocr import made_pages as pages
from yakuba.ocr.domain.registration import Template
from yakuba.ocr.domain.sorting import Sorted, Unsorted, differences, sort_page

THIS_YEAR = pages.Layout()
LAST_YEAR = pages.Layout(year="令和7年分")
MOVED = pages.Layout(moved_row=5)
APPLICATION = pages.Layout(title="保育所等利用申込書", rows=pages.ROWS[:6], step_mm=11, label_mm=40, cells=8)
UNKNOWN = pages.Layout(title="転出届", rows=pages.ROWS[2:9], step_mm=18, label_mm=30, cells=6)


@lru_cache(maxsize=8)
def template(layout: pages.Layout) -> Template:
    return Template(pages.blank(layout, 200), pages.WIDTH_MM, pages.HEIGHT_MM)


@lru_cache(maxsize=8)
def scan(layout: pages.Layout) -> pages.Array:
    made = pages.scanned(pages.filled(layout, 300), pages.placement(300, 200, degrees=1), 200)
    made.setflags(write=False)
    return made


def sorted_among(layout: pages.Layout, *others: pages.Layout) -> Sorted:
    return sort_page(scan(layout), [template(other) for other in others])


def test_each_page_finds_its_form() -> None:
    for index, layout in enumerate((THIS_YEAR, APPLICATION)):
        found = sorted_among(layout, THIS_YEAR, APPLICATION)
        assert found.index == index
        assert found.margin > 0.5
        assert found.reason == ""
        assert found.registered is not None
        assert int(np.argmax(found.scores)) == index


def test_versions_that_differ_in_one_printed_year_are_told_apart() -> None:
    for index, layout in enumerate((THIS_YEAR, LAST_YEAR)):
        found = sorted_among(layout, THIS_YEAR, LAST_YEAR)
        assert found.index == index
        assert min(found.scores) > 0.9  # the layout alone would not have told


def test_versions_that_differ_in_one_box_are_told_apart() -> None:
    for index, layout in enumerate((THIS_YEAR, MOVED)):
        assert sorted_among(layout, THIS_YEAR, MOVED).index == index


def test_a_page_whose_difference_is_painted_over_is_unsortable() -> None:
    made = scan(THIS_YEAR).copy()
    made[200:270, 1150:1420] = 20
    found = sort_page(made, [template(THIS_YEAR), template(LAST_YEAR)], fields=[((200, 400, 900, 70),)] * 2)
    assert found.index is None
    assert found.because is Unsorted.NEAR_IDENTICAL
    assert "見分けられません" in found.reason


def test_an_unknown_form_is_unsortable_and_says_what_to_do() -> None:
    found = sorted_among(UNKNOWN, THIS_YEAR, APPLICATION)
    assert found.index is None
    assert found.because is Unsorted.NO_FORM
    assert found.refusal is not None
    assert found.scores == (0.0, 0.0)


def test_twins_are_decided_by_keywords_or_by_nobody() -> None:
    twins = [template(THIS_YEAR), Template(pages.blank(THIS_YEAR, 200), pages.WIDTH_MM, pages.HEIGHT_MM)]
    made = scan(THIS_YEAR)
    assert sort_page(made, twins).index is None
    read = "給与支払 報告書"
    words = (("源泉徴収票",), ("給与支払報告書",))
    assert sort_page(made, twins, lambda image: read, keywords=words).index == 1
    assert sort_page(made, twins, lambda image: "", keywords=words).index is None
    both = (("報告書",), ("給与",))
    assert sort_page(made, twins, lambda image: read, keywords=both).index is None
    assert sort_page(made, twins, lambda image: read, keywords=((), ())).index is None


def test_an_empty_page_and_an_empty_shelf_are_unsortable() -> None:
    empty = sort_page(np.full((2339, 1654, 3), 255, np.uint8), [template(THIS_YEAR)])
    assert empty.because is Unsorted.EMPTY
    assert sort_page(scan(THIS_YEAR), []).because is Unsorted.NO_FORM


def test_differences_are_where_the_blanks_differ_and_nowhere_else() -> None:
    pair = differences(template(THIS_YEAR), template(LAST_YEAR))
    assert pair is not None
    for only in pair[:2]:
        rows, columns = np.nonzero(only)
        assert rows.min() > 200
        assert rows.max() < 280
        assert columns.min() > 1150
    assert differences(template(THIS_YEAR), template(THIS_YEAR)) is None
    assert differences(template(THIS_YEAR), template(APPLICATION)) is None
