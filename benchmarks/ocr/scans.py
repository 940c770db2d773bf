"""Made scans (合成画像): filled-in forms of 汐見区 with the faults of scanners, and what is truly on them.

    python -m benchmarks.ocr.scans -o FOLDER [--form noen] [--font klee] [--points 10.5|hand] [--dpi 200]
        [--count 10] [--seed 1] [--fonts FOLDER]

Writes ``NNNN.jpg`` (``.png`` for one-bit scans) and ``NNNN.json`` beside it: form, version, font, size, seed,
scanner faults, troubles, and for every field ``text`` (normalised as in the contract), ``written`` and
``kind``. The same arguments give the same files.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from benchmarks.ocr.drawing import DPI, MM, Style, Trouble, fill
from benchmarks.ocr.fonts import GROUPS, HAND, PLACES, face, folder_of
from benchmarks.ocr.values import Answer, answers
from numpy.typing import NDArray

from yakuba.ocr.domain.form import FormDefinition
from yakuba.site.demo.ocr_forms import NAMES, definition

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Scanner:
    """What the scanner (or camera) does to the sheet."""

    dpi: int = 200
    turn: float = 0.0  # degrees
    shift_x: float = 0.0  # mm
    shift_y: float = 0.0
    scale: float = 1.0
    blur: float = 0.0  # px at the scan's dpi
    noise: float = 0.0  # grey levels
    quality: int = 90  # JPEG
    white: int = 250  # grey level of paper
    black: int = 10  # grey level of full ink
    texture: float = 0.0  # grey levels
    one_bit: bool = False
    holes: bool = False
    upside_down: bool = False
    inverted: bool = False
    photo: float = 0.0  # perspective and shade of a photograph, 0 to 1


def scanner_of(random: Random, dpi: int = 200) -> Scanner:
    """An ordinary office scanner."""
    return Scanner(
        dpi=dpi,
        turn=max(-1.5, min(1.5, random.gauss(0, 0.5))),
        shift_x=max(-3.0, min(3.0, random.gauss(0, 1.0))),
        shift_y=max(-3.0, min(3.0, random.gauss(0, 1.0))),
        scale=random.uniform(0.994, 1.006),
        blur=random.uniform(0.2, 0.6) * dpi / 200,
        noise=random.uniform(1.5, 5.0),
        quality=random.randint(72, 92),
        white=random.randint(238, 253),
        black=random.randint(5, 45),
        texture=random.uniform(0, 2.5),
        holes=random.random() < 0.25,
    )


@dataclass(frozen=True, slots=True)
class MadeScan:
    """One scan: its picture (BGR), its file (JPEG or PNG) and the truth."""

    image: Image
    data: bytes
    form: FormDefinition
    answers: dict[str, Answer]
    truth: dict[str, Any] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """The file's ending."""
        return ".png" if self.data.startswith(b"\x89PNG") else ".jpg"


def make_scan(
    name: str,
    style: Style,
    seed: int,
    fonts: Path,
    *,
    dpi: int = 200,
    scanner: Scanner | None = None,
    troubles: dict[str, Trouble] | None = None,
    changed: dict[str, Answer] | None = None,
    empty: bool = False,
) -> MadeScan:
    """A filled-in and scanned form; the same arguments give the same bytes.

    ``changed`` replaces answers, ``empty`` leaves every field empty, ``troubles`` spoil single fields.
    """
    random = Random(f"{name}:{style.font}:{style.points}:{seed}")
    form = definition(name)
    letters = face(style.font, fonts)
    given = answers(form, random, letters.covers)
    given |= changed or {}
    if empty:
        given = {one.name: Answer("", "false" if one.kind == "checkbox" else "") for one in form.fields}
    sheet = fill(name, given, letters, style, random, troubles)
    scanner = scanner or scanner_of(random, dpi)
    image, data = scan(sheet.image(), scanner, random)
    truth = {
        "label": "合成画像",
        "form": form.name,
        "version": form.version,
        "layout": name,
        "font": style.font,
        "points": style.points,
        "seed": seed,
        "scanner": asdict(scanner),
        "troubles": troubles or {},
        "fields": {
            one.name: {
                "text": given[one.name].text,
                "written": given[one.name].written,
                "kind": one.kind.value,
            }
            for one in form.fields
        },
    }
    return MadeScan(image, data, form, given, truth)


def scan(page: Image, scanner: Scanner, random: Random) -> tuple[Image, bytes]:
    """What comes out of the scanner: the decoded picture and the file."""
    chance = np.random.default_rng(random.randrange(2**32))
    if scanner.holes:
        page = _punched(page)
    page = _moved(page, scanner)
    page = levels(page, scanner, chance)
    if scanner.upside_down:
        page = np.ascontiguousarray(page[::-1, ::-1])
    if scanner.inverted:
        page = 255 - page
    if scanner.one_bit:
        grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
        page = cv2.cvtColor(np.where(grey > 150, 255, 0).astype(np.uint8), cv2.COLOR_GRAY2BGR)
        done, data = cv2.imencode(".png", cv2.cvtColor(page, cv2.COLOR_BGR2GRAY))
    else:
        done, data = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, scanner.quality])
    if not done:
        raise RuntimeError("the picture could not be encoded")
    read = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(read, np.uint8), with_dpi(data.tobytes(), scanner.dpi)


