"""One way of writing each value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.form import Box, Field, Kind
from yakuba.ocr.domain.normalise import digits_of, hiragana, katakana, matches_rules, normalise, widths


def field(kind: Kind, charset: str = "", pattern: str = "") -> Field:
    return Field("f", kind, Box(0, 0, 10, 10), charset=charset, pattern=pattern)


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        (Kind.AMOUNT, "￥１，２３４，５００円", "1234500"),
        (Kind.AMOUNT, "△3,000", "-3000"),
        (Kind.AMOUNT, "0120", "120"),
        (Kind.AMOUNT, "1,23", None),
        (Kind.DATE, "令和９年１月１９日", "2027-01-19"),
        (Kind.DATE, "令和9年2月30日", None),
        (Kind.POSTAL_CODE, "〒１２３－４５６７", "1234567"),
        (Kind.POSTAL_CODE, "123-456", None),
        (Kind.PHONE, "（０３）1234-5678", "0312345678"),
        (Kind.PHONE, "1234-5678", None),
        (Kind.MY_NUMBER, "1234 5678 9018", "123456789018"),
        (Kind.MY_NUMBER, "1234", None),
        (Kind.CORPORATE_NUMBER, "7-0000-1205-0002", "7000012050002"),
        (Kind.BOXED_DIGITS, "００７", "007"),
        (Kind.BOXED_DIGITS, "7a", None),
        (Kind.FURIGANA, "ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ"),
        (Kind.FURIGANA, "山田", None),
        (Kind.PERSON_NAME, "髙橋　花子", "髙橋花子"),
        (Kind.ADDRESS, "港区芝公園４ー２ー８", "港区芝公園4-2-8"),
        (Kind.ADDRESS, "港区タワー", "港区タワー"),
        (Kind.LINE, " 株式会社　汐見 Shiomi  Works ", "株式会社 汐見 Shiomi Works"),
        (Kind.FREE, "一行目 \nＡＢ", "一行目\nAB"),
        (Kind.DATE, "　", ""),
    ],
)
def test_a_value_has_one_way_of_writing(kind: Kind, raw: str, text: str | None) -> None:
    assert normalise(field(kind), raw) == text


@given(st.sampled_from(list("邉邊辺髙高﨑崎齋斎齊斉澤沢𠮷吉㈱①")))
def test_no_variant_is_ever_folded(char: str) -> None:
    assert normalise(field(Kind.PERSON_NAME), char) == char
    assert normalise(field(Kind.LINE), char) == char


@given(st.text(max_size=20))
def test_widths_is_stable(text: str) -> None:
    assert widths(widths(text)) == widths(text)


@given(st.text("ぁあぃいかがっつゃやゔゖん", max_size=10))
def test_kana_go_there_and_back(text: str) -> None:
    assert hiragana(katakana(text)) == text


def test_digits_are_ascii_alone() -> None:
    assert digits_of("１２ ３－4") == "1234"
    assert digits_of("一二") is None
    assert digits_of("") is None


def test_the_form_s_own_charset_and_pattern_hold() -> None:
    assert matches_rules(field(Kind.LINE, pattern=r"[A-Z]\d"), "A1")
    assert not matches_rules(field(Kind.LINE, pattern=r"[A-Z]\d"), "A12")
    assert not matches_rules(field(Kind.LINE, charset="AB"), "AC")
    assert matches_rules(field(Kind.LINE, charset="AB", pattern="x"), "")
