"""A sheet of which a part is missing is named as such; whole sheets and other forms are not."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from tests.ocr import made_pages as pages
from yakuba.ocr.domain.cut import cut_off
from yakuba.ocr.domain.quality import Problem, measure
from yakuba.ocr.domain.registration import NotThisForm, Refusal, Template, register

SHEET = (pages.WIDTH_MM, pages.HEIGHT_MM)
OTHER = pages.Layout(title="児童手当認定請求書", rows=("甲", "乙", "丙", "丁"), step_mm=31.0, top_mm=60.0)


@lru_cache(maxsize=1)
def template() -> Template:
    return Template(pages.blank(pages.Layout(), 200), *SHEET)


@lru_cache(maxsize=2)
def whole(*, turned: bool = False) -> pages.Array:
    place = pages.placement(300, 200, degrees=180.4 if turned else 0.5)
    return pages.scanned(pages.filled(pages.Layout(), 300), place, 200)


def part(where: str, share: float, *, turned: bool = False) -> pages.Array:
    """What is left when a share of the picture is cut off at a side."""
    page = whole(turned=turned)
    height, width = page.shape[:2]
    down, across = round(height * share), round(width * share)
    cut = {
        "top": page[down:],
        "bottom": page[: height - down],
        "left": page[:, across:],
        "right": page[:, : width - across],
    }
    return np.ascontiguousarray(cut[where])


@pytest.mark.parametrize(
    ("side", "words"), [("top", "上側"), ("bottom", "下側"), ("left", "左側"), ("right", "右側")]
)
def test_the_missing_side_is_named(side: str, words: str) -> None:
    found = cut_off(part(side, 0.4), [template()])
    assert found is not None
    assert (found.sides, found.outside) == ((side,), True)
    assert found.sentence == (
        f"用紙の{words}が画像に入っていません。用紙全体が入るように読み取り直してください。"
    )


def test_the_side_is_the_sheet_s_however_it_lies_in_the_picture() -> None:
    found = cut_off(part("bottom", 0.4, turned=True), [template()])
    assert found is not None
    assert found.sides == ("top",)


def test_a_torn_sheet_on_a_whole_glass_may_also_be_another_version() -> None:
    torn = whole().copy()
    torn[round(len(torn) * 0.55) :] = 255
    found = cut_off(torn, [template()])
    assert found is not None
    assert (found.sides, found.outside) == (("bottom",), False)
    assert "下側に、あるはずの印刷が見えません" in found.sentence
    assert "別の版ではないか" in found.sentence


def test_whole_sheets_and_other_forms_are_not_called_cut() -> None:
    assert cut_off(whole(), [template()]) is None
    assert cut_off(whole(turned=True), [template()]) is None
    assert cut_off(np.full((2339, 1654), 255, np.uint8), [template()]) is None
    assert cut_off(pages.filled(OTHER, 200), [template()]) is None
    assert cut_off(part("bottom", 0.4), []) is None
    assert cut_off(part("bottom", 0.4), [template()] * 13) is None


def test_the_resolution_of_a_cut_sheet_is_not_the_cause() -> None:
    cut = part("bottom", 0.4)
    refused = register(cut, template())
    assert isinstance(refused, NotThisForm)
    assert refused.refusal in (Refusal.MOVED, Refusal.OTHER_FORM)
    found = measure(cut, None, SHEET)
    assert Problem.LOW_DPI in found.problems
    told = cut_off(cut, [template()])
    assert told is not None
    mended = found.with_cut(told.sentence)
    assert mended.must_rescan
    assert (mended.problems[0], mended.sentences[0], mended.dpi) == (Problem.CUT_OFF, told.sentence, None)
    assert Problem.LOW_DPI not in mended.problems
