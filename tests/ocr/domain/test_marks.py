"""Ticks and circles are read, and what is unclear is called unclear."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest

from tests.ocr import made_pages as pages
from yakuba.ocr.domain.marks import checkbox, circled
from yakuba.ocr.domain.registration import Template

LAYOUT = pages.Layout()
BOTTOM = LAYOUT.top_mm + len(LAYOUT.rows) * LAYOUT.step_mm + 4
BOX = pages.to_px((23, BOTTOM + 17, 4, 4))
WORDS = [pages.to_px((30 + index * 40, BOTTOM + 17, width, 5.5)) for index, width in enumerate((16, 16, 8))]
VALUES = ("特別徴収", "普通徴収", "併用")


@lru_cache(maxsize=1)
def template() -> Template:
    return Template(pages.blank(LAYOUT), pages.WIDTH_MM, pages.HEIGHT_MM)


def page() -> pages.Array:
    return np.asarray(cv2.cvtColor(pages.blank(LAYOUT), cv2.COLOR_GRAY2BGR), np.uint8)


def noisy(image: pages.Array) -> pages.Array:
    made = image.copy()
    _, y, _, height = BOX
    part = image[y - 80 : y + height + 80]
    soft = cv2.GaussianBlur(part, (0, 0), 0.6).astype(float)
    noise = np.random.default_rng(5).normal(0, 4, part.shape)
    made[y - 80 : y + height + 80] = np.clip(soft + noise, 0, 255).astype(np.uint8)
    return made


def ticked(mark: str, ink: int = 40) -> pages.Array:
    image = page()
    x, y, width, height = BOX
    colour = (ink, ink, ink)
    strokes = {
        "tick": [[(4, 16), (12, 26), (29, 5)]],
        "tick_outside": [[(4, 14), (13, 27), (44, -14)]],
        "cross": [[(5, 5), (26, 26)], [(26, 5), (5, 26)]],
        "bar": [[(3, 16), (29, 15)]],
    }
    if mark == "filled":
        image[y + 2 : y + height - 1, x + 2 : x + width - 1] = colour
    for stroke in strokes.get(mark, []):
        cv2.polylines(image, [np.array(stroke) + np.array([x, y])], False, colour, 3, cv2.LINE_AA)
    return noisy(image)


def ringed(*which: int, grow: float = 1.25, shift_x: int = 0, part: int = 360) -> pages.Array:
    image = page()
    for index in which:
        x, y, width, height = WORDS[index]
        centre = (x + width // 2 + shift_x, y + height // 2)
        axes = (round(width / 2 * grow), round(height / 2 * grow))
        cv2.ellipse(image, centre, axes, 4, 0, part, (40, 40, 40), 3, cv2.LINE_AA)
    return noisy(image)


@pytest.mark.parametrize("mark", ["tick", "tick_outside", "cross", "filled", "bar"])
def test_any_mark_ticks_the_box(mark: str) -> None:
    found = checkbox(ticked(mark), template(), BOX)
    assert found.value is True
    assert found.confidence >= 0.5


def test_an_empty_box_is_not_ticked() -> None:
    found = checkbox(noisy(page()), template(), BOX)
    assert found.value is False
    assert found.confidence > 0.9


def test_a_faint_tick_is_ticked_or_unclear_but_never_empty() -> None:
    for ink in (90, 120, 140):
        assert checkbox(ticked("tick", ink), template(), BOX).value is not False


def test_a_spot_in_the_box_is_unclear() -> None:
    image = page()
    x, y, _, _ = BOX
    cv2.circle(image, (x + 15, y + 15), 3, (40, 40, 40), -1)
    found = checkbox(noisy(image), template(), BOX)
    assert found.value is None
    assert found.confidence == 0


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_circled_word_is_found(index: int) -> None:
    found = circled(ringed(index), template(), WORDS, VALUES)
    assert found.value == VALUES[index]
    assert found.confidence > 0.5


def test_no_circle_is_no_answer_and_not_unclear() -> None:
    found = circled(noisy(page()), template(), WORDS, VALUES)
    assert found.value == ""
    assert found.confidence > 0.9


def test_two_circles_are_unclear() -> None:
    found = circled(ringed(0, 1), template(), WORDS, VALUES)
    assert found.value is None
    assert found.several


def test_half_a_circle_is_unclear() -> None:
    assert circled(ringed(1, part=150), template(), WORDS, VALUES).value is None


def test_a_circle_over_two_words_is_unclear() -> None:
    image = page()
    left, right = WORDS[0], WORDS[1]
    centre = ((left[0] + right[0] + right[2]) // 2, left[1] + left[3] // 2)
    half = (right[0] + right[2] - left[0]) // 2 + 12
    cv2.ellipse(image, centre, (half, 38), 0, 0, 360, (40, 40, 40), 3, cv2.LINE_AA)
    assert circled(noisy(image), template(), WORDS, VALUES).value is None


def test_boxes_and_values_must_go_together() -> None:
    with pytest.raises(ValueError, match="one box and one value"):
        circled(page(), template(), WORDS, VALUES[:2])
