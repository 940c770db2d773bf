"""Opening hours out of texts, and whether a place is open then."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.facilities.domain.hour_texts import NotUnderstood, days, hours, span
from yakuba.core.facilities.domain.hours import Span, open_on
from yakuba.core.holidays import is_holiday

MON_FRI = {(n, 0) for n in range(5)}


@pytest.mark.parametrize(
    ("text", "weekly", "holidays"),
    [
        ("月火水木金", MON_FRI, False),
        ("月・火・水・木・金", MON_FRI, False),
        ("月～金", MON_FRI, False),
        ("月曜日から金曜日", MON_FRI, False),
        ("平日", MON_FRI, False),
        ("第2・第4土曜", {(5, 2), (5, 4)}, False),
        ("第2,4土曜日", {(5, 2), (5, 4)}, False),
        ("月～金、第１・第３土曜", MON_FRI | {(5, 1), (5, 3)}, False),
        ("土日祝", {(5, 0), (6, 0)}, True),
        ("毎日", {(n, 0) for n in range(7)}, True),
        ("土～月", {(5, 0), (6, 0), (0, 0)}, False),
        ("火水木金土日、祝日", {(n, 0) for n in range(1, 7)}, True),
    ],
)
def test_days_are_read(text: str, weekly: set[tuple[int, int]], holidays: bool) -> None:
    found = days(text)
    assert (found.weekly, found.holidays) == (frozenset(weekly), holidays)


@pytest.mark.parametrize(
    "text", ["", "不定期", "要問合せ", "月曜を除く", "開館日", "月火または水", "年度による"]
)
def test_days_that_are_not_clear_are_refused(text: str) -> None:
    with pytest.raises(NotUnderstood):
        days(text)


@pytest.mark.parametrize(
    ("opens", "closes", "found"),
    [
        ("9:00", "17:00", Span(540, 1020)),
        ("９：００", "午後５時半", Span(540, 1050)),
        ("22:00", "6:00", Span(1320, 1800)),
        ("0:00", "24:00", Span(0, 1440)),
        ("09:00:00", "17:00:00", Span(540, 1020)),
        ("", "17:00", None),
        ("9:00", "9:00", None),
    ],
)
def test_times_are_read(opens: str, closes: str, found: Span | None) -> None:
    assert span(opens, closes) == found


@pytest.mark.parametrize("text", ["25:00", "9:75", "朝", "午後13時", "24:01"])
def test_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        span(text, "18:00")


def at(when: str, *cells: str) -> bool | None:
    moment = datetime.fromisoformat(when)
    minute = None if len(when) == 10 else moment.hour * 60 + moment.minute
    return open_on(hours(*cells), moment.date(), minute, is_holiday)


OFFICE = ("月火水木金", "9:00", "17:00", "祝日・年末年始（12月29日～1月3日）は休み。昼休み12:00～13:00")


@pytest.mark.parametrize(
    ("when", "answer"),
    [
        ("2026-12-04T09:00", True),
        ("2026-12-04T08:59", False),
        ("2026-12-04T16:59", True),
        ("2026-12-04T17:00", False),
        ("2026-12-04T12:00", False),
        ("2026-12-04T13:00", True),
        ("2026-12-05T10:00", False),
        ("2026-11-23T10:00", False),  # 勤労感謝の日
        ("2026-12-28T10:00", True),
        ("2026-12-29T10:00", False),
        ("2027-01-01T10:00", False),
        ("2027-01-04T10:00", True),
        ("2026-12-04", True),
        ("2026-12-05", False),
    ],
)
def test_an_office_week(when: str, answer: bool) -> None:
    assert at(when, *OFFICE) is answer


@pytest.mark.parametrize(
    ("when", "cells", "answer"),
    [
        ("2026-11-23T10:00", ("月火水木金", "9:00", "17:00"), None),  # holidays are not spoken of
        ("2026-11-24T10:00", ("月火水木金", "9:00", "17:00"), True),
        ("2026-12-31T10:00", ("月火水木金", "9:00", "17:00", "祝日は休み"), None),
        ("2026-12-31T10:00", ("月火水木金", "9:00", "17:00", "年末年始は休み"), False),
        ("2026-12-29T10:00", ("月火水木金", "9:00", "17:00", "年末年始は休み"), None),
        ("2026-12-31T10:00", ("毎日", "9:00", "17:00", "年末年始も開館"), True),
        ("2026-12-31T10:00", ("年中無休", "9:00", "17:00"), True),
        ("2027-01-01T10:00", ("年中無休", "9:00", "17:00", "元日は休み"), False),
        ("2026-11-23T10:00", ("火水木金土日", "9:00", "17:00", "祝日も開館"), False),  # a Monday
        ("2026-11-03T10:00", ("火水木金土日", "9:00", "17:00", "祝日も開館"), True),
        ("2026-11-23T10:00", ("日祝", "9:00", "17:00"), True),
        ("2026-11-24T10:00", ("日祝", "9:00", "17:00"), False),
        ("2026-12-12T10:00", ("第2・第4土曜", "9:00", "12:00"), True),
        ("2026-12-19T10:00", ("第2・第4土曜", "9:00", "12:00"), False),
        ("2026-12-05T12:15", ("月～土", "9:00", "18:00", "土曜は12:30まで"), True),
        ("2026-12-05T12:30", ("月～土", "9:00", "18:00", "土曜は12:30まで"), False),
        ("2026-12-05T08:45", ("月～土", "9:00", "18:00", "土曜は8:30～12:30"), True),
        ("2026-12-16T10:00", ("火水木金土日", "9:00", "17:00", "第3水曜は休館"), False),
        ("2026-12-09T10:00", ("火水木金土日", "9:00", "17:00", "第3水曜は休館"), True),
        ("2026-12-04T10:00", ("月火水木金", "9:00", "17:00", "行事で変わることがあります"), None),
        ("2026-12-05T10:00", ("月火水木金", "9:00", "17:00", "行事で変わることがあります"), None),
        ("2026-12-04T10:00", ("月火水木金", "9:00", "17:00", "要予約"), True),
        ("2026-12-04T10:00", ("月火水木金", "", ""), None),
        ("2026-12-05T10:00", ("月火水木金", "", ""), False),
        ("2026-12-04T10:00", ("", "9:00", "17:00"), None),
        ("2026-12-04T08:00", ("", "9:00", "17:00"), False),  # whatever the day
        ("2026-12-05T01:00", ("金", "20:00", "2:00"), True),
        ("2026-12-05T02:00", ("金", "20:00", "2:00"), False),
        ("2026-12-04T01:00", ("金", "20:00", "2:00"), False),
        ("2026-12-04T10:00", ("不定期", "9:00", "17:00"), None),
        ("2026-12-04T10:00", ("月火水木金", "朝から", "17:00"), None),
    ],
)
def test_what_can_be_told_is_told_and_the_rest_stays_unknown(
    when: str, cells: tuple[str, ...], answer: bool | None
) -> None:
    assert at(when, *cells) is answer


@given(
    st.sets(st.sampled_from("月火水木金土日"), min_size=1),
    st.integers(0, 1438),
    st.integers(1, 1440),
    st.dates(date(2026, 1, 5), date(2026, 12, 25)),
    st.integers(0, 1439),
)
def test_a_plain_week_is_what_a_plain_programme_says(
    named: set[str], start: int, end: int, day: date, minute: int
) -> None:
    if start >= end:
        start, end = end - 1, start + 1
    text = "".join(one for one in "月火水木金土日" if one in named)
    cells = (text, f"{start // 60}:{start % 60:02}", f"{end // 60}:{end % 60:02}", "祝日は休み")
    wanted = "月火水木金土日"[day.weekday()] in named and not is_holiday(day) and start <= minute < end
    assert open_on(hours(*cells), day, minute, is_holiday) is wanted


@given(st.text(max_size=30), st.text(max_size=12), st.text(max_size=12), st.text(max_size=60))
def test_no_text_at_all_makes_the_reader_fail(named: str, opens: str, closes: str, note: str) -> None:
    found = hours(named, opens, closes, note)
    assert open_on(found, date(2026, 12, 4), 600, is_holiday) in (True, False, None)


@given(st.dates(date(2022, 1, 1), date(2098, 12, 1)))
def test_a_holiday_on_sunday_is_followed_by_a_day_off(day: date) -> None:
    if is_holiday(day) and day.weekday() == 6:
        later = day
        while is_holiday(later):
            later += timedelta(days=1)
        assert later - day >= timedelta(days=2)


def test_the_published_holidays_of_three_years() -> None:
    """官報の暦要項: the equinoxes and what moves, 2025 to 2027."""
    days_off = ["2025-02-24", "2025-03-20", "2025-05-06", "2025-09-23", "2025-11-24", "2026-03-20"]
    days_off += ["2026-05-06", "2026-09-22", "2026-09-23", "2027-03-21", "2027-03-22", "2027-09-23"]
    assert all(is_holiday(date.fromisoformat(one)) for one in days_off)
    work = ["2025-03-21", "2026-09-24", "2026-05-07", "2027-09-22", "2026-12-31", "2026-01-02"]
    assert not any(is_holiday(date.fromisoformat(one)) for one in work)
