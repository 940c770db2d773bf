"""The bank of written characters that letters are trained on: printed glyphs and glyphs written again.

python -m training.ocr.bank --charset hiragana --fonts ROOT… -o bank.npz [--again 6]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.ocr.fonts import Face, faces
from training.ocr.strokes import glyph_strokes, rewrite

SIDE = 72
HIRAGANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
    "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽ"
)
KATAKANA = "".join(chr(ord(letter) + 0x60) for letter in HIRAGANA) + "ヴー"
CHARSETS = {"hiragana": HIRAGANA, "katakana": KATAKANA, "capitals": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def glyph(face: Face, character: str) -> NDArray[np.uint8] | None:
    """The glyph cut to its outline, its longer side 96 px, ink 255; ``None`` when the face lacks it."""
    font = face.font_for(character, 128)
    if font is None:
        return None
    canvas = Image.new("L", (256, 256))
    ImageDraw.Draw(canvas).text((128, 128), character, fill=255, font=font, anchor="mm")
    picture = np.asarray(canvas)
    rows, columns = np.flatnonzero(picture.max(1) > 90), np.flatnonzero(picture.max(0) > 90)
    if rows.size == 0:
        return None
    cut = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = 96 / max(cut.shape)
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    return np.pad(np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_LINEAR), np.uint8), 4)


def printed(cut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The glyph as it is, in the bank's frame."""
    scale = 0.8 * SIDE / max(cut.shape)
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    small = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    out = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - small.shape[0]) // 2, (SIDE - small.shape[1]) // 2
    out[top : top + small.shape[0], left : left + small.shape[1]] = small
    return out


def build(charset: str, roots: list[Path], again: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(20261123)
    pictures, labels, owners, names = [], [], [], []
    for face in faces(roots, latin=charset == "capitals"):
        for number, character in enumerate(CHARSETS[charset]):
            cut = glyph(face, character)
            if cut is None:
                continue
            strokes = glyph_strokes(cut > 127)
            pictures += [printed(cut)] + [rewrite(strokes, random, SIDE) for _ in range(again)]
            labels += [number] * (again + 1)
            owners += [len(names)] * (again + 1)
        names.append(face.name)
        print(json.dumps({"face": face.name, "pictures": len(pictures)}), flush=True)
    return {
        "pictures": np.stack(pictures),
        "labels": np.array(labels),
        "face": np.array(owners, np.int32),
        "again": np.array(again),
        "faces": np.array(names),
        "classes": np.array(CHARSETS[charset]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--charset", choices=sorted(CHARSETS), required=True)
    parser.add_argument("--fonts", type=Path, nargs="+", required=True)
    parser.add_argument("--again", type=int, default=6)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    np.savez_compressed(options.output, **build(options.charset, options.fonts, options.again))


if __name__ == "__main__":
    main()
