"""A field's writing survives the cleaning, its print does not, and every trace of correction is named."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.ocr import made_faults as faults
from tests.ocr import made_pages as pages
from yakuba.ocr.domain.cleaning import CleanedField, clean_field, glyph_heights
from yakuba.ocr.domain.correction import crossed, struck_twice
from yakuba.ocr.domain.reading import Reason
from yakuba.ocr.domain.registration import Template

DPI = 200
LAYOUT = pages.Layout()
ROW = 8
BOX_MM = pages.row_box(ROW, LAYOUT)
BOX = pages.to_px(BOX_MM)


@lru_cache(maxsize=1)
def template() -> Template:
    return Template(pages.blank(LAYOUT, DPI), pages.WIDTH_MM, pages.HEIGHT_MM)


def blank_page() -> pages.Array:
    return _blank_page().copy()


@lru_cache(maxsize=1)
def _blank_page() -> pages.Array:
    return np.asarray(cv2.cvtColor(pages.blank(LAYOUT, DPI), cv2.COLOR_GRAY2BGR), np.uint8)


def written(text: str = "3,456,789", *, size_mm: float = 5.0, down_mm: float = 1.2) -> pages.Array:
    return pages.write(blank_page(), text, BOX_MM[0] + 4, BOX_MM[1] + down_mm, size_mm, DPI)


def as_scanned(page: pages.Array, *, seed: int = 3, one_bit: bool = False) -> pages.Array:
    """Around the field: noise and softness as after registration, and a shift of a third of a pixel."""
    made = page.copy()
    x, y, width, height = BOX
    around = (slice(y - 60, y + height + 60), slice(x - 60, x + width + 60))
    part = page[around]
    shift = np.array([[1, 0, 0.3], [0, 1, -0.3]])
    moved = cv2.warpAffine(part, shift, part.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(moved, (0, 0), 0.6).astype(float) * 0.93 + 8
    noise = np.random.default_rng(seed).normal(0, 4, soft.shape)
    values = np.where(soft + noise > 150, 255, 0) if one_bit else soft + noise
    made[around] = np.clip(values, 0, 255).astype(np.uint8)
    return made


def text_box(text: str = "3,456,789", size_mm: float = 5.0) -> faults.BoxMm:
    width = pages.font(round(size_mm * DPI / 25.4)).getlength(text) * 25.4 / DPI
    return BOX_MM[0] + 4, BOX_MM[1] + 2.6, width, 3.8


def cleaned(page: pages.Array) -> CleanedField:
    return clean_field(page, template(), BOX)


def strokes_on_white(text: str, *, size_mm: float = 5.0, down_mm: float = 1.2) -> np.ndarray:
    """Where the text's ink is, on paper without any print, in the box."""
    sheet = np.full(pages.blank(LAYOUT, DPI).shape, 255, np.uint8)
    made = pages.write(sheet, text, BOX_MM[0] + 4, BOX_MM[1] + down_mm, size_mm, DPI)
    x, y, width, height = BOX
    return made[y : y + height, x : x + width] < 128


