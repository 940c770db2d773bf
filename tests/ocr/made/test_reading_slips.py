"""Made slips through the product's reader: a handful of typed fields, end to end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from benchmarks.ocr.drawing import Style
from benchmarks.ocr.fonts import PLACES
from benchmarks.ocr.outcomes import read_slip, row_of
from benchmarks.ocr.slips import make_slip

NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


@pytest.mark.slow
def test_typed_fields_are_read_and_none_is_wrong_and_free_to_pass(tmp_path: Path) -> None:
    if not os.path.exists(NOTO):
        pytest.skip("no Noto CJK on this machine")
    place = tmp_path / PLACES["ipaex-gothic"]
    place.parent.mkdir(parents=True)
    place.symlink_to(NOTO)
    rows = []
    for seed, name in enumerate(
        ("paid", "payee_zip", "payee_number", "submitted_on", "payee_name", "year_end")
    ):
        slip = make_slip("kyuyo", name, Style("ipaex-gothic", 10.5), seed, tmp_path)
        rows.append(row_of(slip.form.fields[0], read_slip(slip).fields[0], slip.answer.text))
    assert sum(row["right"] for row in rows) >= len(rows) - 1
    assert not [row for row in rows if not row["right"] and not row["checked"] and row["score"] > 0.99]
