"""Lengths of time are read as written, and nothing else passes for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.handbook.domain.offsets import Offset, parse_offset


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 months - 4 days", Offset(months=12, days=-4)),
        ("5 months + 4 weeks", Offset(months=5, days=28)),
        ("1 year", Offset(years=1)),
        ("2 yrs", Offset(years=2)),
        ("0 days", Offset()),
        ("27d", Offset(days=27)),
        ("7y6m", Offset(years=7, months=6)),
        ("2m15d", Offset(months=2, days=15)),
        ("6w", Offset(days=42)),
        ("  1 Month ", Offset(months=1)),
    ],
)
def test_a_length_is_read_as_it_is_written(text: str, expected: Offset) -> None:
    assert parse_offset(text) == expected


@pytest.mark.parametrize(
    "text", ["", " ", "4", "days", "4 fortnights", "2m x", "2 months -", "12 mons", "１m"]
)
def test_what_is_no_length_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time") as refused:
        parse_offset(text)
    assert repr(text) in str(refused.value)


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_whole_months_count_years_and_months_but_no_days(years: int, months: int, days: int) -> None:
    assert parse_offset(f"{years}y{months}m{days}d") == Offset(years, months, days)
    assert Offset(years, months, days).whole_months == 12 * years + months
