"""Printed lines for snapping."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ocr import made_pages
from yakuba.ocr.domain.ruled_lines import ruled_lines


def test_every_row_of_a_form_has_its_lines() -> None:
    found = ruled_lines(made_pages.blank(), 210.0, 297.0)
    for index in range(len(made_pages.ROWS)):
        x, y, width, height = made_pages.row_box(index)
        for edge, lines in ((y, found.across), (y + height, found.across), (x + width, found.down)):
            assert min(abs(edge - line) for line in lines) < 0.5, (index, edge)


def test_a_page_without_lines_has_none() -> None:
    empty = ruled_lines(np.full((300, 200), 255, np.uint8), 200.0, 300.0)
    assert (empty.across, empty.down) == ((), ())


def test_a_line_lies_where_it_was_drawn() -> None:
    page = np.full((3000, 2000), 255, np.uint8)
    page[500:504, 100:900] = 0
    page[100:900, 1200:1203] = 0
    found = ruled_lines(page, 200.0, 300.0)
    assert found.across == (50.2,)
    assert found.down == (120.2,) or found.down == (120.1,)


def test_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="two axes"):
        ruled_lines(np.zeros((3, 3, 3), np.uint8), 1.0, 1.0)
