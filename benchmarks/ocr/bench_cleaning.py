"""How surely traces of correction are flagged, and how often clean fields are. A JSON line a case.

    python -m benchmarks.ocr.bench_cleaning [--pages 12] [--fonts FILE…] [--seed 1] [--dump DIR]

Pages are invented forms filled in by fonts, with faults drawn by chance, scanned with skew and noise, laid on
the blank and cleaned; all of it is font-made and drawn, nothing is real handwriting. ``flagged`` counts
fields with any reason that sends them to staff; ``right`` those with the reason of the fault.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from tests.ocr import made_faults as faults
from tests.ocr import made_pages as pages

from yakuba.ocr.domain.cleaning import clean_field
from yakuba.ocr.domain.reading import Reason
from yakuba.ocr.domain.registration import Registered, Template, register

DPI = 300
TEXTS = (
    "汐見　太郎", "しおみ　たろう", "昭和58年7月21日", "123-4567", "汐見区港町三丁目4番5号", "03-1234-5678",
    "株式会社汐見商事", "東京都千代田区一ツ橋二丁目", "3,456,789", "840,000", "1,200,000", "55,300",
    "高橋　一二三", "サトウ　ハナコ", "山口　十四郎", "田中　八重", "二〇二六年", "カトー・リリー",
)  # fmt: skip
LAYOUT = pages.Layout()

Draw = Callable[[pages.Array, faults.BoxMm, float, np.random.Generator], pages.Array]


def _seal_at(
    page: pages.Array, text: faults.BoxMm, chance: np.random.Generator, **kind: object
) -> pages.Array:
    x, y, width, height = text
    centre = (x + width * chance.uniform(0.3, 1.0), y + height * chance.uniform(0.2, 0.8))
    return faults.seal(page, centre, DPI, chance=chance, **kind)  # type: ignore[arg-type]


CASES: dict[str, tuple[Reason | None, Draw]] = {
    "clean": (None, lambda page, text, pitch, chance: page),
    "strike_single": (
        Reason.STRIKE_THROUGH, lambda page, text, pitch, chance: faults.strike(page, text, DPI, chance)),
    "strike_thin": (
        Reason.STRIKE_THROUGH,
        lambda page, text, pitch, chance: faults.strike(page, text, DPI, chance, width_mm=0.25)),
    "strike_double": (
        Reason.STRIKE_THROUGH,
        lambda page, text, pitch, chance: faults.strike(page, text, DPI, chance, double=True)),
    "strike_diagonal": (
        Reason.STRIKE_THROUGH,
        lambda page, text, pitch, chance: faults.strike(page, text, DPI, chance, diagonal=True)),
    "strike_red": (
        Reason.SEAL,
        lambda page, text, pitch, chance: faults.strike(page, text, DPI, chance, colour=(40, 40, 210))),
    "strike_two_glyphs": (
        Reason.STRIKE_THROUGH,
        lambda page, text, pitch, chance: faults.strike(
            page, (text[0] + 0.5 * pitch, text[1], 2 * pitch, text[3]), DPI, chance)),
    "strike_one_double": (
        Reason.STRIKE_THROUGH,
        lambda page, text, pitch, chance: faults.strike(
            page, (text[0] + pitch, text[1], pitch, text[3]), DPI, chance, double=True)),
    "scribble": (
        Reason.OVERWRITTEN,
        lambda page, text, pitch, chance: faults.scribble(
            page, (text[0] + pitch, text[1], pitch, text[3]), DPI, chance)),
    "cross_out": (
        Reason.OVERWRITTEN,
        lambda page, text, pitch, chance: faults.cross_out(
            page, (text[0] + pitch, text[1], pitch, text[3]), DPI)),
    "whitened": (
        Reason.OVERWRITTEN,
        lambda page, text, pitch, chance: faults.whiten(
            page, (text[0] + 4, text[1] - 3, 12, 12), DPI)),
    "seal": (Reason.SEAL, lambda page, text, pitch, chance: _seal_at(page, text, chance)),
    "seal_small": (
        Reason.SEAL,
        lambda page, text, pitch, chance: _seal_at(page, text, chance, diameter_mm=6.0, name="汐")),
    "seal_faint": (
        Reason.SEAL, lambda page, text, pitch, chance: _seal_at(page, text, chance, strength=0.45)),
}  # fmt: skip


def filled(case: str, fonts: list[str], chance: np.random.Generator) -> pages.Array:
    """A page whose every row carries the case's fault; 300 dpi, blue green red."""
    sheet = Image.fromarray(cv2.cvtColor(pages.blank(LAYOUT, DPI), cv2.COLOR_GRAY2BGR))
    drawn: list[tuple[faults.BoxMm, float]] = []
    for row in range(len(LAYOUT.rows)):
        x, y, _, height = pages.row_box(row, LAYOUT)
        size = float(chance.uniform(4.2, 6.2))
        face = ImageFont.truetype(str(chance.choice(fonts)), round(size * DPI / 25.4))
        text = str(chance.choice(TEXTS))
        draw = ImageDraw.Draw(sheet)
        at = (
            (x + chance.uniform(2, 12)) * DPI / 25.4,
            (y + height / 2 + chance.uniform(-0.6, 0.6)) * DPI / 25.4,
        )
        ink = tuple(int(value) for value in (chance.integers(20, 120), *chance.integers(20, 70, 2)))
        draw.text(at, text, font=face, fill=ink, anchor="lm")
        left, top, right, bottom = (
            value * 25.4 / DPI for value in draw.textbbox(at, text, face, anchor="lm")
        )
        drawn.append(((left, top, right - left, bottom - top), (right - left) / len(text)))
    page = np.asarray(sheet, dtype=np.uint8)
    for text_box, pitch in drawn if case != "whitened" else drawn[::6]:
        page = CASES[case][1](page, text_box, pitch, chance)
    return page


