"""A line of handwriting is parted into pieces, and the pieces into what may be letters."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.ocr.domain.letters import (
    APART,
    MOST_PIECES,
    WIDEST,
    Candidate,
    Pieces,
    candidates_of,
    picture,
    pieces_of,
)

HEIGHT = 80
Box = tuple[int, int, int, int]


def line(*boxes: Box, width: int = 600) -> np.ndarray:
    """Filled rectangles (left, top, right, bottom) on white."""
    page = np.full((HEIGHT, width), 255, np.uint8)
    for left, top, right, bottom in boxes:
        page[top:bottom, left:right] = 20
    return page


def spans(pieces: Pieces) -> list[tuple[int, int]]:
    return [(int(left), int(right)) for left, _, right, _ in pieces.boxes]


strokes = st.lists(
    st.tuples(st.integers(0, 560), st.integers(0, 60), st.integers(2, 90), st.integers(2, 60)),
    min_size=1,
    max_size=9,
).map(lambda found: [(x, y, min(600, x + w), min(HEIGHT, y + h)) for x, y, w, h in found])


@given(strokes)
def test_every_pixel_of_ink_belongs_to_one_piece_and_no_paper_does(found: list[Box]) -> None:
    page = line(*found)
    pieces = pieces_of(page)
    assert ((pieces.owner >= 0) == (page < 165)).all()
    assert sorted(set(pieces.owner[pieces.owner >= 0].tolist())) == list(range(len(pieces)))
    for number, (left, top, right, bottom) in enumerate(pieces.boxes):
        rows, columns = np.nonzero(pieces.owner == number)
        assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (left, top, right, bottom)


@given(strokes)
def test_pieces_run_from_left_to_right_and_borders_lie_between_them(found: list[Box]) -> None:
    pieces = pieces_of(line(*found))
    middles = pieces.boxes[:, 0] + pieces.boxes[:, 2]
    assert (np.diff(middles) >= 0).all()
    assert len(pieces.gaps) == len(pieces.borders) == len(pieces) - 1
    assert (np.diff(pieces.borders) >= 0).all()


@given(strokes)
@settings(max_examples=40)
def test_any_way_from_left_to_right_shows_all_ink_once(found: list[Box]) -> None:
    page = line(*found)
    pieces = pieces_of(page)
    candidates = candidates_of(pieces)
    assert {(one.first, one.last) for one in candidates} >= {(k, k) for k in range(len(pieces))}
    place, shown = 0, 0
    while place < len(pieces):  # the longest candidate that starts here
        one = max((c for c in candidates if c.first == place), key=lambda c: c.last)
        shown += int((picture(page, pieces, one) < 165).sum())
        place = one.last + 1
    assert shown == int((page < 165).sum())


@given(strokes)
def test_candidates_are_short_runs_that_are_not_too_wide(found: list[Box]) -> None:
    pieces = pieces_of(line(*found))
    for one in candidates_of(pieces):
        own = pieces.boxes[one.first : one.last + 1]
        width = (own[:, 2].max() - own[:, 0].min()) / pieces.height
        assert one.width == pytest.approx(width)
        assert one.size >= one.width
        assert one.last - one.first < MOST_PIECES
        assert one.first == one.last or one.width <= WIDEST


def test_strokes_above_each_other_are_one_piece_and_strokes_side_by_side_are_two() -> None:
    pieces = pieces_of(line((10, 10, 40, 18), (12, 50, 42, 58), (60, 10, 66, 58), (80, 10, 86, 58)))
    assert spans(pieces) == [(10, 42), (60, 66), (80, 86)]
    assert pieces.height == 48
    assert pieces.gaps == pytest.approx([18 / 48, 14 / 48])
    assert pieces.borders == pytest.approx([51, 73])


def test_two_parts_may_be_one_letter_but_not_across_a_wide_gap() -> None:
    near = candidates_of(pieces_of(line((10, 10, 16, 60), (30, 10, 36, 60))))
    assert [(one.first, one.last) for one in near] == [(0, 0), (0, 1), (1, 1)]
    assert near[1] == Candidate(0, 1, pytest.approx(26 / 50), pytest.approx(1.0), pytest.approx(26 / 50))
    far = candidates_of(pieces_of(line((10, 10, 16, 60), (50, 10, 56, 60))))
    assert [(one.first, one.last) for one in far] == [(0, 0), (1, 1)]


def test_letters_that_touch_by_a_thin_stroke_are_cut_there() -> None:
    page = line((10, 10, 60, 16), (10, 10, 16, 60), (54, 10, 60, 60), (10, 54, 60, 60))
    page[30:34, 60:80] = 20
    page[10:60, 80:130] = page[10:60, 10:60]
    pieces = pieces_of(page)
    assert len(pieces) > 1
    edges = [right for _, right in spans(pieces)]
    assert any(60 <= edge <= 82 for edge in edges)
    assert min(np.diff(edges)) >= APART * pieces.height - 1


def test_a_wide_letter_with_much_ink_in_every_column_is_not_cut() -> None:
    assert len(pieces_of(line((10, 20, 90, 26), (10, 37, 90, 43), (10, 54, 90, 60)))) == 1


def test_flat_strokes_do_not_lower_the_letters_height() -> None:
    assert pieces_of(line((10, 10, 50, 60), (70, 33, 110, 39), (130, 36, 160, 42))).height == 50


def test_no_ink_gives_no_pieces() -> None:
    pieces = pieces_of(line())
    assert len(pieces) == 0
    assert candidates_of(pieces) == []


def test_a_picture_shows_its_own_strokes_with_their_soft_edges_and_not_the_neighbours() -> None:
    page = line((10, 10, 40, 60), (44, 10, 60, 60))
    page = cv2.GaussianBlur(page, (3, 3), 0)
    pieces = pieces_of(page)
    shown = picture(page, pieces, Candidate(0, 0, 0.6, 1.0, 0.6))
    assert int((shown < 165).sum()) == int((pieces.owner == 0).sum())
    assert int((shown < 250).sum()) > int((shown < 165).sum())
    columns = np.flatnonzero((shown < 250).any(axis=0))
    assert columns[-1] + 1 - columns[0] <= 32
    assert (shown[:10] == 255).all()
    assert (shown[:, :10] == 255).all()
