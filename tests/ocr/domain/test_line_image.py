"""Crops hold all that cleaning kept: the pale strokes of thin print too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.line_image import DARK, FAINT, ink_box, line_crop, lines_of, respaced

DEEP, PALE = 40, 200  # grey levels: ink, and a thin stroke that the threshold of ink leaves out


def paper(height: int = 40, width: int = 120) -> np.ndarray:
    return np.full((height, width), 255, np.uint8)


def count(picture: np.ndarray, level: int = FAINT) -> int:
    return int((picture < level).sum())


def test_a_pale_stop_at_the_end_of_a_line_stays_in_the_crop() -> None:
    ink = paper()
    ink[10:26, 8:60] = DEEP
    ink[22:26, 66:70] = PALE
    crop = line_crop(ink)
    assert count(crop) == count(ink)
    assert (crop[:, -2:] == 255).all()
    assert (crop[:2] == 255).all()


def test_pale_strokes_on_either_side_of_a_boxed_letter_stay_in_the_strip() -> None:
    cell = paper(40, 40)
    cell[12:28, 18:22] = DEEP
    cell[12:28, 10:12] = PALE
    cell[8:10, 26:29] = PALE
    strip = respaced([cell, paper(40, 40), cell])
    assert count(strip) == 2 * count(cell)


def test_a_cell_without_ink_is_left_out_of_the_strip() -> None:
    assert respaced([paper(40, 40)]).shape == (8, 8)


@given(
    st.lists(st.tuples(st.integers(2, 4), st.integers(10, 16), st.integers(2, 4)), min_size=1, max_size=4),
    st.integers(1, 6),
)
def test_lines_take_their_pale_rows_with_them_and_share_none(
    lines: list[tuple[int, int, int]], gap: int
) -> None:
    rows: list[int] = [255] * gap
    for above, deep, below in lines:
        rows += [PALE] * above + [DEEP] * deep + [PALE] * below + [255] * gap
    ink = np.repeat(np.array(rows, np.uint8)[:, None], 30, axis=1)
    parts = lines_of(ink)
    assert [len(part) for part in parts] == [sum(line) for line in lines]
    assert sum(count(part) for part in parts) == count(ink)


def test_lines_that_touch_in_pale_rows_are_still_two() -> None:
    rows = [255, DEEP, *[DEEP] * 11, PALE, PALE, PALE, *[DEEP] * 12, 255]
    ink = np.repeat(np.array(rows, np.uint8)[:, None], 30, axis=1)
    first, second = lines_of(ink)
    assert count(first, DARK) == count(second, DARK) == 12 * 30
    assert len(first) + len(second) <= len(rows) + 3


@pytest.mark.parametrize("level", [DARK, FAINT])
def test_nothing_but_paper_has_no_box(level: int) -> None:
    assert ink_box(paper(), level) is None
    assert lines_of(paper()) == []
