"""Check digits against independent computations and every single-digit error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.check_digits import (
    corporate_number_digit,
    corporate_number_holds,
    personal_number_digit,
    personal_number_holds,
)

eleven = st.text("0123456789", min_size=11, max_size=11)
twelve = st.text("0123456789", min_size=12, max_size=12)
WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)  # from the left, as the number is usually explained


@given(eleven)
def test_the_personal_number_agrees_with_the_table_of_weights(digits: str) -> None:
    remainder = sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11
    expected = 0 if remainder in (0, 1) else 11 - remainder
    assert personal_number_digit(digits) == expected
    assert personal_number_holds(f"{digits}{expected}")


@given(twelve)
def test_the_corporate_number_agrees_with_sums_of_places(digits: str) -> None:
    even = sum(int(d) for d in digits[0::2])  # 12th, 10th … from the right
    odd = sum(int(d) for d in digits[1::2])
    expected = 9 - (even * 2 + odd) % 9
    assert corporate_number_digit(digits) == expected
    assert corporate_number_holds(f"{expected}{digits}")


@given(eleven, st.integers(0, 10), st.integers(1, 9))
def test_a_single_wrong_digit_never_passes_unless_the_remainder_hides_it(
    digits: str, place: int, shift: int
) -> None:
    whole = digits + str(personal_number_digit(digits))
    wrong = whole[:place] + str((int(whole[place]) + shift) % 10) + whole[place + 1 :]

    def remainder(text: str) -> int:
        return sum(int(d) * w for d, w in zip(text[:11], WEIGHTS, strict=True)) % 11

    # Remainders 0 and 1 share the digit 0: the law's own gap, and the only one.
    hidden = {remainder(whole), remainder(wrong)} == {0, 1}
    assert personal_number_holds(wrong) == hidden


@given(twelve, st.integers(0, 12), st.integers(1, 9))
def test_a_single_wrong_digit_of_a_corporate_number_passes_only_as_zero_for_nine(
    digits: str, place: int, shift: int
) -> None:
    whole = str(corporate_number_digit(digits)) + digits
    changed = str((int(whole[place]) + shift) % 10)
    wrong = whole[:place] + changed + whole[place + 1 :]
    same_rest = {whole[place], changed} == {"0", "9"} and place > 0
    assert corporate_number_holds(wrong) == same_rest


@pytest.mark.parametrize("text", ["", "12345678901", "1234567890123", "12345678901x", "１２３４５６"])
def test_anything_but_twelve_digits_does_not_hold(text: str) -> None:
    assert not personal_number_holds(text)


def test_a_known_corporate_number_holds() -> None:
    assert corporate_number_holds("7000012050002")  # 国税庁
    assert not corporate_number_holds("700001205000")
    with pytest.raises(ValueError, match="12 digits"):
        corporate_number_digit("1")
    with pytest.raises(ValueError, match="11 digits"):
        personal_number_digit("1")