def _moved(page: Image, scanner: Scanner) -> Image:
    """Turned, shifted, scaled and brought to the scanner's resolution; beyond the sheet is white."""
    high, wide = page.shape[:2]
    ratio = scanner.dpi / DPI
    size = (round(wide * ratio), round(high * ratio))
    if ratio < 1:
        page = cv2.GaussianBlur(page, (0, 0), 0.42 / ratio)  # what a sensor of that pitch averages
    turn = math.radians(scanner.turn)
    cos, sin = math.cos(turn) * scanner.scale * ratio, math.sin(turn) * scanner.scale * ratio
    middle = np.array([wide / 2, high / 2])
    rotation = np.array([[cos, -sin], [sin, cos]])
    target = np.array(size) / 2 + np.array([scanner.shift_x, scanner.shift_y]) * MM * ratio
    matrix = np.eye(3)
    matrix[:2, :2] = rotation
    matrix[:2, 2] = target - rotation @ middle
    if scanner.photo:
        matrix = _camera(size, scanner.photo) @ matrix
    return np.asarray(
        cv2.warpPerspective(
            page, matrix, size, flags=cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT, borderValue=(96, 104, 112) if scanner.photo else (255, 255, 255),
        ),
        np.uint8,
    )  # fmt: skip


def _camera(size: tuple[int, int], strength: float) -> NDArray[np.float64]:
    """A sheet on a table seen from the side."""
    wide, high = size
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    inward = np.array([[0.09, 0.06], [-0.03, 0.02], [-0.06, -0.05], [0.02, -0.02]], np.float32)
    seen = corners + inward * strength * np.array([wide, high], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners, seen.astype(np.float32)), np.float64)


def levels(page: Image, scanner: Scanner, chance: np.random.Generator) -> Image:
    """Blur, contrast, paper texture, shade and noise."""
    if scanner.blur:
        page = cv2.GaussianBlur(page, (0, 0), scanner.blur)
    grey = page.astype(np.float32) * ((scanner.white - scanner.black) / 255) + scanner.black
    high, wide = page.shape[:2]
    if scanner.texture:
        coarse = chance.normal(0, 1, (high // 6 + 1, wide // 6 + 1)).astype(np.float32)
        texture = cv2.resize(cv2.GaussianBlur(coarse, (0, 0), 1.2), (wide, high))
        grey += (texture * scanner.texture * 2.4)[..., None]
    if scanner.photo:
        shade = np.linspace(1.0, 1.0 - 0.35 * scanner.photo, wide, dtype=np.float32)
        grey *= shade[None, :, None]
    if scanner.noise:
        grey += chance.normal(0, scanner.noise, (high, wide, 1)).astype(np.float32)
    return np.clip(grey, 0, 255).astype(np.uint8)


def _punched(page: Image) -> Image:
    """Two holes of a file at the left edge, 80 mm apart."""
    page = page.copy()
    middle = page.shape[0] // 2
    for y in (middle - round(40 * MM), middle + round(40 * MM)):
        cv2.circle(page, (round(11 * MM), y), round(3 * MM), (70, 70, 70), -1, cv2.LINE_AA)
    return page


def with_dpi(data: bytes, dpi: int) -> bytes:
    """The resolution written into a JPEG (JFIF) or PNG (pHYs) file, as scanners do."""
    if data.startswith(b"\xff\xd8") and data[6:11] == b"JFIF\x00":
        return data[:13] + b"\x01" + dpi.to_bytes(2, "big") * 2 + data[18:]
    if data.startswith(b"\x89PNG"):
        import zlib

        metre = round(dpi / 0.0254).to_bytes(4, "big")
        chunk = b"pHYs" + metre * 2 + b"\x01"
        return data[:33] + (9).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big") + data[33:]
    return data


def many(
    layouts: tuple[str, ...],
    styles: tuple[Style, ...],
    count: int,
    seed: int,
    fonts: Path,
    *,
    dpi: int = 200,
) -> Iterator[MadeScan]:
    """``count`` scans that go round the layouts and styles."""
    for number in range(count):
        name = layouts[number % len(layouts)]
        style = styles[(number // len(layouts)) % len(styles)]
        yield make_scan(name, style, seed * 100_000 + number, fonts, dpi=dpi)


def main() -> None:
    """Write scans and truths into a folder."""
    parser = argparse.ArgumentParser(description="make filled-in scans with known truth")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--form", choices=(*NAMES, "all"), default="all")
    parser.add_argument("--font", choices=(*PLACES, *GROUPS), default="tuning")
    parser.add_argument("--points", default="auto", help="a size such as 10.5, or «hand»; auto: by the font")
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--one-bit", action="store_true")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fonts")
    chosen = parser.parse_args()
    fonts = folder_of(chosen.fonts)
    layouts = ("kyuyo", "noen", "anketo") if chosen.form == "all" else (chosen.form,)
    styles = styles_of(chosen.font, chosen.points)
    chosen.output.mkdir(parents=True, exist_ok=True)
    for number, made in enumerate(many(layouts, styles, chosen.count, chosen.seed, fonts, dpi=chosen.dpi)):
        if chosen.one_bit:
            scanner = replace(Scanner(**made.truth["scanner"]), one_bit=True)
            style = Style(made.truth["font"], made.truth["points"])
            made = make_scan(made.truth["layout"], style, made.truth["seed"], fonts, scanner=scanner)
        (chosen.output / f"{number:04d}{made.suffix}").write_bytes(made.data)
        text = json.dumps(made.truth, ensure_ascii=False, indent=1)
        (chosen.output / f"{number:04d}.json").write_text(text, "utf-8")


def styles_of(font: str, points: str = "auto") -> tuple[Style, ...]:
    """The styles of a font or of a group of fonts."""
    fonts = GROUPS.get(font, (font,))

    def size(one: str) -> float | None:
        if points == "auto":
            return None if one in HAND else 10.5
        return None if points == "hand" else float(points)

    return tuple(Style(one, size(one)) for one in fonts)


if __name__ == "__main__":
    main()
