"""Dates in the Japanese calendar.

Source of the eras: 元号を改める政令 (明治 1868-10-23 proclaimed, solar calendar from 1873-01-01; 大正
1912-07-30; 昭和 1926-12-25; 平成 1989-01-08; 令和 2019-05-01).
"""

from __future__ import annotations

from datetime import date

ERAS: tuple[tuple[str, date], ...] = (
    ("令和", date(2019, 5, 1)),
    ("平成", date(1989, 1, 8)),
    ("昭和", date(1926, 12, 25)),
    ("大正", date(1912, 7, 30)),
    ("明治", date(1873, 1, 1)),
)
WEEKDAYS = "月火水木金土日"


def wareki(day: date, *, weekday: bool = True) -> str:
    """令和8年11月22日（日）; the first year of an era is 元年; before 1873 the ISO form."""
    for name, first_day in ERAS:
        if day >= first_day:
            year = day.year - first_day.year + 1
            if name == "明治":
                year = day.year - 1867
            text = f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
            return f"{text}（{WEEKDAYS[day.weekday()]}）" if weekday else text
    return day.isoformat()
