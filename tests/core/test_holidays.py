"""The door to the library of holidays: what law and announcements say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from yakuba.core.holidays import holiday_name, is_holiday


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "元日"),
        (date(2026, 9, 21), "敬老の日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2026, 9, 23), "秋分の日"),
        (date(2027, 3, 22), "春分の日 振替休日"),
        (date(2026, 11, 23), "勤労感謝の日"),
        (date(2026, 11, 24), ""),
    ],
)
def test_a_day_has_the_name_that_the_law_gives_it(day: date, name: str) -> None:
    assert (holiday_name(day), is_holiday(day)) == (name, bool(name))


def test_the_holidays_of_fiscal_2026_are_those_announced() -> None:
    first = date(2026, 4, 1)
    found = [day for at in range(365) if is_holiday(day := first + timedelta(at))]
    assert len(found) == 19