def scan(page: pages.Array, mode: str, chance: np.random.Generator) -> pages.Array:
    """As a scanner gives it: colour at 200 or 300 dpi, gray, one bit, or a strongly packed JPEG."""
    dpi = 300 if mode == "colour300" else 200
    place = pages.placement(
        DPI, dpi, degrees=float(chance.uniform(-2, 2)), shift_mm=(float(chance.uniform(-2, 2)), 1.0)
    )
    source = page if mode.startswith("colour") or mode == "jpeg" else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    made = pages.scanned(
        source, place, dpi, one_bit=mode == "onebit", noise=float(chance.uniform(2, 8)),
        blur=float(chance.uniform(0.4, 0.9)), seed=int(chance.integers(1 << 30)),
    )  # fmt: skip
    if mode == "jpeg":
        _, packed = cv2.imencode(".jpg", made, [cv2.IMWRITE_JPEG_QUALITY, 45])
        made = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return np.asarray(made, dtype=np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=3, help="pages a case and kind of scan")
    parser.add_argument("--fonts", nargs="*", default=[pages.SANS, pages.SERIF])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", nargs="*", default=list(CASES))
    parser.add_argument("--modes", nargs="*", default=["colour200", "colour300", "jpeg", "gray", "onebit"])
    parser.add_argument("--dump", type=Path)
    asked = parser.parse_args()
    template = Template(pages.blank(LAYOUT, 200), pages.WIDTH_MM, pages.HEIGHT_MM)
    for case in asked.cases:
        for mode in asked.modes:
            chance = np.random.default_rng([asked.seed, sum(map(ord, case + mode))])
            count: Counter[str] = Counter()
            reasons: Counter[str] = Counter()
            spent = 0.0
            for number in range(asked.pages):
                done = register(scan(filled(case, asked.fonts, chance), mode, chance), template)
                if not isinstance(done, Registered):
                    count["refused_pages"] += 1
                    continue
                for row in range(len(LAYOUT.rows)):
                    box = pages.to_px(pages.row_box(row, LAYOUT))
                    start = time.perf_counter()
                    field = clean_field(done.image, template, box)
                    spent += time.perf_counter() - start
                    count["fields"] += 1
                    count["flagged"] += bool(field.reasons)
                    count["right"] += CASES[case][0] in field.reasons
                    reasons.update(reason.value for reason in field.reasons)
                    if asked.dump and bool(field.reasons) == (case == "clean"):
                        x, y, width, height = box
                        seen = done.image[y - 20 : y + height + 20, x - 20 : x + width + 20]
                        asked.dump.mkdir(parents=True, exist_ok=True)
                        cv2.imwrite(str(asked.dump / f"{case}-{mode}-{number}-{row}.png"), seen)
            line = {
                "case": case,
                "scan": mode,
                **{key: count[key] for key in ("fields", "flagged", "right", "refused_pages")},
                "reasons": dict(reasons),
                "ms_per_field": round(1000 * spent / max(1, count["fields"]), 1),
            }
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
