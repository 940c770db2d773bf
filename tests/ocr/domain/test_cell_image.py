"""Cells are prepared alike whatever the polarity, size, place and contrast of the scan."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.ocr.domain.cell_image import (
    DIGIT_LAYOUT,
    LETTER_LAYOUT,
    Gray,
    Layout,
    is_light_on_dark,
    normalise_cell,
    views,
)


def seven(side: int = 64, thick: int = 5, ink: int = 0, paper: int = 255) -> Gray:
    """A 7 drawn dark on light, its outline from 20 to 44 of 64 across and from 12 to 52 down."""
    canvas = np.full((side, side), paper, np.uint8)
    unit = side / 64
    points = np.array([(20, 12), (44, 12), (30, 52)]) * unit
    cv2.polylines(canvas, [points.round().astype(np.int32)], False, ink, max(1, round(thick * unit)))
    return canvas


def outline(ink: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero((ink > 0.35).any(1)), np.flatnonzero((ink > 0.35).any(0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


@pytest.mark.parametrize("layout", [DIGIT_LAYOUT, LETTER_LAYOUT])
def test_the_picture_has_the_layouts_side_and_its_ink_fills_the_inner_box(layout: Layout) -> None:
    out = normalise_cell(seven(), layout)
    assert (out.shape, out.dtype) == ((layout.side, layout.side), np.float32)
    assert (out.min(), out.max()) == (0, 1)
    top, bottom, left, right = outline(out)
    assert max(bottom - top, right - left) + 1 == layout.inner


def test_by_box_the_outline_is_in_the_middle_and_by_mass_the_weight_is() -> None:
    boxed = normalise_cell(seven(), LETTER_LAYOUT)
    top, bottom, left, right = outline(boxed)
    assert abs((top + bottom) / 2 - 19.5) <= 1
    assert abs((left + right) / 2 - 19.5) <= 1
    weighed = normalise_cell(seven(), Layout(40, 20, "mass"))
    for axis in (0, 1):
        share = weighed.sum(1 - axis) / weighed.sum()
        assert abs(float(share @ np.arange(40)) - 19.5) <= 0.6


@given(
    ink=st.integers(0, 90), paper=st.integers(150, 255), thick=st.integers(3, 9), side=st.integers(40, 200)
)
@settings(max_examples=40, deadline=None)
def test_polarity_and_contrast_make_no_difference(ink: int, paper: int, thick: int, side: int) -> None:
    dark = seven(side, thick, ink, paper)
    assert not is_light_on_dark(dark)
    assert is_light_on_dark(np.asarray(255 - dark, np.uint8))
    one, other = normalise_cell(dark), normalise_cell(np.asarray(255 - dark, np.uint8))
    plain = normalise_cell(seven(side, thick))
    assert np.abs(one - other).max() < 1e-5
    assert np.abs(one - plain).max() < 0.02


@given(right=st.integers(0, 70), down=st.integers(0, 70))
@settings(max_examples=25, deadline=None)
def test_where_the_character_stands_in_the_cell_makes_no_difference(right: int, down: int) -> None:
    wide = np.pad(seven(), ((down, 70 - down), (right, 70 - right)), constant_values=255)
    assert np.array_equal(normalise_cell(wide), normalise_cell(np.pad(seven(), 35, constant_values=255)))


def test_a_larger_scan_gives_nearly_the_same_picture() -> None:
    scan = seven(1280, 6)
    half = np.asarray(cv2.resize(scan, (320, 320), interpolation=cv2.INTER_AREA), np.uint8)
    small = np.asarray(cv2.resize(scan, (64, 64), interpolation=cv2.INTER_AREA), np.uint8)
    assert np.abs(normalise_cell(half) - normalise_cell(scan)).mean() < 0.01
    assert np.abs(normalise_cell(small) - normalise_cell(scan)).mean() < 0.04


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (3, 90), (64, 64), (2000, 3)])
def test_an_even_cell_holds_no_ink(level: int, shape: tuple[int, int]) -> None:
    assert not normalise_cell(np.full(shape, level, np.uint8)).any()


def test_faint_unevenness_of_the_paper_is_no_ink() -> None:
    paper = np.random.default_rng(1).integers(238, 256, (60, 60)).astype(np.uint8)
    assert not normalise_cell(paper).any()


def test_dust_does_not_move_the_character() -> None:
    dusty = seven()
    dusty[60, 60] = dusty[3, 3] = 0
    assert np.abs(normalise_cell(dusty) - normalise_cell(seven())).max() < 1e-5


@pytest.mark.parametrize("edge", ["left", "top", "right", "bottom", "frame"])
def test_rests_of_the_printed_box_go_away(edge: str) -> None:
    lined = seven()
    where = {"left": np.s_[:, :2], "top": np.s_[:2], "right": np.s_[:, -2:], "bottom": np.s_[-2:]}
    for part in where.values() if edge == "frame" else [where[edge]]:
        lined[part] = 40
    assert np.abs(normalise_cell(lined) - normalise_cell(seven())).max() < 0.05


def test_a_stroke_along_the_edge_is_kept_when_it_is_all_there_is() -> None:
    one = np.full((40, 12), 255, np.uint8)
    one[:, 5:7] = 0
    assert normalise_cell(one).sum() > 20


def test_a_dot_beside_a_letter_is_a_part_of_it() -> None:
    dotted = seven()
    dotted[12:18, 54:60] = 0
    assert outline(normalise_cell(dotted))[3] - outline(normalise_cell(dotted))[2] > 29


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((5, 5), np.float32),
        np.zeros((5, 5, 3), np.uint8),
        np.zeros((0, 5), np.uint8),
        np.zeros((5, 0), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        normalise_cell(bad)


@given(seed=st.integers(0, 10_000), height=st.integers(1, 90), width=st.integers(1, 90))
@settings(max_examples=60, deadline=None)
def test_any_picture_gives_shares_of_ink_between_0_and_1(seed: int, height: int, width: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    for layout in (DIGIT_LAYOUT, LETTER_LAYOUT):
        out = normalise_cell(noise, layout)
        assert out.shape == (layout.side, layout.side)
        assert np.isfinite(out).all()
        assert (out.min() >= 0, out.max() <= 1) == (True, True)


def test_the_views_begin_with_the_cell_itself_and_stay_near_it() -> None:
    cell = normalise_cell(seven())
    seen = views(cell)
    assert (seen.shape, seen.dtype) == ((5, 40, 40), np.float32)
    assert np.array_equal(seen[0], cell)
    for view in seen[1:]:
        assert 0 < np.abs(view - cell).mean() < 0.15
        assert np.corrcoef(view.ravel(), cell.ravel())[0, 1] > 0.5
