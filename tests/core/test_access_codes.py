"""One-time codes: strong enough, typed in any way, wrong signs noticed, only digests kept."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core import access_codes as codes
from yakuba.core.access_codes import ALPHABET, LENGTH, BadCode, digest, draw, normalise, shown

SEEDS = st.integers(0, 2**32)


def _code(seed: int) -> str:
    return draw(random.Random(seed).randrange)


def test_a_code_has_75_bits_of_an_alphabet_without_signs_that_look_alike() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert not set("01IO") & set(ALPHABET)
    assert math.log2(len(ALPHABET)) * (LENGTH - 1) == 75


def test_every_weight_of_the_check_is_another_one() -> None:
    assert len(set(codes.WEIGHTS)) == LENGTH
    assert all(0 < weight < 32 for weight in codes.WEIGHTS)


def test_the_check_sign_of_known_draws() -> None:
    assert draw(lambda n: 0) == "2" * 16
    assert draw(lambda n: n - 1)[:15] == "Z" * 15
    numbers = iter([1, *[0] * 14])
    assert normalise(draw(lambda n: next(numbers))).startswith("32222")


@given(SEEDS)
def test_a_drawn_code_is_read_back_however_it_is_typed(seed: int) -> None:
    code = _code(seed)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    for typed in (
        code,
        shown(code),
        code.lower(),
        f" {wide}　",
        "ー".join(code),
        shown(code).replace("-", "‐"),
    ):
        assert normalise(typed) == code


@given(SEEDS, st.integers(0, 15), st.integers(1, 31))
def test_one_wrong_sign_is_always_noticed(seed: int, place: int, by: int) -> None:
    code = _code(seed)
    other = ALPHABET[(ALPHABET.index(code[place]) + by) % 32]
    with pytest.raises(BadCode, match="どこかが違います"):
        normalise(code[:place] + other + code[place + 1 :])


@given(SEEDS, st.integers(0, 15), st.integers(0, 15))
def test_two_exchanged_signs_are_always_noticed(seed: int, one: int, other: int) -> None:
    signs = list(_code(seed))
    if signs[one] == signs[other]:
        return
    signs[one], signs[other] = signs[other], signs[one]
    with pytest.raises(BadCode):
        normalise("".join(signs))


@pytest.mark.parametrize(
    ("typed", "says"), [("", "0文字"), ("ABCD", "4文字"), ("0" * 16, "「0」"), ("あ" * 16, "「あ」")]
)
def test_what_is_no_code_is_refused_with_a_reason(typed: str, says: str) -> None:
    with pytest.raises(BadCode, match=says):
        normalise(typed)


def test_endless_input_is_cut_before_it_is_read() -> None:
    with pytest.raises(BadCode, match="200文字"):
        normalise("A" * 10_000_000)


@given(SEEDS)
def test_the_digest_depends_on_code_and_key_and_not_on_the_way_of_typing(seed: int) -> None:
    code = _code(seed)
    found = digest(shown(code).lower(), b"k" * 32, "a.use")
    assert found == digest(code, b"k" * 32, "a.use")
    assert len(found) == 64
    assert code not in found
    assert found != digest(code, b"j" * 32, "a.use")
    assert found != digest(_code(seed + 1), b"k" * 32, "a.use")
    assert found != digest(code, b"k" * 32, "another.use")