def recall(ink: np.ndarray, truth: np.ndarray) -> float:
    near = cv2.dilate((ink < 165).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return float(near[truth].mean())


def surplus(ink: np.ndarray, truth: np.ndarray) -> int:
    near = cv2.dilate(truth.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return int(((ink < 165) & ~near).sum())


def test_an_empty_field_is_blank() -> None:
    found = cleaned(as_scanned(blank_page()))
    assert found.blank
    assert found.ink_ratio == 0
    assert found.glyph_height_px == 0
    assert found.reasons == ()
    assert found.ink.shape == (BOX[3], BOX[2])
    assert found.wide.shape == (BOX[3] + 2 * found.margin, BOX[2] + 2 * found.margin)


@pytest.mark.parametrize("one_bit", [False, True])
def test_writing_stays_and_the_frame_goes(one_bit: bool) -> None:
    found = cleaned(as_scanned(written(), one_bit=one_bit))
    truth = strokes_on_white("3,456,789")
    assert recall(found.ink, truth) > 0.99
    assert surplus(found.ink, truth) < 12
    assert found.reasons == ()
    assert not found.blank
    assert found.glyph_height_px == pytest.approx(29, abs=3)
    assert found.ink_ratio == pytest.approx(float(truth.mean()), rel=0.35)


@pytest.mark.parametrize("down_mm", [4.2, 5.0, 5.6])
def test_strokes_that_cross_the_printed_line_are_not_cut(down_mm: float) -> None:
    found = cleaned(as_scanned(written("4567890", down_mm=down_mm)))
    truth = strokes_on_white("4567890", down_mm=down_mm)
    assert recall(found.ink, truth) > 0.93
    whole = pages.write(np.full(blank_page().shape[:2], 255, np.uint8), "4567890", BOX_MM[0] + 4,
                        BOX_MM[1] + down_mm, 5.0, DPI)  # fmt: skip
    x, y, width, height = BOX
    margin = found.margin
    expected = whole[y - margin : y + height + margin, x - margin : x + width + margin] < 128
    assert cv2.connectedComponents((found.wide < 165).astype(np.uint8))[0] <= 12 + 3
    assert recall(found.wide, expected) > 0.9


def test_writing_that_leaves_the_box_is_told() -> None:
    assert Reason.OUTSIDE_BOX in cleaned(as_scanned(written("4567890", down_mm=5.6))).reasons


def test_a_neighbours_writing_is_not_taken() -> None:
    page = pages.write(blank_page(), "99999", BOX_MM[0] + 4, BOX_MM[1] + BOX_MM[3] + 1, 4.0, DPI)
    assert cleaned(as_scanned(page)).blank


def test_small_glyphs_are_told() -> None:
    found = cleaned(as_scanned(written("3,456,789", size_mm=2.2, down_mm=3)))
    assert 0 < found.glyph_height_px < 18
    assert Reason.SMALL_GLYPHS in found.reasons


@pytest.mark.parametrize("one_bit", [False, True])
@pytest.mark.parametrize("how", ["single", "double", "diagonal"])
def test_a_line_through_the_writing_is_told(how: str, one_bit: bool) -> None:
    chance = np.random.default_rng(7)
    page = faults.strike(
        written(), text_box(), DPI, chance, double=how == "double", diagonal=how == "diagonal"
    )
    found = cleaned(as_scanned(page, one_bit=one_bit))
    assert Reason.STRIKE_THROUGH in found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "一二三四五",
        "サトー・ハナコ",
        "123-4567",
        "十七年一月",
        "1111111",
        "ＡＢＣＤＥＦ",
        "田中　王三",
        "4417 7411",
        "メメントモリ",
        "区役所文書",
        "八木米来",
        "三三二二",
        "王王目目",
    ],
)
def test_level_strokes_of_characters_are_no_strike(text: str) -> None:
    assert cleaned(as_scanned(written(text))).reasons == ()


def test_an_underline_is_no_strike() -> None:
    page = written()
    x, y, width, height = text_box()
    faults._polyline(page, np.array([[x, y + height + 0.8], [x + width, y + height + 0.8]]), DPI, 0.3)
    assert Reason.STRIKE_THROUGH not in cleaned(as_scanned(page)).reasons


def test_a_scribble_and_a_cross_over_one_character_are_told() -> None:
    x, y, width, height = text_box()
    glyph = (x + width / 2, y, 3.2, height)
    scribbled = faults.scribble(written(), glyph, DPI, np.random.default_rng(2))
    crossed = faults.cross_out(written(), glyph, DPI)
    assert Reason.OVERWRITTEN in cleaned(as_scanned(scribbled)).reasons
    assert Reason.OVERWRITTEN in cleaned(as_scanned(crossed)).reasons


