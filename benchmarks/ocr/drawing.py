"""Draw answers on an empty form: typed or written by an invented hand, with the troubles asked for.

The canvas is the form at 300 dpi. Ink lies on a layer of its own (0 none to 1 full), so that a faint pen, a
seal or a line through the words can be laid over it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from random import Random
from typing import Literal

import cv2
import numpy as np
from benchmarks.ocr.fonts import Face
from benchmarks.ocr.values import Answer
from numpy.typing import NDArray
from PIL import Image

from yakuba.ocr.domain.check_digits import corporate_number_holds, personal_number_holds
from yakuba.ocr.domain.form import Box, Field, FormDefinition, Kind
from yakuba.site.demo.ocr_forms import definition
from yakuba.site.demo.ocr_forms.draw import LAYOUTS

DPI = 300
MM = DPI / 25.4
Ink = NDArray[np.float32]
Trouble = Literal["seal", "strike", "overwritten", "outside", "two_marks", "misread", "mismatch"]
LARGE_HAND = 8.2  # mm: nobody writes larger
SEAL_RED = (52, 40, 196)  # BGR


@dataclass(frozen=True, slots=True)
class Style:
    """How a sheet is filled in: the font, and either a size in points or a hand."""

    font: str
    points: float | None = 10.5  # None: handwriting, as large as the box invites

    @property
    def hand(self) -> bool:
        """Whether glyphs are shaken as by a hand."""
        return self.points is None


@dataclass(frozen=True, slots=True)
class Hand:
    """One writer: the same for a whole sheet."""

    slant: float = 0.0  # horizontal shear
    turn: float = 0.0  # degrees, spread of single glyphs
    size: float = 1.0  # of what the box invites
    uneven: float = 0.0  # spread of size and baseline, of the em
    pen: float = 0.0  # px added (or taken) at 300 dpi
    ink: float = 1.0
    colour: tuple[int, int, int] = (30, 26, 24)  # BGR
    gap: float = 0.0  # em between glyphs


def hand_of(random: Random) -> Hand:
    """A writer drawn by chance."""
    return Hand(
        slant=random.gauss(0, 0.06),
        turn=random.uniform(0.8, 3.0),
        size=random.uniform(0.82, 1.08),
        uneven=random.uniform(0.015, 0.05),
        pen=random.uniform(-0.4, 1.6),
        ink=random.uniform(0.8, 1.0),
        colour=random.choice(((30, 26, 24), (40, 34, 30), (92, 44, 28))),
        gap=random.uniform(-0.04, 0.1),
    )


@dataclass
class Sheet:
    """The sheet while it is being filled in."""

    form: FormDefinition
    paper: NDArray[np.uint8]  # BGR
    ink: Ink
    face: Face
    style: Style
    hand: Hand
    random: Random
    extents: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)  # px of what was drawn

    def image(self) -> NDArray[np.uint8]:
        """Paper with the ink on it, BGR."""
        cover = np.clip(self.ink, 0, 1)[..., None] * self.hand.ink
        colour = np.array(self.hand.colour, np.float32)
        return np.clip(self.paper * (1 - cover) + colour * cover, 0, 255).astype(np.uint8)


@lru_cache(maxsize=8)
def paper(name: str) -> NDArray[np.uint8]:
    """The empty sheet at 300 dpi, BGR."""
    sheet, _ = LAYOUTS[name]()
    picture = np.asarray(Image.open(BytesIO(sheet.png(DPI))).convert("RGB"))
    return np.ascontiguousarray(picture[..., ::-1])


def fill(
    name: str,
    answers: dict[str, Answer],
    face: Face,
    style: Style,
    random: Random,
    troubles: dict[str, Trouble] | None = None,
) -> Sheet:
    """The form called ``name`` with the answers on it."""
    blank = paper(name)
    hand = hand_of(random) if style.hand else Hand(ink=random.uniform(0.88, 1.0))
    ink = np.zeros(blank.shape[:2], np.float32)
    sheet = Sheet(definition(name), blank.copy(), ink, face, style, hand, random)
    for one in sheet.form.fields:
        draw_field(sheet, one, answers[one.name])
    for where, trouble in (troubles or {}).items():
        _trouble(sheet, sheet.form.field_named(where), answers[where], trouble)
    return sheet


def draw_field(sheet: Sheet, one: Field, answer: Answer) -> None:
    """Put one answer into its field."""
    if one.kind is Kind.CHECKBOX:
        if answer.text == "true" and one.box:
            _tick(sheet, one.box)
    elif one.kind is Kind.CIRCLE:
        for option in one.options:
            if option.value == answer.text:
                _ring(sheet, option.box)
    elif one.box is None or not answer.written:
        return
    elif one.cells:
        _cells(sheet, one, one.box, answer.written)
    else:
        _lines(sheet, one, one.box, answer.written)


def _cells(sheet: Sheet, one: Field, box: Box, text: str) -> None:
    """One character a box; short numbers stand at the right."""
    count = one.cells or len(text)
    start = count - len(text) if one.kind is Kind.BOXED_DIGITS else 0
    wide = box.width / count
    em = (
        sheet.style.points * 25.4 / 72
        if sheet.style.points
        else min(wide, box.height) * 0.74 * sheet.hand.size
    )
    loose = 0.07 if sheet.style.hand else 0.03
    for place, character in enumerate(text[:count]):
        if character in " 　":
            continue
        x = box.x + (start + place + 0.5 + sheet.random.gauss(0, loose)) * wide
        y = box.y + (0.5 + sheet.random.gauss(0, loose * 0.8)) * box.height
        _glyph(sheet, one.name, character, x, y, em)


def _lines(sheet: Sheet, one: Field, box: Box, text: str) -> None:
    rows = text.split("\n")
    height = box.height / max(len(rows), 3 if one.kind is Kind.FREE else 1)
    for number, row in enumerate(rows):
        _line(sheet, one, Box(box.x, box.y + number * height, box.width, height), row)


def _line(sheet: Sheet, one: Field, box: Box, text: str) -> None:
    """One line of text in the middle of its box; amounts stand at the right."""
    random, hand = sheet.random, sheet.hand
    usual = min(box.height * 0.66, LARGE_HAND) * hand.size
    em = sheet.style.points * 25.4 / 72 if sheet.style.points else usual
    room = box.width - 2.4
    advances = [_advance(sheet, character) for character in text]
    gaps = hand.gap * (len(text) - 1)
    em = min(em, room / (sum(advances) + gaps), box.height * 0.92)
    length = em * (sum(advances) + gaps)
    spare = room - length
    left = spare if one.kind is Kind.AMOUNT else min(spare, random.uniform(0, 3))
    x = box.x + 1.2 + left
    y = box.y + box.height / 2 + (random.gauss(0, 0.03) * box.height if sheet.style.hand else 0)
    drift = random.gauss(0, 0.006) if sheet.style.hand else 0.0
    start = x
    for character, advance in zip(text, advances, strict=True):
        if character not in " 　":
            _glyph(sheet, one.name, character, x + advance * em / 2, y + (x - start) * drift, em)
        x += (advance + hand.gap) * em


def _advance(sheet: Sheet, character: str) -> float:
    if character in " 　":
        return 0.45
    found = sheet.face.glyph(character, 64)
    if found is None:
        raise ValueError(f"{sheet.face.name} has no «{character}»")
    return found[1]


def _glyph(sheet: Sheet, name: str, character: str, x: float, y: float, em: float) -> None:
    """One glyph with its middle at (x, y) mm and an em of ``em`` mm."""
    random, hand = sheet.random, sheet.hand
    uneven = hand.uneven
    px = max(6, round(em * MM * (1 + random.gauss(0, uneven))))
    found = sheet.face.glyph(character, px)
    if found is None:
        raise ValueError(f"{sheet.face.name} has no «{character}»")
    ink = found[0].astype(np.float32) / 255
    if sheet.style.hand:
        ink = _shaken(ink, hand, random)
        y += random.gauss(0, uneven) * em
        x += random.gauss(0, uneven / 2) * em
    _lay(sheet, name, ink, x * MM, y * MM)


def _shaken(ink: Ink, hand: Hand, random: Random) -> Ink:
    """Slanted, turned and drawn with another pen."""
    side = ink.shape[0]
    turn = math.radians(random.gauss(0, hand.turn))
    cos, sin = math.cos(turn), math.sin(turn)
    shear = hand.slant + random.gauss(0, 0.02)
    wide = 1 + random.gauss(0, 0.04)
    matrix = np.array([[cos * wide, -sin - shear], [sin, cos]], np.float32)
    middle = np.array([side / 2, side / 2], np.float32)
    moved = middle - matrix @ middle
    ink = cv2.warpAffine(ink, np.column_stack([matrix, moved]), (side, side), flags=cv2.INTER_LINEAR)
    bend = cv2.GaussianBlur(
        np.array([[random.gauss(0, 1) for _ in range(8)] for _ in range(8)], np.float32), (0, 0), 1.0
    )
    bend = cv2.resize(bend, (side, side), interpolation=cv2.INTER_CUBIC) * side * 0.02
    columns, rows = np.meshgrid(np.arange(side, dtype=np.float32), np.arange(side, dtype=np.float32))
    ink = cv2.remap(ink, columns + bend, rows + bend.T, cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(ink, (0, 0), 0.8)
    if hand.pen > 0:
        size = 3
        thick = cv2.dilate(soft, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
        return np.asarray(soft + (thick - soft) * min(hand.pen, 1.6) / 1.6, np.float32)
    thin = cv2.erode(soft, np.ones((3, 3), np.uint8))
    return np.asarray(soft + (thin - soft) * min(-hand.pen, 1.0) * 0.6, np.float32)


def _lay(sheet: Sheet, name: str, ink: Ink, x: float, y: float) -> None:
    """Ink with its middle at (x, y) px, to a fraction of a pixel; what leaves the page is lost."""
    high, wide = ink.shape
    left, top = x - wide / 2, y - high / 2
    whole = math.floor(left), math.floor(top)
    shift = np.array([[1, 0, left - whole[0]], [0, 1, top - whole[1]]], np.float32)
    ink = cv2.warpAffine(ink, shift, (wide + 1, high + 1), flags=cv2.INTER_LINEAR)
    rows, columns = sheet.ink.shape
    a, b = max(0, whole[0]), max(0, whole[1])
    c, d = min(columns, whole[0] + wide + 1), min(rows, whole[1] + high + 1)
    if a >= c or b >= d:
        return
    part = ink[b - whole[1] : d - whole[1], a - whole[0] : c - whole[0]]
    place = sheet.ink[b:d, a:c]
    np.maximum(place, part, out=place)
    ys, xs = np.nonzero(part > 0.3)
    if len(xs):
        old = sheet.extents.get(name, (columns, rows, 0, 0))
        sheet.extents[name] = (
            min(old[0], a + int(xs.min())),
            min(old[1], b + int(ys.min())),
            max(old[2], a + int(xs.max())),
            max(old[3], b + int(ys.max())),
        )


def _stroke(sheet: Sheet, points: list[tuple[float, float]], wide_mm: float) -> None:
    """A pen stroke through points in mm."""
    layer = np.zeros_like(sheet.ink)
    line = np.array([[round(x * MM * 16), round(y * MM * 16)] for x, y in points], np.int32)
    cv2.polylines(layer, [line], False, 1.0, max(1, round(wide_mm * MM)), cv2.LINE_AA, 4)
    np.maximum(sheet.ink, layer, out=sheet.ink)


def _pen(sheet: Sheet) -> float:
    return sheet.random.uniform(0.35, 0.6)


def _tick(sheet: Sheet, box: Box) -> None:
    """✓, × or ■ in a checkbox."""
    random, side = sheet.random, box.width
    shake = lambda: random.gauss(0, 0.06) * side  # noqa: E731
    kind = random.choices(("tick", "cross", "fill"), (7, 2, 1))[0]
    at = lambda u, v: (box.x + u * side + shake(), box.y + v * box.height + shake())  # noqa: E731
    if kind == "tick":
        _stroke(sheet, [at(0.12, 0.5), at(0.42, 0.88), at(1.0, 0.0)], _pen(sheet))
    elif kind == "cross":
        _stroke(sheet, [at(0.1, 0.1), at(0.9, 0.9)], _pen(sheet))
        _stroke(sheet, [at(0.9, 0.1), at(0.1, 0.9)], _pen(sheet))
    else:
        rows = [at(0.1 if number % 2 else 0.9, 0.1 + 0.1 * number) for number in range(9)]
        _stroke(sheet, rows, 0.7)


def _ring(sheet: Sheet, box: Box) -> None:
    """○ around a word, drawn a little past its beginning."""
    random = sheet.random
    word = min(box.width, box.height * 2.6)
    a = word / 2 * random.uniform(0.86, 1.05)
    b = box.height / 2 * random.uniform(0.86, 1.1)
    x = box.x + box.width / 2 + random.gauss(0, 0.05) * word
    y = box.y + box.height / 2 + random.gauss(0, 0.05) * box.height
    start = random.uniform(0, 6.28)
    points = []
    for step in range(49):
        turn = start + step / 48 * (2 * math.pi + random.uniform(0.1, 0.2))
        grow = 1 + 0.04 * math.sin(turn * 2 + start)
        points.append((x + a * grow * math.cos(turn), y + b * grow * math.sin(turn)))
    _stroke(sheet, points, _pen(sheet))


def _trouble(sheet: Sheet, one: Field, answer: Answer, trouble: Trouble) -> None:
    middle, extent = _where(sheet, one)
    if trouble == "seal":
        _seal(sheet, middle)
    elif trouble == "strike":
        for shift in (-0.5, 0.5):
            left, right = (extent[0] - 1, middle[1] + shift), (extent[2] + 1, middle[1] + shift * 1.2)
            _stroke(sheet, [left, right], 0.35)
    elif trouble == "overwritten" and one.box:
        other = "".join(str((int(c) + 3) % 10) if c.isdecimal() else c for c in answer.written[::-1])
        draw_field(sheet, one, Answer(other, other))
    elif trouble == "outside" and one.box:
        down = Box(one.box.x + 6, one.box.y + one.box.height * 0.62, one.box.width, one.box.height)
        sheet.ink[_pixels(one.box)] = 0
        draw_field(sheet, Field(one.name, one.kind, down, cells=one.cells), answer)
    elif trouble == "misread":
        _ambiguous(sheet, one, answer.written)
    elif trouble == "two_marks":
        for option in one.options:
            if option.value != answer.text:
                _ring(sheet, option.box)
                break


def _ambiguous(sheet: Sheet, one: Field, number: str) -> None:
    """Blots that make digits look like others, chosen so that the check digit holds for the look-alike."""
    holds = personal_number_holds if one.kind is Kind.MY_NUMBER else corporate_number_holds
    looks = dict(zip("1735609428", "7186888973", strict=True))
    pairs = ((a, b) for a in range(len(number)) for b in range(a + 1, len(number)))
    for a, b in pairs:
        other = "".join(looks[c] if place in (a, b) else c for place, c in enumerate(number))
        if holds(other) and one.box:
            kept, sheet.ink = sheet.ink, np.zeros_like(sheet.ink)
            alone = "".join(c if place in (a, b) else " " for place, c in enumerate(other))
            _cells(sheet, one, one.box, alone)
            sheet.ink = np.maximum(kept, sheet.ink * 0.8)
            return


def _where(sheet: Sheet, one: Field) -> tuple[tuple[float, float], tuple[float, float, float, float]]:
    """Middle and extent, in mm, of what was drawn in a field (of its box when nothing was)."""
    box = one.boxes[0]
    drawn = sheet.extents.get(one.name)
    extent = (box.x, box.y, box.right, box.bottom)
    if drawn is not None:
        extent = (drawn[0] / MM, drawn[1] / MM, drawn[2] / MM, drawn[3] / MM)
    return ((extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2), extent


def _pixels(box: Box) -> tuple[slice, slice]:
    return (
        slice(round(box.y * MM), round(box.bottom * MM)),
        slice(round(box.x * MM), round(box.right * MM)),
    )


def _seal(sheet: Sheet, at: tuple[float, float], *, wide_mm: float = 10.5) -> None:
    """A round red seal pressed on paper and ink, uneven as from a pad."""
    random = sheet.random
    layer = np.zeros(sheet.ink.shape, np.float32)
    middle = (round(at[0] * MM), round(at[1] * MM))
    cv2.circle(layer, middle, round(wide_mm / 2 * MM), 1.0, round(0.55 * MM), cv2.LINE_AA)
    kept, sheet.ink = sheet.ink, layer
    style, sheet.style = sheet.style, Style(sheet.style.font, 13)
    for number, character in enumerate(random.choice(("森田", "青木", "三浦", "石井"))):
        _glyph(sheet, "", character, at[0], at[1] - 2.1 + 4.2 * number, 4.3)
    layer, sheet.ink, sheet.style = sheet.ink, kept, style
    sheet.extents.pop("", None)
    rough = np.random.default_rng(random.randrange(2**32)).random(layer.shape, np.float32)
    cover = layer * (0.78 + 0.22 * (cv2.GaussianBlur(rough, (0, 0), 3) > 0.49))
    sheet.paper = _tinted(sheet.paper, cover, SEAL_RED)


def _tinted(paper: NDArray[np.uint8], cover: Ink, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Colour laid over paper: what is dark stays dark."""
    tint = np.array(colour, np.float32) / 255
    over = paper * (1 - cover[..., None] * (1 - tint))
    return np.asarray(np.clip(over, 0, 255), np.uint8)
