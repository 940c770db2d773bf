"""Rows handed from one system to another: whole and unchanged, or refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.handover import BadHandover, read, table, write

ROWS = table("ocr.batch:1", ["用紙の番号", "氏名"], [["1", "髙橋 𠮷"], ["2", "=1+1"]])


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_what_is_written_is_read(rows: list[tuple[str, str]]) -> None:
    safe = [[one.encode("utf-8", "replace").decode() for one in row] for row in rows]
    made = table("x", ["a", "b"], safe)
    assert read(write(made)) == made


def test_records_are_by_column() -> None:
    assert ROWS.records()[0] == {"用紙の番号": "1", "氏名": "髙橋 𠮷"}


@pytest.mark.parametrize("place", ["rows", "columns", "source", "sha256", "counts"])
def test_any_change_is_found(place: str) -> None:
    body = json.loads(write(ROWS))
    changed = {
        "rows": [["1", "髙橋 吉"], ["2", "=1+1"]],
        "columns": ["用紙の番号", "名前"],
        "source": "ocr.batch:2",
        "sha256": "0" * 64,
        "counts": {"columns": 2, "rows": 3},
    }
    body[place] = changed[place]
    with pytest.raises(BadHandover, match="書き出し直して"):
        read(json.dumps(body).encode(), "rows.json")


def test_a_cut_file_and_another_format_are_refused() -> None:
    with pytest.raises(BadHandover, match="JSONとして"):
        read(write(ROWS)[:-20])
    with pytest.raises(BadHandover, match="format"):
        read(b'{"format": "x"}')
    with pytest.raises(BadHandover, match="文字列の並び"):
        read(b'{"format": "yakuba.handover/1", "source": "x", "columns": ["a"], "rows": [[1]]}')


def test_rows_that_do_not_fit_the_columns_are_refused() -> None:
    with pytest.raises(BadHandover, match="2行：1個"):
        table("x", ["a", "b"], [["1", "2"], ["3"]])
    with pytest.raises(BadHandover, match="同じ名前"):
        table("x", ["a", "a"], [])
    with pytest.raises(BadHandover):
        table("x", [], [])