@pytest.mark.parametrize("one_bit", [False, True])
@pytest.mark.parametrize("size_mm", [4.2, 6.0])
@pytest.mark.parametrize(
    ("text", "place"),
    [("株式会社汐見", 1), ("山田　十四郎", 1), ("しおみ　たろう", 1), ("しおみ　たろう", 6)],
)
def test_an_x_over_a_character_of_dense_or_open_writing_is_told(
    text: str, place: int, size_mm: float, one_bit: bool
) -> None:
    x, y, width, _ = text_box(text, size_mm)
    pitch = width / len(text)
    page = faults.cross_out(
        written(text, size_mm=size_mm), (x + place * pitch, y - 0.8, pitch, 0.9 * size_mm), DPI
    )
    assert Reason.OVERWRITTEN in cleaned(as_scanned(page, one_bit=one_bit)).reasons


@given(st.floats(33, 67), st.floats(0.35, 0.6), st.integers(20, 60), st.floats(-0.15, 0.15))
@settings(max_examples=40, deadline=None)
def test_an_x_is_found_at_any_slant_and_size_and_not_by_one_arm_alone(
    degrees: float, pen: float, glyph: int, off: float
) -> None:
    def arm(sign: float, shift: float = 0.0) -> np.ndarray:
        picture = np.zeros((3 * glyph, 5 * glyph), np.uint8)
        reach = 0.75 * glyph * np.array([np.cos(np.radians(degrees)), sign * np.sin(np.radians(degrees))])
        middle = np.array([2.5 * glyph + shift, 1.5 * glyph])
        a, b = (tuple(int(v) for v in np.rint(middle + side * reach)) for side in (-1, 1))
        cv2.line(picture, a, b, 1, max(2, round(pen * DPI / 25.4)))
        return picture > 0

    assert crossed(arm(1) | arm(-1, off * glyph), glyph)
    assert not crossed(arm(1), glyph)
    assert not crossed(arm(1) | arm(-1, 1.6 * glyph), glyph)
    assert not crossed(np.zeros((9, 9), np.bool_), glyph)


@pytest.mark.parametrize("one_bit", [False, True])
@pytest.mark.parametrize(("text", "place"), [("昭和58年7月", 1), ("しおみ　たろう", 2), ("3456789", 4)])
def test_two_lines_over_one_character_are_told(text: str, place: int, one_bit: bool) -> None:
    x, y, width, height = text_box(text, 5.0)
    pitch = width / len(text)
    glyph = (x + place * pitch, y, pitch, height)
    page = faults.strike(written(text), glyph, DPI, np.random.default_rng(5), double=True)
    assert Reason.STRIKE_THROUGH in cleaned(as_scanned(page, one_bit=one_bit)).reasons


