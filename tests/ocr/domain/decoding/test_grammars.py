"""Every grammar allows what is written and refuses what can not be."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yakuba.ocr.domain import amounts, dates
from yakuba.ocr.domain.decoding.address_grammar import MOST, AddressGrammar
from yakuba.ocr.domain.decoding.amount_grammar import AmountGrammar
from yakuba.ocr.domain.decoding.date_grammar import DateGrammar
from yakuba.ocr.domain.decoding.grammar import Anything, Digits, accepts
from yakuba.ocr.domain.decoding.kinds import grammar_of, shapes
from yakuba.ocr.domain.decoding.postal_grammar import PhoneGrammar, PostalGrammar
from yakuba.ocr.domain.form import Box, Field, Kind

era_days = st.dates(datetime.date(1873, 1, 1), datetime.date(2099, 12, 31))


@given(era_days, st.sampled_from(["iso", "slash", "kanji", "era", "letter"]))
def test_every_rendered_day_is_allowed(day: datetime.date, style: str) -> None:
    assert accepts(DateGrammar(), dates.render(day, style))


@given(st.text("0123456789元年月日./-令和昭平成RSH", max_size=11))
def test_what_the_date_grammar_allows_is_a_day(text: str) -> None:
    assert accepts(DateGrammar(), text) == (dates.parse_date(text) is not None)


@pytest.mark.parametrize(
    "text",
    ["昭和64年1月8日", "平成31年5月1日", "令和9年2月30日", "令和元年4月30日", "S64.1.8", "2027/2/29",
     "R9.1/19", "令和0年1月1日", "1872-12-31", "2027年1月19", "R9", "", "令9.13.1", "昭和元年12月24日"],
)  # fmt: skip
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    assert not accepts(DateGrammar(), text)


@pytest.mark.parametrize("text", ["昭和64年1月7日", "平成31年4月30日", "令和元年5月1日", "R1.5.1"])
def test_the_last_and_first_days_of_eras_are_allowed(text: str) -> None:
    assert accepts(DateGrammar(), text)


@given(st.integers(-(10**12), 10**12))
def test_every_rendered_amount_is_allowed_and_means_the_same(amount: int) -> None:
    for text in (amounts.render(amount), f"¥{abs(amount):,}-", f"{abs(amount)}円也"):
        assert accepts(AmountGrammar(), text)
    assert amounts.parse_amount(amounts.render(amount)) == str(amount)


@given(st.text("0123456789,¥円也△-", max_size=9))
@example("-¥-0")
@example("5円也也")
@example("5-也")
def test_what_the_amount_grammar_allows_is_an_amount(text: str) -> None:
    if accepts(AmountGrammar(), text):
        assert amounts.parse_amount(text) is not None


@pytest.mark.parametrize("text", ["12,34", "1,2345", ",123", "1234,567", "", "¥", "円", "1,23", "--1"])
def test_separators_and_signs_in_wrong_places_are_refused(text: str) -> None:
    assert not accepts(AmountGrammar(), text)


def test_postal_codes_have_seven_digits() -> None:
    grammar = PostalGrammar()
    assert all(accepts(grammar, text) for text in ("〒123-4567", "1234567", "123-4567"))
    refused = ("123456", "12345678", "12-34567", "123--4567", "1〒234567", "123-456", "-1234567", "")
    assert not any(accepts(grammar, text) for text in refused)


def test_telephone_numbers_begin_with_zero() -> None:
    grammar = PhoneGrammar()
    assert all(accepts(grammar, text) for text in ("03-1234-5678", "09012345678", "(03)1234-5678"))
    refused = ("3-1234-5678", "0312345", "090123456789", "03-1234-567-")
    assert not any(accepts(grammar, text) for text in refused)


def test_a_number_of_fixed_length_has_exactly_that_many_digits() -> None:
    assert accepts(Digits(3), "123")
    assert not any(accepts(Digits(3), text) for text in ("12", "1234", "12a", "1-23", ""))
    assert accepts(Digits(4, between="-"), "12-34")
    assert not any(accepts(Digits(4, between="-"), text) for text in ("12--34", "-1234", "1234-"))


def test_a_charset_limits_free_text() -> None:
    assert accepts(Anything(frozenset("ab")), "abba")
    assert not accepts(Anything(frozenset("ab")), "abc")
    assert not accepts(Anything(most=2), "aaa")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.MY_NUMBER, "123456789018", "12345678901"),
        (Kind.CORPORATE_NUMBER, "7000012050002", "700001205000"),
        (Kind.FURIGANA, "ヤマダ・タロー", "山田"),
        (Kind.BOXED_HIRAGANA, "やまだ", "ヤマダ"),
        (Kind.BOXED_KATAKANA, "ヤマダ", "やまだ"),
        (Kind.BOXED_DIGITS, "0123", "0a"),
        (Kind.ADDRESS, "港区芝公園4-2-8", "港区/1"),
        (Kind.PERSON_NAME, "髙橋花子", "高橋3"),
        (Kind.LINE, "賃金（A/B）", "赁"),
    ],
)
def test_each_kind_has_its_own_characters(kind: Kind, good: str, bad: str) -> None:
    field = Field("f", kind, Box(0, 0, 10, 10))
    assert accepts(grammar_of(field), good)
    assert not accepts(grammar_of(field), bad)


@pytest.mark.parametrize("kind", [Kind.AMOUNT, Kind.DATE, Kind.POSTAL_CODE, Kind.PHONE, Kind.MY_NUMBER])
def test_every_wide_digit_is_read_as_its_narrow_one(kind: Kind) -> None:
    known = shapes(Field("f", kind, Box(0, 0, 1, 1)))
    assert "".join(known[wide] for wide in "０１２３４５６７８９") == "0123456789"


def test_a_kind_reads_identical_shapes_as_its_own() -> None:
    katakana = shapes(Field("f", Kind.BOXED_KATAKANA, Box(0, 0, 1, 1)))
    assert (katakana["口"], katakana["へ"], katakana["一"]) == ("ロ", "ヘ", "ー")
    assert shapes(Field("f", Kind.LINE, Box(0, 0, 1, 1)))["·"] == "・"
    digits = shapes(Field("f", Kind.MY_NUMBER, Box(0, 0, 1, 1)))
    assert (digits["Ｏ"], digits["７"], digits["\u3000"]) == ("0", "7", "")


ADDRESS = AddressGrammar(frozenset("東区0123456789３-ABCHJＪｊ丁目番号地棟 "))


@pytest.mark.parametrize(
    "text",
    ["東区3JH17番", "東区3丁H17番", "東丁Ｊ", "東区3J目1番",
     "3AB2", "3H丁目", "東区4番1AB号", "３Ｊｊ3番", "3A番", "3AB丁", "3-1AB目"],
)  # fmt: skip
def test_letters_do_not_stand_where_houses_are_counted(text: str) -> None:
    assert not accepts(ADDRESS, text)


@pytest.mark.parametrize(
    "text",
    ["東区3丁目17番10号", "東区3-17-10", "東区1-2ABC", "東区1-2ABC3号", "東区4番1A号", "東区1-2 ABC 3棟",
     "1A2", "A棟2号", "AB目", "3AB棟", "3A棟2番", "3番目", "東丁3A", "3丁目A"],
)  # fmt: skip
def test_buildings_and_rooms_may_have_letters(text: str) -> None:
    assert accepts(ADDRESS, text) == ("ABC3" not in text)


def test_an_address_has_an_end_and_a_charset() -> None:
    assert accepts(ADDRESS, "東" * MOST)
    assert not accepts(ADDRESS, "東" * (MOST + 1))
    assert accepts(ADDRESS, "")
    assert not accepts(ADDRESS, "西")
    assert "西" not in (ADDRESS.alphabet or "西")


def test_a_field_of_an_address_has_the_grammar_with_the_form_s_charset() -> None:
    field = Field("where", Kind.ADDRESS, Box(0, 0, 10, 10))
    assert not accepts(grammar_of(field), "門外3JH17番")
    assert accepts(grammar_of(field), "門外3丁目17番")
    assert not accepts(grammar_of(field), "門外#")
    narrow = Field("where", Kind.ADDRESS, Box(0, 0, 10, 10), charset="東1")
    assert accepts(grammar_of(narrow), "東1")
    assert not accepts(grammar_of(narrow), "西1")
