"""No exported cell is run as a formula, and no other text is changed."""

from __future__ import annotations

import pytest

from yakuba.core.spreadsheets import neutralised
from yakuba.core.ui.exports import harmless


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_starts_like_a_formula_gets_an_apostrophe_in_every_table(start: str) -> None:
    assert neutralised(f"{start}SUM(A1)") == f"'{start}SUM(A1)"
    assert harmless(f"{start}SUM(A1)") == f"'{start}SUM(A1)"


@pytest.mark.parametrize("text", ["", "𠮷田 髙子", "葛\U000e0100西", "1-1", "a=b"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert neutralised(text) == text
