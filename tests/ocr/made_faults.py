"""Traces of correction drawn onto a field: struck through, sealed, scribbled, written over, whitened.

All functions take a blue-green-red page, a box in mm and the page's dots per inch, and draw on a copy.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from tests.ocr.made_pages import SERIF, Array, font

BoxMm = tuple[float, float, float, float]
Colour = tuple[int, int, int]
INK: Colour = (45, 35, 35)
VERMILION: Colour = (50, 60, 215)


def _polyline(
    page: Array, points: npt.NDArray[np.float64], dpi: int, width_mm: float, colour: Colour = INK
) -> None:
    scaled = np.rint(points * dpi / 25.4 * 16).astype(np.int32)
    cv2.polylines(
        page, [scaled.reshape(-1, 1, 2)], False, colour, max(1, round(width_mm * dpi / 25.4)), cv2.LINE_AA, 4
    )


def strike(
    page: Array,
    text: BoxMm,
    dpi: int,
    chance: np.random.Generator,
    *,
    double: bool = False,
    diagonal: bool = False,
    width_mm: float = 0.4,
    colour: Colour = INK,
) -> Array:
    """A line by hand over the text that fills ``text``: not quite level and not quite straight."""
    made = page.copy()
    x, y, width, height = text
    steps = np.linspace(0, 1, 24)
    wave = 0.25 * np.sin(steps * chance.uniform(2, 6) + chance.uniform(0, 6))
    tilt = height * (chance.choice([-0.9, 0.9]) if diagonal else chance.uniform(-0.15, 0.15))
    middle = y + height * (0.5 if diagonal else chance.uniform(0.4, 0.6))
    for offset in (-0.55, 0.55) if double else (0.0,):
        line = np.stack([x - 1 + steps * (width + 2), middle + offset + wave + tilt * (steps - 0.5)], axis=1)
        _polyline(made, line, dpi, width_mm, colour)
    return made


def scribble(page: Array, glyph: BoxMm, dpi: int, chance: np.random.Generator, *, turns: int = 7) -> Array:
    """A zigzag that makes one character unreadable."""
    made = page.copy()
    x, y, width, height = glyph
    steps = np.arange(2 * turns + 1)
    line = np.stack(
        [
            x + width * steps / steps[-1] + chance.normal(0, 0.15, len(steps)),
            y + height * (steps % 2) + chance.normal(0, 0.3, len(steps)),
        ],
        axis=1,
    )
    _polyline(made, line, dpi, 0.5)
    return made


def cross_out(page: Array, glyph: BoxMm, dpi: int) -> Array:
    """An X over one character."""
    made = page.copy()
    x, y, width, height = glyph
    _polyline(made, np.array([[x - 0.3, y - 0.2], [x + width + 0.3, y + height + 0.3]]), dpi, 0.45)
    _polyline(made, np.array([[x + width + 0.3, y - 0.2], [x - 0.3, y + height + 0.3]]), dpi, 0.45)
    return made


def seal(
    page: Array,
    centre_mm: tuple[float, float],
    dpi: int,
    *,
    diameter_mm: float = 10.5,
    name: str = "汐見",
    colour: Colour = VERMILION,
    strength: float = 0.9,
    chance: np.random.Generator | None = None,
) -> Array:
    """A round seal of one or two characters, multiplied onto the page as ink is; with uneven ink."""
    scale = dpi / 25.4
    side = round((diameter_mm + 1) * scale)
    stamp = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(stamp)
    edge = 0.5 * scale
    draw.ellipse((edge, edge, side - edge, side - edge), outline=255, width=max(2, round(0.55 * scale)))
    size = round(diameter_mm * (0.42 if len(name) == 2 else 0.62) * scale)
    for index, sign in enumerate(name[:2]):
        left = (side - size) / 2
        top = side / 2 + (index - 1) * size - size * 0.2 if len(name) == 2 else (side - size) / 2 - size * 0.2
        draw.text((left, top), sign, font=font(max(4, size), SERIF), fill=255)
    cover = np.asarray(stamp, dtype=np.float64) / 255 * strength
    if chance is not None:
        uneven = cv2.resize(chance.uniform(0.6, 1.0, (5, 5)), (side, side), interpolation=cv2.INTER_CUBIC)
        cover = cover * np.clip(uneven, 0, 1)
    left, top = round(centre_mm[0] * scale - side / 2), round(centre_mm[1] * scale - side / 2)
    made = page.copy()
    part = made[top : top + side, left : left + side].astype(np.float64)
    ink = np.array(colour, np.float64) / 255
    cover = cover[: part.shape[0], : part.shape[1], None]
    made[top : top + side, left : left + side] = np.rint(part * (1 - cover * (1 - ink))).astype(np.uint8)
    return made


def whiten(page: Array, area: BoxMm, dpi: int) -> Array:
    """Correction fluid over part of the field, frame included."""
    made = page.copy()
    x, y, width, height = (round(value * dpi / 25.4) for value in area)
    cv2.ellipse(made, (x + width // 2, y + height // 2), (width // 2, height // 2), 0, 0, 360, (253,) * 3, -1)
    return made