@given(st.integers(20, 70), st.integers(2, 4), st.floats(0.34, 0.42), st.floats(-3, 3))
@settings(max_examples=40, deadline=None)
def test_two_lines_strike_where_writing_is_above_and_below_them(
    glyph: int, pen: int, apart: float, degrees: float
) -> None:
    def drawn(*places: float, length: float = 1.6) -> np.ndarray:
        """A character of a bar down and level lines over it; places in glyph heights from its middle."""
        picture = np.zeros((4 * glyph, 4 * glyph), np.uint8)
        for shift in (-0.3, 0.3):
            middle = round((2 + shift) * glyph)
            cv2.line(
                picture, (middle, round(1.4 * glyph)), (middle, round(2.6 * glyph)), 1, max(3, glyph // 9)
            )
        for place in places:
            way = 0.5 * length * glyph * np.array([1, np.tan(np.radians(degrees))])
            middle = np.array([2 * glyph, (2 + place) * glyph])
            a, b = (tuple(int(v) for v in np.rint(middle + side * way)) for side in (-1, 1))
            cv2.line(picture, a, b, 1, pen)
        return picture > 0

    assume((apart * glyph - pen) * min(1.0, 24 / glyph) > 6)
    half = apart / 2
    assert struck_twice(drawn(-half, half), glyph)
    assert not struck_twice(drawn(0.0), glyph)
    assert not struck_twice(drawn(0.85 - half, 0.85 + half), glyph)  # underlined twice
    assert not struck_twice(drawn(-half, half, length=1.0), glyph)  # strokes of a character
    assert not struck_twice(np.zeros((9, 9), np.bool_), glyph)


def test_correction_fluid_over_the_frame_is_told_even_when_nothing_is_written() -> None:
    for page in (written(), blank_page()):
        whitened = faults.whiten(page, (BOX_MM[0] + 6, BOX_MM[1] - 3, 12, 12), DPI)
        found = cleaned(as_scanned(whitened))
        assert Reason.OVERWRITTEN in found.reasons
        assert not found.blank


@pytest.mark.parametrize(("diameter", "name"), [(10.5, "汐見"), (6.0, "汐")])
def test_a_red_seal_is_taken_away_and_told(diameter: float, name: str) -> None:
    x, y, width, height = text_box()
    sealed = faults.seal(written(), (x + width - 3, y + height / 2), DPI, diameter_mm=diameter, name=name)
    found = cleaned(as_scanned(sealed))
    assert Reason.SEAL in found.reasons
    assert 0 < found.seal_overlap < 0.9
    truth = strokes_on_white("3,456,789")
    assert recall(found.ink, truth) > 0.95
    assert surplus(found.ink, truth) < 60


def test_a_field_with_only_a_seal_is_not_blank() -> None:
    sealed = faults.seal(blank_page(), (BOX_MM[0] + 30, BOX_MM[1] + 4.5), DPI)
    found = cleaned(as_scanned(sealed))
    assert found.seal_overlap == 1.0
    assert not found.blank


def test_red_writing_is_told() -> None:
    page = blank_page()
    black = pages.write(page, "3,456,789", BOX_MM[0] + 4, BOX_MM[1] + 1.2, 5.0, DPI)
    page[black[:, :, 0] < page[:, :, 0]] = (40, 40, 210)
    assert Reason.SEAL in cleaned(as_scanned(page)).reasons


def test_a_seal_in_a_gray_scan_is_told_by_its_ring() -> None:
    x, y, width, height = text_box()
    sealed = faults.seal(written(), (x + width - 1, y + height / 2), DPI)
    gray = cv2.cvtColor(sealed, cv2.COLOR_BGR2GRAY)
    assert Reason.SEAL in cleaned(as_scanned(gray)).reasons
    assert cleaned(as_scanned(cv2.cvtColor(written(), cv2.COLOR_BGR2GRAY))).reasons == ()


def test_a_form_printed_in_red_has_no_seal() -> None:
    blank = blank_page()
    red = blank.copy()
    red[:, :, 2] = np.maximum(red[:, :, 2], 225)
    vermilion = Template(red, pages.WIDTH_MM, pages.HEIGHT_MM)
    page = pages.write(red, "3,456,789", BOX_MM[0] + 4, BOX_MM[1] + 1.2, 5.0, DPI)
    found = clean_field(as_scanned(page), vermilion, BOX)
    assert found.seal_overlap == 0
    assert recall(found.ink, strokes_on_white("3,456,789")) > 0.98


def test_dust_is_no_writing() -> None:
    page = blank_page()
    chance = np.random.default_rng(1)
    for _ in range(12):
        column = int(chance.integers(BOX[0] + 12, BOX[0] + BOX[2] - 12))
        row = int(chance.integers(BOX[1] + 12, BOX[1] + BOX[3] - 12))
        page[row, column : column + 2] = 60
    assert cleaned(as_scanned(page)).blank


def test_a_field_at_the_edge_of_the_page_is_cut_with_white() -> None:
    height, width = template().size[1], template().size[0]
    page = blank_page()
    for box in ((0, 0, 60, 40), (width - 50, height - 30, 60, 40)):
        found = clean_field(page, template(), box)
        assert found.ink.shape == (box[3], box[2])


def test_glyph_heights_leave_dots_out() -> None:
    ink = np.zeros((40, 60), np.bool_)
    ink[5:35, 5:15] = True
    ink[10:36, 20:30] = True
    ink[33:36, 40:43] = True
    assert list(glyph_heights(ink)) == [30, 26]
    assert len(glyph_heights(np.zeros((5, 5), np.bool_))) == 0
