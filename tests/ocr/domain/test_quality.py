"""Poor scans are named with what to do; good ones pass."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from tests.ocr import made_pages as pages
from yakuba.ocr.domain.quality import Problem, Quality, estimated_dpi, measure

SHEET = (pages.WIDTH_MM, pages.HEIGHT_MM)


@lru_cache(maxsize=1)
def page() -> pages.Array:
    return pages.filled(pages.Layout(), 300)


def measured(dpi: float, how: dict[str, Any] | None = None, **place: Any) -> Quality:
    made = pages.scanned(page(), pages.placement(300, dpi, **place), dpi, **(how or {}))
    return measure(made, None, SHEET)


@pytest.mark.parametrize("dpi", [200, 300])
def test_a_good_scan_has_no_problem(dpi: int) -> None:
    found = measured(dpi)
    assert found.problems == ()
    assert not found.must_rescan
    assert found.dpi == pytest.approx(dpi, rel=0.01)
    assert found.glyph_height_px == pytest.approx(3.5 * dpi / 25.4, rel=0.25)


def test_a_one_bit_scan_is_good_enough() -> None:
    assert measured(200, {"one_bit": True}).problems == ()


def test_a_coarse_scan_says_which_resolution_it_needs() -> None:
    found = measured(100)
    assert Problem.LOW_DPI in found.problems
    assert found.must_rescan
    assert "解像度が約100dpiです。200dpi以上で読み取り直してください。" in found.sentences
    assert Problem.SMALL_GLYPHS in found.problems
    assert any("約14画素" in sentence for sentence in found.sentences)


@pytest.mark.parametrize(("degrees", "flagged"), [(5, False), (-5, False), (12, True), (-12, True)])
def test_the_skew_is_measured_and_only_a_large_one_is_a_problem(degrees: float, flagged: bool) -> None:
    found = measured(200, degrees=degrees)
    assert found.skew == pytest.approx(degrees, abs=0.3)
    assert (Problem.SKEWED in found.problems) == flagged
    assert not found.must_rescan


def test_a_blurred_photo_must_be_taken_again() -> None:
    found = measured(200, {"blur": 3.0})
    assert Problem.BLURRED in found.problems
    assert found.must_rescan
    assert measured(200, {"blur": 1.2}).problems == ()


def test_a_dark_and_an_empty_page_are_named() -> None:
    dark = measure(np.full((800, 600), 40, np.uint8))
    assert dark.problems == (Problem.TOO_DARK,)
    assert "暗すぎます" in dark.sentences[0]
    empty = measure(np.full((800, 600, 3), 250, np.uint8))
    assert empty.problems == (Problem.BLANK,)
    assert empty.must_rescan
    assert empty.skew is None
    assert empty.sharpness is None
    assert empty.glyph_height_px is None


def test_registration_tells_upside_down_and_sideways() -> None:
    made = pages.scanned(page(), pages.placement(300, 200), 200)
    assert measure(made, 200, turned=178).problems == (Problem.UPSIDE_DOWN,)
    assert measure(made, 200, turned=-91).problems == (Problem.SIDEWAYS,)
    assert measure(made, 200, turned=-91).skew == pytest.approx(-1)
    assert measure(made, 200, turned=2).problems == ()
    assert not measure(made, 200, turned=178).must_rescan
    assert "上下逆" in measure(made, 200, turned=178).sentences[0]
    assert "横向き" in measure(made, 200, turned=90).sentences[0]


def test_the_file_s_own_resolution_comes_first() -> None:
    made = pages.scanned(page(), pages.placement(300, 200), 200)
    assert measure(made, 120, SHEET).dpi == 120
    assert measure(made).dpi is None


def test_the_resolution_is_estimated_whichever_way_the_sheet_lies() -> None:
    assert estimated_dpi((2339, 1654), SHEET) == pytest.approx(200, abs=0.3)
    assert estimated_dpi((1654, 2339, 3), SHEET) == pytest.approx(200, abs=0.3)
    assert estimated_dpi((4000, 1654), SHEET) == pytest.approx(200, abs=0.3)
