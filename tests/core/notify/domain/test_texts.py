"""States, subjects and values in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.notify.domain.states import FINAL, FOLLOWS, OPEN, State, may_follow
from yakuba.core.notify.domain.subjects import Subject
from yakuba.core.notify.domain.texts import LONGEST_VALUE, clean_value, clean_values, without_ruby


def test_nothing_follows_itself_but_a_claim_that_ran_out() -> None:
    assert [state for state in State if may_follow(state, state)] == [State.SENDING]


def test_nothing_is_sent_without_a_claim_but_by_the_staff() -> None:
    assert {state for state in State if may_follow(state, State.SENT)} == {State.SENDING, State.GIVEN_UP}


def test_what_is_final_is_never_claimed() -> None:
    assert {State.SENT, State.GIVEN_UP, State.CANCELLED} == FINAL
    assert set(State) - FINAL == OPEN
    assert not any(may_follow(state, State.SENDING) for state in FINAL)
    assert set(FOLLOWS) == set(State)


@pytest.mark.parametrize("subject", Subject)
def test_a_subject_takes_no_parameters(subject: Subject) -> None:
    assert "%" not in subject.value
    assert "{" not in subject.value


@pytest.mark.parametrize("name", ["髙橋 﨑", "𠮷田", "葛\U000e0100飾", "Ann-Marie O'Neil", "<b>&"])
def test_names_stay_as_they_are(name: str) -> None:
    assert clean_value(name) == name


@pytest.mark.parametrize(
    ("given_value", "kept"),
    [
        ("a\r\nBcc: x", "a Bcc: x"),
        ("  a \t b ", "a b"),
        ("a\x00\x1bb", "ab"),
        ("abc\u202edef", "abcdef"),
        ("{園|えん}", "（園／えん）"),
        (3, "3"),
        ("\ud800", ""),
    ],
)
def test_a_value_is_one_plain_line(given_value: object, kept: str) -> None:
    assert clean_value(given_value) == kept


def test_a_long_value_is_cut() -> None:
    assert len(clean_value("あ" * 1000)) == LONGEST_VALUE == 300
    assert clean_values({"a": "x" * 400, "b": 1}) == {"a": "x" * 300, "b": "1"}


@given(st.text())
def test_no_value_breaks_out_of_its_line(value: str) -> None:
    found = clean_value(value)
    assert not set(found) & set("\r\n\x00{}|\u2028\u2029")
    assert clean_value(found) == found


def test_readings_stand_in_brackets_outside_of_the_browser() -> None:
    assert without_ruby("{保育園|ほいくえん}の{日|ひ}") == "保育園（ほいくえん）の日（ひ）"
    assert without_ruby("{a} |b|") == "{a} |b|"
