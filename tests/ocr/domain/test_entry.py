"""What officers type is normalised by kind and doubted in words; names are never folded."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.check_digits import corporate_number_digit, personal_number_digit
from yakuba.ocr.domain.entry import LONGEST, read_entry, same
from yakuba.ocr.domain.form import Box, Field, Kind, Option

BOX = Box(0, 0, 10, 5)


def field(kind: Kind, **more: object) -> Field:
    return Field("x", kind, BOX, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "typed", "text"),
    [
        (Kind.AMOUNT, "４，８１７，２００円", "4817200"),
        (Kind.AMOUNT, "¥0012", "12"),
        (Kind.AMOUNT, "△1,000", "-1000"),
        (Kind.AMOUNT, "-0", "0"),
        (Kind.POSTAL_CODE, "〒１００-０００１", "1000001"),
        (Kind.PHONE, "(03) 1234-5678", "0312345678"),
        (Kind.BOXED_DIGITS, "00 12", "0012"),
        (Kind.CORPORATE_NUMBER, "8700110005901", "8700110005901"),
        (Kind.MY_NUMBER, "1234 5678 9018", "123456789018"),
        (Kind.DATE, "令和元年5月1日", "2019-05-01"),
        (Kind.DATE, "平31.4.30", "2019-04-30"),
        (Kind.DATE, "S64.1.7", "1989-01-07"),
        (Kind.DATE, "s600501", "1985-05-01"),
        (Kind.DATE, "20240229", "2024-02-29"),
        (Kind.DATE, "２０２４／５／１", "2024-05-01"),
        (Kind.CHECKBOX, "✓", "true"),
        (Kind.CHECKBOX, "０", "false"),
        (Kind.FURIGANA, "ﾀｶﾊｼ　ﾅｷﾞ", "タカハシ ナギ"),
        (Kind.BOXED_HIRAGANA, "なぎさー", "なぎさー"),
        (Kind.PERSON_NAME, " 髙橋 﨑　凪 ", "髙橋 﨑　凪"),
        (Kind.ADDRESS, "葛󠄀飾区1-2", "葛󠄀飾区1-2"),
        (Kind.FREE, "一\r\n二", "一\n二"),
        (Kind.DATE, "", ""),
        (Kind.PHONE, " ", ""),
    ],
)
def test_good_entries_are_normalised_without_a_doubt(kind: Kind, typed: str, text: str) -> None:
    found = read_entry(field(kind), typed)
    assert (found.text, found.doubts, found.faults) == (text, (), ())


@pytest.mark.parametrize(
    ("kind", "typed", "doubt"),
    [
        (Kind.AMOUNT, "12x", "数字ではない"),
        (Kind.BOXED_DIGITS, "1O", "数字ではない"),
        (Kind.POSTAL_CODE, "123456", "6桁です。7桁"),
        (Kind.PHONE, "12345", "10〜11桁"),
        (Kind.MY_NUMBER, "123456789012", "検査用数字"),
        (Kind.CORPORATE_NUMBER, "7700110005901", "検査用数字"),
        (Kind.DATE, "令和6年2月30日", "ない日付"),
        (Kind.DATE, "2023-02-29", "ない日付"),
        (Kind.DATE, "昭和64年1月8日", "元号「昭」にない"),
        (Kind.DATE, "平成31年5月1日", "元号「平」にない"),
        (Kind.DATE, "R0.5.1", "元号"),
        (Kind.DATE, "きのう", "日付として読めません"),
        (Kind.CHECKBOX, "たぶん", "印あり"),
        (Kind.BOXED_HIRAGANA, "ナギ", "ひらがなではない"),
        (Kind.BOXED_KATAKANA, "なぎ", "カタカナではない"),
        (Kind.FURIGANA, "高橋", "ひらがな・カタカナではない"),
    ],
)
def test_odd_entries_are_doubted_in_words(kind: Kind, typed: str, doubt: str) -> None:
    (words,) = read_entry(field(kind), typed).doubts
    assert doubt in words


def test_the_form_s_own_limits_are_doubts_too() -> None:
    limited = field(Kind.LINE, charset="ABC", pattern="A+", cells=2)
    assert read_entry(limited, "AA").doubts == ()
    doubts = read_entry(limited, "AXZ").doubts
    assert len(doubts) == 3
    assert "「XZ」" in doubts[1]
    assert read_entry(field(Kind.LINE, required=True), "").doubts == ("必須の欄が空です。",)
    way = Field("w", Kind.CIRCLE, options=(Option("甲", BOX), Option("乙", BOX)))
    assert read_entry(way, "甲").doubts == ()
    assert "甲、乙" in read_entry(way, "丙").doubts[0]


def test_a_dangerous_pattern_of_an_old_form_is_not_tried_on_a_long_entry() -> None:
    old = field(Kind.LINE, pattern="(A+)+")
    begun = time.perf_counter()
    assert "確かめられません" in read_entry(old, "A" * 60 + "!").doubts[0]
    assert time.perf_counter() - begun < 2.0
    assert read_entry(old, "AAA").doubts == ()
    assert "書式に合いません" in read_entry(old, "AA!").doubts[0]


def test_control_characters_and_endless_entries_can_not_be_confirmed() -> None:
    assert read_entry(field(Kind.LINE), "a\x00").faults
    assert read_entry(field(Kind.LINE), "あ" * (LONGEST + 1)).faults
    assert not read_entry(field(Kind.LINE), "あ" * LONGEST).faults


@given(st.text(alphabet="0123456789", min_size=11, max_size=11), st.integers(0, 9))
def test_a_my_number_passes_with_its_own_check_digit_alone(eleven: str, digit: int) -> None:
    right = personal_number_digit(eleven)
    doubts = read_entry(field(Kind.MY_NUMBER), f"{eleven}{digit}").doubts
    assert (doubts == ()) == (digit == right)


def test_the_check_digits_are_those_of_published_examples() -> None:
    assert personal_number_digit("12345678901") == 8
    assert corporate_number_digit("700110005901") == 8  # 国税庁 8700110005901


@given(st.dates(date(1868, 1, 25), date(2100, 1, 1)))
def test_every_day_round_trips_through_the_iso_form(day: date) -> None:
    assert read_entry(field(Kind.DATE), day.isoformat()).text == day.isoformat()


@given(st.integers(-(10**12), 10**12))
def test_amounts_round_trip_with_separators(amount: int) -> None:
    assert read_entry(field(Kind.AMOUNT), f"{amount:,}").text == str(amount)


@given(st.text(max_size=30), st.sampled_from(list(Kind)))
def test_a_normalised_entry_stays_as_it_is(typed: str, kind: Kind) -> None:
    once = read_entry(field(kind), typed)
    if not once.doubts and not once.faults and kind is not Kind.CIRCLE:
        assert read_entry(field(kind), once.text).text == once.text


def test_same_compares_what_is_said_and_keeps_variants_of_names_apart() -> None:
    assert same(field(Kind.DATE), "S60.5.1", "1985-05-01")
    assert same(field(Kind.AMOUNT), "1,000", "1000")
    assert not same(field(Kind.PERSON_NAME), "高橋", "髙橋")
