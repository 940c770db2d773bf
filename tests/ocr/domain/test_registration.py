"""Scans are laid onto their blank to a fraction of a pixel, and other sheets are refused."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import pytest

from tests.ocr import made_pages as pages
from yakuba.ocr.domain.pixels import flattened
from yakuba.ocr.domain.registration import (
    NotThisForm,
    Refusal,
    Registered,
    Template,
    prepared,
    register,
)

SOURCE_DPI = 300
LAYOUT = pages.Layout()


@lru_cache(maxsize=1)
def template() -> Template:
    return Template(pages.blank(LAYOUT, 200), pages.WIDTH_MM, pages.HEIGHT_MM)


@lru_cache(maxsize=4)
def page(layout: pages.Layout = LAYOUT) -> pages.Array:
    return pages.filled(layout, SOURCE_DPI)


def fields() -> tuple[tuple[int, int, int, int], ...]:
    return tuple(pages.to_px(pages.row_box(row)) for row in range(len(LAYOUT.rows)))


def scan(
    dpi: float, *, quarter: bool = False, how: dict[str, Any] | None = None, **place: Any
) -> tuple[pages.Array, np.ndarray]:
    """A scan, and the true homography from the template's 200 dpi grid to its pixels."""
    to_scan = pages.placement(SOURCE_DPI, dpi, **place)
    made = pages.scanned(page(), to_scan, dpi, quarter=quarter, **(how or {}))
    across = page().shape[1] / template().size[0]
    down = page().shape[0] / template().size[1]
    up = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
    return made, to_scan @ up


def worst_error(found: Registered, truth: np.ndarray) -> float:
    """The largest distance in template px between where a point is and where it was laid."""
    width, height = template().size
    grid = np.array([[[x, y]] for x in np.linspace(0, width, 8) for y in np.linspace(0, height, 8)])
    laid = cv2.perspectiveTransform(grid, np.linalg.inv(found.homography) @ truth)
    return float(np.hypot(*(laid - grid).reshape(-1, 2).T).max())


CASES: dict[str, tuple[float, dict[str, Any], float]] = {
    "plain": (200, {}, 0.4),
    "coarse": (150, {}, 0.5),
    "fine": (300, {}, 0.4),
    "very_fine": (400, {}, 0.5),
    "upside_down": (200, {"degrees": 180}, 0.4),
    "quarter_turn": (200, {"degrees": 90, "quarter": True}, 0.4),
    "skewed": (200, {"degrees": 5}, 0.4),
    "skewed_and_moved": (200, {"degrees": -5, "shift_mm": (3, -3)}, 0.4),
    "larger": (200, {"scale": 1.03}, 0.4),
    "smaller": (200, {"scale": 0.97}, 0.4),
    "photographed": (250, {"scale": 0.8, "perspective": (-0.12, 0.15), "degrees": -6}, 0.6),
    "one_bit": (200, {"degrees": 1, "how": {"one_bit": True}}, 0.7),
    "one_bit_coarse": (150, {"how": {"one_bit": True}}, 1.0),
    "dirty": (200, {"degrees": 1, "how": {"dirt": 3000, "noise": 12.0}}, 0.6),
    "blurred": (200, {"how": {"blur": 1.8}}, 0.6),
}


@pytest.mark.parametrize("name", CASES)
def test_a_scan_is_laid_on_its_blank_to_a_fraction_of_a_pixel(name: str) -> None:
    dpi, place, limit = CASES[name]
    made, truth = scan(dpi, **place)
    found = register(made, template(), fields())
    assert isinstance(found, Registered), found
    assert worst_error(found, truth) < limit
    assert found.residual_px < 1
    assert found.correlation > 0.85
    assert found.image.shape == (template().size[1], template().size[0], 3)


def test_it_tells_how_finely_and_which_way_the_sheet_was_scanned() -> None:
    made, _ = scan(150, degrees=180)
    found = register(made, template(), fields())
    assert isinstance(found, Registered)
    assert found.scan_dpi == pytest.approx(150, rel=0.01)
    assert abs(found.turned) == pytest.approx(180, abs=0.5)


def test_a_finer_grid_gives_a_finer_page_with_the_same_places() -> None:
    made, _ = scan(300, degrees=2)
    coarse = register(made, template(), fields())
    fine = register(made, template().on_grid(300))
    assert isinstance(coarse, Registered)
    assert isinstance(fine, Registered)
    assert fine.image.shape[0] == round(pages.HEIGHT_MM * 300 / 25.4)
    shrunk = cv2.resize(fine.image, template().size, interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - coarse.image.astype(int)).mean() < 4
    assert template().on_grid(200) is template()


