"""``yakuba ocr cells``: a line a picture, whatever picture it is."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from tests.ocr.engines.test_cells import digit
from yakuba.core.weights import MissingModel
from yakuba.ocr import cli_cells
from yakuba.ocr.cli import COMMANDS, ocr
from yakuba.ocr.engines.cells import CellReader


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(ocr, ["cells", *map(str, arguments)])


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def save(path: Path, image: Image.Image, **how: Any) -> Path:
    image.save(path, **how)
    return path


def test_every_kind_of_picture_of_a_digit_is_read(tmp_path: Path) -> None:
    plain = Image.fromarray(digit("7"))
    clear = Image.new("RGBA", plain.size, (0, 0, 0, 0))
    clear.putalpha(Image.fromarray(255 - digit("7")))
    light = Image.new("RGBA", plain.size, (255, 255, 255, 0))
    light.putalpha(Image.fromarray(255 - digit("7")))
    red = Image.merge("RGB", [Image.new("L", plain.size, 255), plain, plain])
    turned = Image.Exif()
    turned[0x0112] = 6
    pictures = [
        save(tmp_path / "plain.png", plain),
        save(tmp_path / "light.jpg", Image.fromarray(255 - digit("7")), quality=60),
        save(tmp_path / "colour.jpg", plain.convert("RGB")),
        save(tmp_path / "red.png", red),
        save(tmp_path / "alpha.png", clear),
        save(tmp_path / "light-alpha.png", light),
        save(tmp_path / "palette.gif", plain.convert("P")),
        save(tmp_path / "bits.png", plain.convert("1")),
        save(tmp_path / "sixteen.png", Image.fromarray(digit("7").astype(np.uint16) * 257)),
        save(tmp_path / "grey-alpha.png", plain.convert("LA")),
        save(tmp_path / "cmyk.jpg", plain.convert("CMYK")),
        save(tmp_path / "tiny.png", plain.resize((14, 14), Image.Resampling.BOX)),
        save(tmp_path / "huge.png", plain.resize((3000, 3000))),
        save(tmp_path / "turned.jpg", plain.rotate(90), exif=turned),
    ]
    out = tmp_path / "out.jsonl"
    done = run(*pictures, "--charset", "digits", "-o", out)
    assert done.exit_code == 0, done.output
    lines = read(out)
    assert [line["image"] for line in lines] == [str(path) for path in pictures]
    assert {line["image"].rsplit("/")[-1]: line["text"] for line in lines} == {
        path.name: "7" for path in pictures
    }
    assert all(set(line) == {"image", "text", "confidence"} for line in lines)
    assert all(0 <= line["confidence"] <= 1 for line in lines)


def test_shares_of_white_are_no_empty_cell_and_no_number_is_a_fault(tmp_path: Path) -> None:
    share = digit("7").astype(np.float32) / 255
    pictures = [
        save(tmp_path / "share.tif", Image.fromarray(share)),
        save(tmp_path / "none.tif", Image.fromarray(np.full_like(share, np.nan))),
    ]
    out = tmp_path / "out.jsonl"
    assert run(*pictures, "--charset", "digits", "-o", out).exit_code == 1
    first, second = read(out)
    assert first["text"] == "7"
    assert "数でない値" in second["error"]


def test_an_empty_cell_is_an_empty_text(tmp_path: Path) -> None:
    blank = save(tmp_path / "blank.png", Image.new("L", (40, 40), 255))
    assert run(blank, "--charset", "hiragana", "-o", tmp_path / "o").exit_code == 0
    assert read(tmp_path / "o")[0]["text"] == ""


def _bomb(path: Path, side: int) -> Path:
    """A PNG that claims side × side pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )
    return path


def test_what_cannot_be_read_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    good = save(tmp_path / "good.png", Image.fromarray(digit("4")))
    text = tmp_path / "text.png"
    text.write_text("this is no picture")
    empty = tmp_path / "empty.jpg"
    empty.write_bytes(b"")
    half = tmp_path / "half.png"
    half.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    thin = save(tmp_path / "thin.png", Image.new("L", (2, 90), 255))
    faults = {
        text: "画像として読めません",
        empty: "画像として読めません",
        half: "画像として読めません",
        tmp_path / "none.png": "ファイルがありません",
        tmp_path: "画像として読めません",
        thin: "小さすぎます",
        _bomb(tmp_path / "bomb.png", 9000): "大きすぎます",
        _bomb(tmp_path / "bomb2.png", 30000): "大きすぎます",
    }
    out = tmp_path / "out.jsonl"
    done = run(*faults, good, "--charset", "digits", "-o", out)
    assert done.exit_code == 1
    assert "9枚のうち8枚" in done.output
    assert "Traceback" not in done.output
    *bad, last = read(out)
    assert last["text"] == "4"
    for line, (path, words) in zip(bad, faults.items(), strict=True):
        assert set(line) == {"image", "error"}
        assert line["image"] == str(path)
        assert words in line["error"]


def test_a_file_over_the_limit_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_cells, "MAX_BYTES", 10)
    with pytest.raises(cli_cells.BadCell, match="大きすぎます"):
        cli_cells.load_cell(save(tmp_path / "a.png", Image.fromarray(digit("4"))))


def test_nothing_is_left_when_the_output_cannot_be_written(tmp_path: Path) -> None:
    good = save(tmp_path / "good.png", Image.fromarray(digit("4")))
    done = run(good, "--charset", "digits", "-o", tmp_path / "no" / "out.jsonl")
    assert (done.exit_code, "書き出せません" in done.output) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["good.png"]


def test_an_older_output_stays_whole_when_the_nets_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = save(tmp_path / "good.png", Image.fromarray(digit("4")))
    out = tmp_path / "out.jsonl"
    out.write_text("before")

    def missing(*_: object) -> None:
        raise MissingModel("モデル「cells-digits」がありません")

    monkeypatch.setattr(CellReader, "read", missing)
    done = run(good, "--charset", "digits", "-o", out)
    assert (done.exit_code, "cells-digits" in done.output) == (2, True)
    assert out.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.png", "out.jsonl"]


def test_a_charset_is_asked_for_and_help_names_every_command(tmp_path: Path) -> None:
    assert run(tmp_path / "a.png", "-o", tmp_path / "o").exit_code == 2
    assert run(tmp_path / "a.png", "--charset", "kanji", "-o", tmp_path / "o").exit_code == 2
    shown = CliRunner().invoke(ocr, ["--help"]).output
    assert all(name in shown for name in COMMANDS)
    assert CliRunner().invoke(ocr, ["nothing"]).exit_code == 2
