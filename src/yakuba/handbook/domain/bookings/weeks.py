"""Weeks and months as a calendar page shows them, and how full a slot is."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

WEEK = 7
FEW = 3  # places left that are called few, when the slot has more than that


class Fill(StrEnum):
    """How full a slot is."""

    FREE = "free"
    FEW = "few"
    FULL = "full"
    CANCELLED = "cancelled"


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> list[date]:
    """Monday to Sunday of a day's week."""
    return [monday_of(day) + timedelta(days=at) for at in range(WEEK)]


def month_weeks(day: date) -> list[list[date]]:
    """The weeks (Monday first) that hold the days of a day's month."""
    monday = monday_of(day.replace(day=1))
    found = []
    while monday <= last_of_month(day):
        found.append(week_of(monday))
        monday += timedelta(days=WEEK)
    return found


def last_of_month(day: date) -> date:
    """The last day of a day's month."""
    return next_month(day) - timedelta(days=1)


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def previous_month(day: date) -> date:
    """The first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def fill(used: int, capacity: int, *, waiting: int = 0, cancelled: bool = False) -> Fill:
    """How full a slot is. Places of a slot with a waiting list are spoken for."""
    if cancelled:
        return Fill.CANCELLED
    left = capacity - used
    if left <= 0 or waiting > 0:
        return Fill.FULL
    return Fill.FEW if left <= FEW < capacity else Fill.FREE
