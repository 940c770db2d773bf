"""The list of likely long passwords: long enough, and no obstacle to good ones."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.contrib.auth import password_validation

from yakuba.core.people.domain.likely import ENGLISH, JAPANESE, likely_passwords
from yakuba.core.people.domain.passwords import MIN_LENGTH, faults


def refused(password: str) -> bool:
    return any("よく使われている" in fault for fault in faults(password, common=likely_passwords(), words=()))


def test_the_list_holds_far_more_than_3000_passwords_that_the_rules_would_else_take() -> None:
    long = [text for text in likely_passwords() if len(text) >= MIN_LENGTH]
    otherwise_taken = [text for text in long if not faults(text, common=(), words=())]
    assert len(otherwise_taken) >= 3_000
    assert all(text == text.casefold() for text in long)


@pytest.mark.parametrize(
    "password",
    [
        "1qaz2wsx3edc",
        "zaq12wsxcde3",
        "1q2w3e4r5t6y",
        "qwer1234asdf",
        "123456789987654321",
        "sakurasakura",
        "Sakura2026!!!!",
        "daisukisakura",
        "sakuranohana",
        "iloveyoutokyo",
        "P@ssw0rdP@ssw0rd",
        "yakushoyakusho",
        "admin123admin",
        "konnichiwa12345",
        "01020304050607",
    ],
)
def test_what_many_would_choose_is_refused(password: str) -> None:
    assert len(password) >= MIN_LENGTH
    assert refused(password)


@pytest.mark.parametrize(
    "password",
    [
        "misaki no toudai 7",
        "nami-kaze-hashi-08",
        "kaze wo yomu hito 3",
        "tokyo lamp and a quiet harbour",
        "みさきの灯台と青い船と朝",
        "sakura hasi kuruma 4",
    ],
)
def test_three_words_of_ones_own_are_taken(password: str) -> None:
    assert not refused(password)


def test_the_share_of_a_measured_list_that_it_finds_is_as_documented() -> None:
    """Of Django's 20,000 measured passwords those of 12 and more signs, without using that list itself."""
    source = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(source, "rt", encoding="utf-8") as stream:
        measured = [line.strip() for line in stream]
    long = [text for text in measured if len(text) >= MIN_LENGTH and text.isascii()]
    found = sum(refused(text) or bool(faults(text, common=(), words=())) for text in long)
    page = (Path(__file__).parents[4] / "docs/security/passwords.md").read_text(encoding="utf-8")
    assert f"{found} of {len(long)}" in page


def test_no_word_is_listed_twice() -> None:
    for words in (ENGLISH, JAPANESE):
        assert len(words) == len(set(words))
