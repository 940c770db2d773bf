"""Single characters: our nets against the line engines, on the same pictures in the same run. JSON lines.

    python -m benchmarks.ocr.bench_cells --hiragana FOLDER --digits DATA.npz --readings READINGS.npz

FOLDER holds ``kana<ROMAJI><n>.jpg``. Digits are read by cross-fitted nets (READINGS, see
``training/ocr/crossfit_digits.py``), since the shipped net has learnt them; its time
is measured all the same.
A line engine reads a cell as a line of one character with room around it; ``masked`` allows it only the
characters of the set, which is what a form's charset does.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

from yakuba.core.weights import find
from yakuba.ocr.domain.cell_image import is_light_on_dark
from yakuba.ocr.engines.cells import CellReader, Charset

# The files' names: Hepburn, one word a letter.
NAMES = """A I U E O KA KI KU KE KO SA SHI SU SE SO TA CHI TSU TE TO NA NI NU NE NO HA HI FU HE HO
MA MI MU ME MO YA YU YO RA RI RU RE RO WA WO N BA DA JI PI"""
LETTERS = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんばだじぴ"
)
ROMAJI = dict(zip(NAMES.split(), LETTERS, strict=True))


class LineEngine:
    """A PP-OCR line recogniser on single cells, one thread."""

    def __init__(self, name: str, characters: Sequence[str] | None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(find(name)), options)
        if characters is None:
            characters = self.session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self.characters = ["", *characters, " "]

    def shares(self, cell: np.ndarray) -> np.ndarray:
        dark = 255 - cell if is_light_on_dark(cell) else cell
        scale = 36 / dark.shape[0]
        small = cv2.resize(dark, (max(1, round(dark.shape[1] * scale)), 36), interpolation=cv2.INTER_AREA)
        line = np.full((48, max(96, small.shape[1] + 24)), 255, np.uint8)
        left = (line.shape[1] - small.shape[1]) // 2
        line[6:42, left : left + small.shape[1]] = small
        picture = (np.repeat(line[None, None], 3, 1).astype(np.float32) / 255 - 0.5) / 0.5
        (out,) = self.session.run(None, {self.session.get_inputs()[0].name: picture})
        return np.asarray(out[0])

    def read(self, cell: np.ndarray, charset: str) -> tuple[str, str]:
        """As it comes, and masked to the set."""
        shares = self.shares(cell)
        path = shares.argmax(1)
        plain = "".join(
            self.characters[k]
            for k, before in zip(path, [0, *path[:-1]], strict=True)
            if k not in (0, before)
        )
        places = [k for k, text in enumerate(self.characters) if text and text in charset]
        return plain.strip(), self.characters[places[int(shares[:, places].max(0).argmax())]]


def line_engines() -> dict[str, LineEngine]:
    dictionary = find("ppocrv5-dict").read_text("utf-8").splitlines()
    return {
        "v6 small": LineEngine("ppocrv6-rec-small", None),
        "v5 mobile": LineEngine("ppocrv5-rec-mobile", dictionary),
    }


def timed(act: Callable[[], Any], cells: int) -> tuple[Any, float]:
    started = time.process_time()
    result = act()
    return result, round((time.process_time() - started) / cells * 1000, 3)


def compare(charset: Charset, cells: list[np.ndarray], truth: list[str], ours: Sequence[str] | None) -> None:
    """One line an engine. ``ours``: readings of nets that did not learn these cells."""
    reader = CellReader()
    reader.read(cells[:1], charset)
    guesses, cost = timed(lambda: reader.read(cells, charset), len(cells))
    read = list(ours) if ours is not None else [guess.text for guess in guesses]
    wrong = [f"{t}→{r}" for t, r in zip(truth, read, strict=True) if t != r]
    size = find(f"cells-{charset}").stat().st_size
    print(json.dumps(
        {
            "charset": charset, "engine": "cells", "tier": "real", "n": len(cells),
            "right": round(1 - len(wrong) / len(cells), 5), "cpu_ms": cost, "bytes": size, "wrong": wrong,
        }, ensure_ascii=False,
    ))  # fmt: skip
    for name, engine in line_engines().items():
        engine.read(cells[0], reader.classes(charset))
        both, cost = timed(lambda e=engine: [e.read(c, reader.classes(charset)) for c in cells], len(cells))
        plain = float(np.mean([t == r for t, (r, _) in zip(truth, both, strict=True)]))
        masked = float(np.mean([t == r for t, (_, r) in zip(truth, both, strict=True)]))
        print(json.dumps(
            {
                "charset": charset, "engine": name, "tier": "real", "n": len(cells),
                "right": round(plain, 5), "right_masked": round(masked, 5), "cpu_ms": cost,
            }
        ))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hiragana", type=Path)
    parser.add_argument("--digits", type=Path)
    parser.add_argument("--readings", type=Path)
    parser.add_argument("--limit", type=int, default=1000)
    options = parser.parse_args()
    if options.hiragana:
        files = sorted(options.hiragana.glob("kana*.jpg"))
        names = [re.fullmatch(r"kana([A-Z]+)\d+", file.stem) for file in files]
        truth = [ROMAJI[name[1]] for name in names if name]
        compare("hiragana", [cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in files], truth, None)
    if options.digits and options.readings:
        pictures, read = np.load(options.digits)["x"], np.load(options.readings)
        known = np.flatnonzero(read["probabilities"].sum(1) > 0.5)[: options.limit]
        ours = [str(digit) for digit in read["probabilities"][known].argmax(1)]
        compare("digits", list(pictures[known]), [str(digit) for digit in read["labels"][known]], ours)
    elif options.digits:
        sys.exit("--digits needs --readings: the shipped net has learnt these digits")


if __name__ == "__main__":
    main()
