"""Slips: one field filled in, scanned and laid back on the form's grid. Every slip is a document of its own.

A certificate wants independent documents, several hundred of them. A slip costs a tenth of a page: only the
surroundings of the field are drawn and scanned, and registration is played by undoing the scanner's
movement except for an error as large as the registration's own (normal, 0.15 px at 200 dpi; measured on
pages: 0.07 to 0.13). Everything after registration is the product's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random

import cv2
import numpy as np
from benchmarks.ocr.drawing import DPI, MM, Hand, Sheet, Style, draw_field, hand_of, paper
from benchmarks.ocr.fonts import face
from benchmarks.ocr.scans import levels, scanner_of
from benchmarks.ocr.values import Answer, answers
from numpy.typing import NDArray

from yakuba.ocr.domain.form import FormDefinition
from yakuba.ocr.domain.registration import Template
from yakuba.site.demo.ocr_forms import blank, definition

AROUND = 9.0  # mm drawn around the field
REGISTRATION_PX = 0.15


@dataclass(frozen=True, slots=True)
class Slip:
    """One field on the template's grid: ``page`` is the empty form elsewhere."""

    page: NDArray[np.uint8]
    form: FormDefinition  # with this field alone and no rules
    layout: str
    answer: Answer


@lru_cache(maxsize=8)
def template(layout: str) -> Template:
    """The empty form, ready for registration and reading."""
    picture = cv2.imdecode(np.frombuffer(blank(layout), np.uint8), cv2.IMREAD_COLOR)
    form = definition(layout)
    return Template(np.asarray(picture, np.uint8), form.width_mm, form.height_mm)


def make_slip(
    layout: str, name: str, style: Style, seed: int, fonts: Path, answer: Answer | None = None
) -> Slip:
    """The field ``name`` of a form, filled in by chance (or with ``answer``); the same arguments give the
    same picture."""
    random = Random(f"slip:{layout}:{name}:{style.font}:{style.points}:{seed}")
    form = definition(layout)
    letters = face(style.font, fonts)
    answer = answer or answers(form, random, letters.covers)[name]
    hand = hand_of(random) if style.hand else Hand(ink=random.uniform(0.88, 1.0))
    one = form.field_named(name)
    empty = paper(layout)
    sheet = Sheet(form, empty, np.zeros(empty.shape[:2], np.float32), letters, style, hand, random)
    draw_field(sheet, one, answer)
    left = max(0.0, min(box.x for box in one.boxes) - AROUND)
    top = max(0.0, min(box.y for box in one.boxes) - AROUND)
    right = min(form.width_mm, max(box.right for box in one.boxes) + AROUND)
    bottom = min(form.height_mm, max(box.bottom for box in one.boxes) + AROUND)
    rows, columns = (
        slice(round(top * MM), round(bottom * MM)),
        slice(round(left * MM), round(right * MM)),
    )
    sheet.paper, sheet.ink = sheet.paper[rows, columns], sheet.ink[rows, columns]
    seen, back = _scanned(sheet.image(), random)
    grid = template(layout)
    shift = np.eye(3)
    shift[:2, 2] = (columns.start, rows.start)
    to_grid = np.diag([grid.dpi / DPI, grid.dpi / DPI, 1.0]) @ shift @ back
    page = _laid_back(seen, to_grid, grid.colour, (left + 2, top + 2, right - 2, bottom - 2), grid.px_per_mm)
    alone = replace(form, fields=(one,), rules=())
    return Slip(page, alone, layout, answer)


def _scanned(piece: NDArray[np.uint8], random: Random) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The piece as a scan at 200 dpi, and the (slightly wrong) way back to the 300 dpi canvas."""
    scanner = scanner_of(random)
    high, wide = piece.shape[:2]
    ratio = scanner.dpi / DPI
    turn = math.radians(scanner.turn)
    cos, sin = math.cos(turn) * scanner.scale * ratio, math.sin(turn) * scanner.scale * ratio
    rotation = np.array([[cos, -sin], [sin, cos]])
    size = (round(wide * ratio) + 16, round(high * ratio) + 16)
    matrix = np.eye(3)
    matrix[:2, :2] = rotation
    offset = np.array([random.random(), random.random()])
    matrix[:2, 2] = np.array(size) / 2 + offset - rotation @ np.array([wide / 2, high / 2])
    soft = cv2.GaussianBlur(piece, (0, 0), 0.42 / ratio)
    seen = cv2.warpPerspective(
        soft, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255)
    )
    seen = levels(np.asarray(seen, np.uint8), scanner, np.random.default_rng(random.randrange(2**32)))
    done, data = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, scanner.quality])
    if not done:
        raise RuntimeError("the picture could not be encoded")
    error = np.eye(3)
    error[:2, 2] = [random.gauss(0, REGISTRATION_PX) for _ in range(2)]
    back = np.linalg.inv(matrix) @ error
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8), back


def _laid_back(
    seen: NDArray[np.uint8],
    to_grid: NDArray[np.float64],
    grid: NDArray[np.uint8],
    inner: tuple[float, float, float, float],
    px_per_mm: float,
) -> NDArray[np.uint8]:
    """The scan on the grid inside of ``inner`` (mm), the empty form outside."""
    left, top, right, bottom = (round(value * px_per_mm) for value in inner)
    place = np.eye(3)
    place[:2, 2] = (-left, -top)
    part = cv2.warpPerspective(seen, place @ to_grid, (right - left, bottom - top), flags=cv2.INTER_CUBIC,
                               borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    page = grid.copy()
    page[top:bottom, left:right] = part
    return page
