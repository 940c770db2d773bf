"""Dates, ranges and numbers as residents read them in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from yakuba.core.ui import resident_dates
from yakuba.core.ui.counted import counted
from yakuba.core.ui.templatetags.readings import days

FIRST, LAST = date(2026, 11, 24), date(2027, 3, 1)


@pytest.mark.parametrize(
    ("language", "both", "open_end", "open_start"),
    [
        (
            "ja", "令和8年11月24日（火） 〜 令和9年3月1日（月）", "令和8年11月24日（火）から",
            "令和9年3月1日（月）まで",
        ),
        (
            "en", "Tuesday 24 November 2026 – Monday 1 March 2027", "from Tuesday 24 November 2026",
            "until Monday 1 March 2027",
        ),
    ],
)  # fmt: skip
def test_a_range_says_in_words_where_it_is_open(
    language: str, both: str, open_end: str, open_start: str
) -> None:
    with override(language):
        assert resident_dates.span(FIRST, LAST) == both
        assert resident_dates.span(FIRST, None) == open_end
        assert resident_dates.span(None, LAST) == open_start
        assert resident_dates.span(None, None) == ""


@pytest.mark.parametrize("language", ["ja", "ja-x-easy", "en"])
@pytest.mark.parametrize("last", [LAST, FIRST])
def test_each_day_of_a_range_stays_on_one_line(language: str, last: date) -> None:
    with override(language):
        said = days(FIRST, last)
        assert said.count('<span class="whole">') == 2
        begin, end = said.split("</span> <span", 1)
        assert "2026" in begin or "令和8年" in begin
        assert str(last.day) in end


def test_a_moment_has_the_date_of_its_day_here() -> None:
    with override("ja"):
        assert resident_dates.day(datetime(2026, 11, 23, 22, 30, tzinfo=UTC)) == "令和8年11月24日（火）"


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("1 years and 1 months", "1 year and 1 month"),
        ("11 years and 21 months", "11 years and 21 months"),
        ("1 times with places", "1 time with places"),
        ("0.1 years, 2,1 days", "0.1 years, 2,1 days"),
        ("the age of 1 years: from 1 June", "the age of 1 year: from 1 June"),
    ],
)
def test_english_has_a_form_for_one(said: str, right: str) -> None:
    with override("en"):
        assert counted(said) == right
    with override("ja"):
        assert counted(said) == said
