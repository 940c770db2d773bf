"""``yakuba ocr cells``: one character a picture."""

from __future__ import annotations

import os
import secrets
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from PIL import Image, ImageOps

from yakuba.core.weights import BadRegistry, MissingModel
from yakuba.ocr.domain.cell_image import Gray
from yakuba.ocr.engines.cells import CellReader, Charset
from yakuba.ocr.output import line_of

MAX_BYTES = 20 * 1024 * 1024  # a cell's file
MAX_PIXELS = 20_000_000  # a cell's picture: an A4 page at 450 dpi still passes
MIN_SIDE = 4  # px: less holds no character
BATCH = 64
FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP")


class BadCell(Exception):
    """A file that is no picture of a character; the message says why and what to do."""


def load_cell(path: Path) -> Gray:
    """The picture as grey levels: turned as its EXIF says, transparent parts as paper.

    Raises ``BadCell``.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadCell(
                f"ファイルが大きすぎます（{MAX_BYTES // 1024 // 1024}MB以内）。1文字ずつ切り出してください"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                _check_size(*image.size)
                return _gray(image)
    except BadCell:
        raise
    except Image.DecompressionBombError:
        raise BadCell("画像が大きすぎます。1文字ずつ切り出してください") from None
    except FileNotFoundError:
        raise BadCell("ファイルがありません。名前を確かめてください") from None
    except PermissionError:
        raise BadCell("ファイルを読む権限がありません。権限を確かめてください") from None
    except Exception as error:  # Pillow's readers raise whatever their format's parser meets
        kind = type(error).__name__
        raise BadCell(f"画像として読めません（{kind}）。JPEG か PNG を指定してください") from None


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise BadCell(f"画像が大きすぎます（{width}×{height}画素）。1文字ずつ切り出してください")
    if min(width, height) < MIN_SIDE:
        raise BadCell(f"画像が小さすぎます（{width}×{height}画素）。{MIN_SIDE}画素以上にしてください")


def _gray(image: Image.Image) -> Gray:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        levels = np.asarray(upright, np.float64)
        if not np.isfinite(levels).all():
            raise BadCell("画素に数でない値があります。JPEG か PNG で保存し直してください")
        low, high = float(levels.min()), float(levels.max())
        # 16-bit scans keep their own scale; one that uses the lowest 8 bits only is read as 8-bit, one
        # between 0 and 1 as shares of white: read as black it would pass for an empty cell.
        full = 1.0 if low >= 0 and high <= 1 else 255.0 if low >= 0 and high <= 255 else 65535.0
        return np.clip(levels * (255 / full), 0, 255).astype(np.uint8)
    if "A" in upright.getbands() or "transparency" in upright.info:
        colour = upright.convert("RGBA")
        # Light ink alone on a transparent sheet was drawn for a dark ground.
        shown = np.asarray(colour.convert("RGB").convert("L"))[np.asarray(colour.getchannel("A")) > 0]
        light = (
            shown.size > 0
            and float(np.median(shown)) > 127
            and shown.size < 0.6 * colour.width * colour.height
        )
        upright = Image.alpha_composite(Image.new("RGBA", colour.size, "black" if light else "white"), colour)
    return np.asarray(upright.convert("L"), np.uint8)


def _lines(images: Sequence[str], charset: Charset) -> Iterator[dict[str, Any]]:
    reader = CellReader()
    for start in range(0, len(images), BATCH):
        names = images[start : start + BATCH]
        cells: list[Gray] = []
        faults: dict[int, str] = {}
        for number, name in enumerate(names):
            try:
                cells.append(load_cell(Path(name)))
            except BadCell as error:
                faults[number] = str(error)
        guesses = iter(reader.read(cells, charset))
        for number, name in enumerate(names):
            if number in faults:
                yield {"image": name, "error": faults[number]}
            else:
                guess = next(guesses)
                yield {"image": name, "text": guess.text, "confidence": round(guess.confidence, 6)}


@click.command()
@click.argument("images", metavar="IMAGE…", nargs=-1, required=True, type=click.Path())
@click.option(
    "--charset",
    type=click.Choice(["digits", "hiragana", "katakana", "capitals"]),
    required=True,
    help="which characters the pictures show",
)
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON lines"
)
def cells(images: tuple[str, ...], charset: Charset, output: Path) -> None:
    """Read pictures of one character each, dark on light or light on dark.

    Writes a line a picture, in the order given: image, text ("" when nothing is written), confidence. A
    picture that can't be read gives a line with image and error; the others are read all the same, and the
    exit code is 1.
    """
    temporary = output.with_name(f".{output.name}.{secrets.token_hex(6)}.tmp")
    failed = 0
    try:
        with temporary.open("x", encoding="utf-8") as stream:
            for line in _lines(images, charset):
                stream.write(line_of(line))
                if "error" in line:
                    failed += 1
                    click.echo(f"{line['image']}：{line['error']}。", err=True)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(output)
    except OSError as error:
        click.echo(f"{output}：書き出せません（{error.strerror}）。書き出す先を確かめてください。", err=True)
        sys.exit(2)
    except (MissingModel, BadRegistry) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    finally:
        temporary.unlink(missing_ok=True)
    if failed:
        click.echo(f"{len(images)}枚のうち{failed}枚は読めませんでした。", err=True)
        sys.exit(1)
