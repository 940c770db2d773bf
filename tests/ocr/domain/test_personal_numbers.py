"""Personal numbers in free text are found however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.check_digits import personal_number_digit
from yakuba.ocr.domain.personal_numbers import masked_text, spans

NUMBER = "123456789018"


@pytest.mark.parametrize(
    "written",
    [
        NUMBER,
        "1234 5678 9018",
        "1234-5678-9018",
        "1234－5678－9018",
        "１２３４　５６７８　９０１８",
        "1|2|3|4|5|6|7|8|9|0|1|8",
        "1 2 3 4 5 6 7 8 9 0 1 8",
        "123 456 789 018",  # an unusual grouping with the right check digit
        "123456789017",  # misread: the check digit does not hold
    ],
)
def test_a_number_is_found_however_it_is_written(written: str) -> None:
    text = f"個人番号：{written}（本人）"
    assert spans(text) == [(5, 5 + len(written))]
    hidden = masked_text(text)
    assert not any(sign.isdecimal() for sign in hidden)
    assert len(hidden) == len(text)
    assert hidden.endswith("（本人）")


@pytest.mark.parametrize(
    "text",
    [
        "電話 03-1234-5678",
        "法人番号 1000012050002",
        "予算額 123,456,789,012円",
        "口座 1234567",
        "100 200 300 400",
        "令和8年11月23日 9時30分",
        "2026-11-23 09:30",
        "",
    ],
)
def test_other_figures_stay_as_they_are(text: str) -> None:
    assert masked_text(text) == text


def test_where_figures_can_be_grouped_in_several_ways_all_of_them_are_covered() -> None:
    assert masked_text("2026 1234-5678-9018 45") == "•••• ••••-••••-•••• 45"
    assert masked_text(f"2 {NUMBER} 45") == "2 •••••••••••• 45"


@given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from(["", " ", "-", "　"]), st.text())
def test_no_number_between_any_words_is_left(first_eleven: str, sign: str, words: str) -> None:
    around = "".join(one for one in words if not one.isdecimal())
    number = first_eleven + str(personal_number_digit(first_eleven))
    written = sign.join((number[:4], number[4:8], number[8:]))
    hidden = masked_text(f"{around}氏名{written}住所{around}")
    assert not any(one.isdecimal() for one in hidden)


@given(st.text(st.sampled_from("0123456789 -|年円a"), max_size=60))
def test_masking_twice_changes_nothing_and_hides_every_dozen(text: str) -> None:
    hidden = masked_text(text)
    assert masked_text(hidden) == hidden
    assert spans(hidden) == []
