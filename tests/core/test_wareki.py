"""Dates are written the way a town hall writes them."""

from datetime import date

import pytest

from yakuba.core.ui.wareki import wareki


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 22), "令和8年11月22日（日）"),
        (date(2019, 5, 1), "令和元年5月1日（水）"),
        (date(2019, 4, 30), "平成31年4月30日（火）"),
        (date(1989, 1, 7), "昭和64年1月7日（土）"),
        (date(1926, 12, 24), "大正15年12月24日（金）"),
        (date(1873, 1, 1), "明治6年1月1日（水）"),
    ],
)
def test_an_era_begins_on_its_first_day(day: date, text: str) -> None:
    assert wareki(day) == text
