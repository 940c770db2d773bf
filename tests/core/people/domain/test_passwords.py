"""What a password may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.people.domain.passwords import MAX_LENGTH, MIN_LENGTH, faults

COMMON = {"password", "iloveyou", "correcthorse", "dragon"}


def found(password: str, *words: str) -> list[str]:
    return faults(password, common=COMMON, words=words)


@pytest.mark.parametrize(
    "password",
    [
        "misaki no toudai 7",
        "みさきの灯台と青い船と朝",
        "aaaaaaa bbbbbbb ccccccc",
        "x7 " * 2 + "quiet harbour lamp",
        "the lamp of yakuba burns at night",
    ],
)
def test_long_unusual_passwords_of_any_composition_are_taken(password: str) -> None:
    assert found(password) == []


@given(st.text(max_size=MIN_LENGTH - 1))
def test_every_short_password_is_refused_with_its_length(password: str) -> None:
    assert found(password)[0].startswith(f"パスワードは{len(password)}文字です。12文字以上")


def test_the_lengths_at_the_edges() -> None:
    base = "misaki no toudai to aoi fune "
    assert found((base * 10)[:11])
    assert found("misaki no to") == []
    assert len("misaki no to") == MIN_LENGTH
    exact = "".join(chr(0x4E00 + n) for n in range(MAX_LENGTH))
    assert found(exact) == []
    assert found(exact + "あ") == ["パスワードは257文字です。256文字以内にしてください。"]


@pytest.mark.parametrize(
    "password",
    [
        "correcthorse",
        "CorrectHorse",
        "ｃｏｒｒｅｃｔｈｏｒｓｅ",
        "c0rrecth0rse",
        "dragon123456",
        "99!iloveyou2026",
    ],
)
def test_well_known_passwords_are_found_under_digits_signs_and_width(password: str) -> None:
    assert "よく使われている" in found(password)[0]


@pytest.mark.parametrize(
    "password",
    [
        "abcabcabcabc",
        "aaaaaaaaaaaaa",
        "qwertyuiopasdf",
        "987654321098",
        "abcdabcdabcdab",
        "uvwxyzabcdef",
        "fedcbazyxwvu",
    ],
)
def test_repetitions_and_keyboard_rows_are_refused(password: str) -> None:
    assert "繰り返し" in found(password)[0]


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("yakuba202612", ()),
        ("汐見区汐見区汐見区2026", ("汐見区",)),
        ("Shiomi-shiomi-12", ("shiomi",)),
        ("10011001xyz1", ("1001",)),
    ],
)
def test_the_town_hall_and_the_person_are_no_passwords(password: str, words: tuple[str, ...]) -> None:
    assert "少し足しただけ" in found(password, *words)[-1]


def test_a_word_of_the_person_inside_a_long_password_is_fine() -> None:
    assert found("1001 boats under the moon", "1001") == []


def test_a_one_letter_name_bars_nothing() -> None:
    assert found("misaki no toudai 7", "a", "") == []


def test_a_two_letter_abbreviation_bars_nothing_and_a_name_of_two_characters_does() -> None:
    assert found("hr7 hr2 hr9 hr4", "hr") == []
    assert "「髙橋」に少し足しただけ" in found("髙橋2026髙橋04髙橋", "髙橋")[0]


def test_three_times_the_same_is_a_repetition_and_less_is_none() -> None:
    assert "繰り返し" in found("mqtwmqtwmqtw")[0]
    assert found("mqtwzmqtwzmq") == []
