"""Rows of boxes are cut into characters without cutting the characters."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ocr import made_pages as pages
from yakuba.ocr.domain.cells_of import cells_of

PITCH, HEIGHT = 55, 71


def row(count: int) -> np.ndarray:
    return np.full((HEIGHT, PITCH * count), 255, np.uint8)


def ink(cell: np.ndarray) -> int:
    return int((cell < 165).sum())


@given(st.lists(st.booleans(), min_size=1, max_size=13))
def test_each_cell_gets_its_own_character_and_empty_cells_stay_empty(present: list[bool]) -> None:
    image = row(len(present))
    for index, there in enumerate(present):
        if there:
            left = index * PITCH
            cv2.putText(image, str(index % 10), (left + 14, 52), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 20, 3)
    cells = cells_of(image, len(present))
    assert [ink(cell) > 30 for cell in cells] == present
    assert sum(ink(cell) for cell in cells) == ink(image)


@pytest.mark.parametrize("over", [-14, -8, 8, 14])
def test_a_character_that_crosses_the_border_stays_whole(over: int) -> None:
    image = row(3)
    left = PITCH + 18 + over
    cv2.rectangle(image, (left, 15), (left + 22, 55), 20, 3)
    cells = cells_of(image, 3)
    assert [ink(cell) > 0 for cell in cells] == [False, True, False]
    assert ink(cells[1]) == ink(image)


def test_a_neighbours_sliver_is_taken_away() -> None:
    image = row(2)
    cv2.putText(image, "5", (PITCH + 14, 52), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 20, 3)
    whole = ink(image)
    image[20:50, PITCH + 1 : PITCH + 3] = 20
    cells = cells_of(image, 2)
    assert ink(cells[1]) == whole


def test_a_thin_one_in_the_middle_is_no_sliver() -> None:
    image = row(2)
    image[15:55, PITCH + 27 : PITCH + 29] = 20
    image[12:14, PITCH + 22 : PITCH + 27] = 20
    assert ink(cells_of(image, 2)[1]) == ink(image)


def test_soft_edges_go_with_their_stroke() -> None:
    image = row(2)
    cv2.putText(image, "3", (14, 52), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 20, 3, cv2.LINE_AA)
    first, second = cells_of(image, 2)
    assert second.min() == 255
    assert np.count_nonzero(first < 255) >= 0.97 * np.count_nonzero(image < 255)


def test_cells_are_equally_large_and_a_field_without_cells_is_refused() -> None:
    image = np.full((40, 487), 255, np.uint8)
    cells = cells_of(image, 12)
    assert len(cells) == 12
    assert len({cell.shape[0] for cell in cells}) == 1
    assert max(cell.shape[1] for cell in cells) - min(cell.shape[1] for cell in cells) <= 1
    with pytest.raises(ValueError, match="at least one cell"):
        cells_of(image, 0)


def test_cells_of_a_printed_form_hold_the_digits_that_were_written() -> None:
    from yakuba.ocr.domain.cleaning import clean_field
    from yakuba.ocr.domain.registration import Template

    layout = pages.Layout()
    template = Template(pages.blank(layout), pages.WIDTH_MM, pages.HEIGHT_MM)
    page = cv2.cvtColor(pages.filled(layout, 200), cv2.COLOR_GRAY2BGR)
    field = clean_field(page, template, pages.to_px(pages.cells_box(layout)))
    cells = cells_of(field.ink, layout.cells)
    assert field.reasons == ()
    assert all(ink(cell) > 40 for cell in cells)
    for cell in cells:
        columns = np.flatnonzero((cell < 165).any(axis=0))
        assert abs((columns[0] + columns[-1]) / 2 - cell.shape[1] / 2) < 9


@pytest.mark.parametrize("column", [PITCH + 12, PITCH + 27, 2 * PITCH - 12])
def test_a_pale_stroke_that_stands_by_itself_stays_in_the_cell_it_lies_in(column: int) -> None:
    image = row(3)
    cv2.line(image, (PITCH + 20, 20), (PITCH + 20, 50), 20, 3)
    image[24:40, column : column + 2] = 200  # a mark of thin print, paler than the threshold of ink
    cells = cells_of(image, 3)
    assert [np.count_nonzero(cell < 255) for cell in cells] == [0, np.count_nonzero(image < 255), 0]


def test_soft_edges_over_the_border_go_with_their_stroke_and_not_with_the_place() -> None:
    image = row(2)
    image[20:50, PITCH - 12 : PITCH + 1] = 20
    image[20:50, PITCH + 1] = 210
    first, second = cells_of(image, 2)
    assert second.min() == 255
    assert np.count_nonzero(first < 255) == np.count_nonzero(image < 255)
