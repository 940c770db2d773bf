"""``yakuba ocr page``: pages with nothing on them, and files with names that are no UTF-8."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from yakuba.core.whole import write_json
from yakuba.ocr.cli import ocr
from yakuba.ocr.output import write_lines


@pytest.mark.parametrize("colour", ["white", "black"])
def test_the_blank_back_of_a_sheet_is_a_page_without_lines(tmp_path: Path, colour: str) -> None:
    scan, out = tmp_path / "back.png", tmp_path / "out.json"
    Image.new("RGB", (826, 1169), colour).save(scan)
    answer = CliRunner().invoke(ocr, ["page", str(scan), "-o", str(out)])
    assert answer.exit_code == 0, answer.output
    found = json.loads(out.read_text("utf-8"))
    assert (len(found["pages"]), found["lines"], found["text"]) == (1, [], "")


def test_a_name_that_is_no_utf_8_is_written_and_comes_back(tmp_path: Path) -> None:
    """Scanners and zips of Windows leave such names; they used to end the run after the reading."""
    name = os.fsdecode(b"\x92\xb2.png")
    write_lines(tmp_path / "out.jsonl", [{"image": name, "text": "髙"}, {"image": "a.png", "text": "髙"}])
    rows = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(row)["image"] for row in rows] == [name, "a.png"]
    assert "髙" in rows[1]
    write_json(tmp_path / "out.json", {"image": name})
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == {"image": name}