def test_a_coloured_scan_keeps_its_colours() -> None:
    made, _ = scan(200)
    coloured = cv2.cvtColor(made, cv2.COLOR_GRAY2BGR)
    coloured[1000:1010, 800:900] = (40, 40, 200)
    found = register(coloured, template())
    assert isinstance(found, Registered)
    assert int((found.image[:, :, 2].astype(int) - found.image[:, :, 0] > 100).sum()) > 300


def test_the_same_scan_gives_the_same_result_twice() -> None:
    made, _ = scan(200, degrees=3)
    first, second = register(made, template()), register(prepared(made, pages.HEIGHT_MM), template())
    assert isinstance(first, Registered)
    assert isinstance(second, Registered)
    assert np.array_equal(first.homography, second.homography)
    assert np.array_equal(first.image, second.image)


@pytest.mark.parametrize(
    "other",
    [
        pages.Layout(title="保育所等利用申込書", rows=pages.ROWS[:6], step_mm=11, label_mm=40, cells=8),
        pages.Layout(title="転出届", rows=pages.ROWS[2:9], step_mm=18, label_mm=30, cells=6),
    ],
)
def test_another_form_is_refused(other: pages.Layout) -> None:
    made = pages.scanned(page(other), pages.placement(SOURCE_DPI, 200, degrees=1), 200)
    found = register(made, template(), fields())
    assert isinstance(found, NotThisForm)
    assert found.reason.endswith("確かめてください。")


@pytest.mark.parametrize("row", [0, 5, 11])
def test_a_version_with_one_box_moved_by_three_millimetres_is_refused(row: int) -> None:
    made = pages.scanned(page(pages.Layout(moved_row=row)), pages.placement(SOURCE_DPI, 200, degrees=-1), 200)
    found = register(made, template(), fields())
    assert isinstance(found, NotThisForm)
    assert found.refusal is Refusal.MOVED
    assert "別の版" in found.reason
    x, y, width, height = fields()[row]
    assert any(abs(top - y) < 80 for _, top, _, _ in found.places)


def test_what_differs_far_from_every_field_does_not_refuse_the_page_but_is_told() -> None:
    made = pages.scanned(page(pages.Layout(moved_row=11)), pages.placement(SOURCE_DPI, 200), 200)
    found = register(made, template(), fields()[:4])
    assert isinstance(found, Registered)
    assert found.misfits


def test_a_drop_of_correction_fluid_is_no_other_version() -> None:
    made, _ = scan(200)
    x, y, width, height = fields()[4]
    whitened = made.copy()
    whitened[y + height - 30 : y + height + 30, x + 300 : x + 380] = 250
    found = register(whitened, template(), fields())
    assert isinstance(found, Registered)
    assert found.misfits


def test_a_version_without_a_box_is_refused() -> None:
    made, _ = scan(200)
    x, y, width, height = fields()[4]
    without = made.copy()
    without[y - 10 : y + height + 10, x - 20 : x + width + 20] = 245
    found = register(without, template(), fields())
    assert isinstance(found, NotThisForm)
    assert found.refusal is Refusal.MOVED


@pytest.mark.parametrize("shade", [255, 200])
def test_an_empty_sheet_is_refused_as_empty(shade: int) -> None:
    sheet = np.full((2339, 1654), shade, np.uint8)
    found = register(sheet, template())
    assert isinstance(found, NotThisForm)
    assert found.refusal is Refusal.EMPTY


def test_a_mirrored_sheet_is_refused() -> None:
    made, _ = scan(200)
    assert isinstance(register(made[:, ::-1].copy(), template()), NotThisForm)


def test_a_crumpled_sheet_is_refused_rather_than_read_askew() -> None:
    made, _ = scan(200)
    height, width = made.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    bent = cv2.remap(
        made, columns + 9 * np.sin(rows / 170), rows + 9 * np.sin(columns / 140), cv2.INTER_LINEAR,
        borderValue=255,
    )  # fmt: skip
    assert isinstance(register(bent, template(), fields()), NotThisForm)


def test_shadows_are_evened_out() -> None:
    made, truth = scan(200)
    shade = np.linspace(0.45, 1.0, made.shape[1])[None, :]
    found = register((made * shade).astype(np.uint8), template(), fields())
    assert isinstance(found, Registered)
    assert worst_error(found, truth) < 0.5


def test_millimetres_become_grid_pixels() -> None:
    assert template().px(25.4, 50.8, 12.7, 0.01) == (200, 400, 100, 1)
    assert template().on_grid(300).px(25.4, 50.8, 12.7, 25.4) == (300, 600, 150, 300)


def test_even_paper_is_white_and_strokes_stay_dark() -> None:
    gray = np.full((100, 100), 180, np.uint8)
    gray[48:52, 10:90] = 40
    even = flattened(gray)
    assert even[10, 10] > 245
    assert even[50, 50] < 80
