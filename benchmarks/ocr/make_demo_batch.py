"""Make the demo's scans anew: ``src/yakuba/site/demo/ocr_scans/*.jpg`` and ``truth.json`` beside them.

    python -m benchmarks.ocr.make_demo_batch [--fonts FOLDER]

40 made scans (合成画像) with small scanner faults, and among them the troubles that a batch brings: a sheet
that is no form, one upside down, one faint, one with a seal over words, one struck through, one of the
revised version.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from benchmarks.ocr.drawing import DPI, Style, Trouble
from benchmarks.ocr.fonts import folder_of
from benchmarks.ocr.scans import MadeScan, Scanner, make_scan, scan, with_dpi

from yakuba.site.demo.ocr_forms.layouts import cover

PLACE = Path(__file__).parents[2] / "src/yakuba/site/demo/ocr_scans"
QUALITY = 38  # JPEG; the folder stays under 6 MB
TYPED = tuple(Style(font, 10.5) for font in ("noto-sans", "ipaex-mincho", "biz-udgothic", "ipaex-gothic"))
WRITTEN = tuple(Style(font, None) for font in ("klee", "yomogi", "zen-kurenaido", "yusei-magic"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the batch."""

    layout: str
    style: Style
    trouble: str = ""
    troubles: dict[str, Trouble] = field(default_factory=dict)
    scanner: dict[str, Any] = field(default_factory=dict)


def sheets() -> list[Sheet]:
    """The batch in its order."""
    found = [Sheet("kyuyo", TYPED[number % 4]) for number in range(16)]
    found += [Sheet("noen", WRITTEN[number % 4]) for number in range(10)]
    found += [Sheet("anketo", WRITTEN[number % 4]) for number in range(8)]
    odd = {
        4: Sheet("kyuyo", TYPED[0], "upside_down", scanner={"upside_down": True}),
        9: Sheet("kyuyo", TYPED[2], "seal", {"payee_name": "seal"}),
        13: Sheet("kyuyo", TYPED[1], "strike", {"paid": "strike"}),
        18: Sheet("cover", TYPED[0], "wrong_form"),
        23: Sheet("noen", WRITTEN[0], "faint", scanner={"black": 150}),
        28: Sheet("noen_kaisei", WRITTEN[1], "revised"),
    }
    for place, sheet in odd.items():
        found.insert(place, sheet)
    return found


def scanner_for(random: Random, **more: Any) -> Scanner:
    """A good office scanner: little noise keeps the files small."""
    usual: dict[str, Any] = {
        "turn": random.gauss(0, 0.35),
        "shift_x": random.gauss(0, 0.7),
        "shift_y": random.gauss(0, 0.7),
        "scale": random.uniform(0.997, 1.003),
        "blur": random.uniform(0.35, 0.55),
        "noise": 0.6,
        "quality": 95,
        "white": random.randint(245, 253),
        "black": random.randint(10, 40),
    }
    return Scanner(**{**usual, **more})


def encoded(made: MadeScan, *, colour: bool) -> bytes:
    """The scan as a small JPEG."""
    picture = made.image if colour else cv2.cvtColor(made.image, cv2.COLOR_BGR2GRAY)
    flags = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    done, data = cv2.imencode(".jpg", picture, flags)
    if not done:
        raise RuntimeError("the picture could not be encoded")
    return with_dpi(data.tobytes(), 200)


def cover_scan(scanner: Scanner, random: Random) -> MadeScan:
    """A sheet that is none of the forms."""
    page = cv2.imdecode(np.frombuffer(cover().png(DPI), np.uint8), cv2.IMREAD_COLOR)
    image, data = scan(np.asarray(page, np.uint8), scanner, random)
    form = make_scan("anketo", TYPED[0], 0, folder_of(None), empty=True).form
    return MadeScan(image, data, form, {}, {"layout": "cover", "fields": {}})


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description="make the demo's scans anew")
    parser.add_argument("--fonts")
    fonts = folder_of(parser.parse_args().fonts)
    PLACE.mkdir(exist_ok=True)
    truths = []
    for number, sheet in enumerate(sheets(), 1):
        random = Random(f"demo:{number}")
        scanner = scanner_for(random, **sheet.scanner)
        if sheet.layout == "cover":
            made = cover_scan(scanner, random)
        else:
            seed = 990_000 + number
            made = make_scan(sheet.layout, sheet.style, seed, fonts, scanner=scanner, troubles=sheet.troubles)
        name = f"{number:02d}.jpg"
        (PLACE / name).write_bytes(encoded(made, colour=sheet.trouble == "seal"))
        fields = {one: row["text"] for one, row in made.truth["fields"].items()}
        truths.append(
            {
                "file": name,
                "layout": sheet.layout,
                "trouble": sheet.trouble,
                "font": sheet.style.font,
                "fields": fields,
            }
        )
    document = {"label": "合成画像（デモ）", "scans": truths}
    (PLACE / "truth.json").write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
