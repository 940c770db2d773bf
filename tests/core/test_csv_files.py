"""CSV that opens safely and loses no character silently."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.csv_files import CannotEncode, find_losses, safe, to_csv


def test_missing_characters_are_listed_by_row_and_column() -> None:
    table = [["氏名", "住所"], ["髙橋", "葛󠄀飾"], ["𠮷田 﨑", "東京"]]
    losses = find_losses(table, "cp932")
    assert [(one.row, one.column, one.character) for one in losses] == [
        (2, "住所", "葛󠄀"),
        (3, "氏名", "𠮷"),
    ]
    assert str(losses[1]) == "3行「氏名」：「𠮷」（U+20BB7）"
    with pytest.raises(CannotEncode, match="2か所"):
        to_csv(table, encoding="cp932")
    body = to_csv(table, encoding="cp932", replace_missing=True).decode("cp932")
    assert "〓田 﨑" in body
    assert "〓飾" in body
    assert find_losses(table, "utf-8-sig") == []


def test_utf8_starts_with_a_mark_for_spreadsheets() -> None:
    assert to_csv([["a"], ["髙"]]).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("text", ["=1+1", "+81", "@SUM", "-a", "＝1", "\tx"])
def test_formulas_are_neutralised(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5000", "山田", "12", ""])
def test_numbers_and_plain_texts_stay(text: str) -> None:
    assert safe(text) == text


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_every_text_comes_back(row: list[str]) -> None:
    table = [[str(n) for n in range(len(row))], row]
    text = to_csv(table).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text, newline="")))
    if row:
        assert found[1] == [safe(one) for one in row]
