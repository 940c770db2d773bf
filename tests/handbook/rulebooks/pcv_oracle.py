"""The pneumococcal rules as a plain programme, written from the sources' text apart from the engine.

S06: «the number of doses follows the age at the first»; 27 days and 60 days as S04 counts them. It knows one
child, doses of PCV20 and nothing else.
"""

from __future__ import annotations

from datetime import date, timedelta


def months_old(birth: date, months: int) -> date:
    """The day on which that many months are reached: counted day by day from the birth, no formula."""
    year, month = birth.year, birth.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    day = date(year, month, 1)
    while day.day != birth.day and (day + timedelta(1)).month == month:
        day += timedelta(1)
    return day - timedelta(1) if day.day == birth.day else day


def valid_doses(birth: date, days: list[date]) -> list[bool]:
    """Which of the doses (in order) are within the rules."""
    two, seven, twelve = months_old(birth, 2), months_old(birth, 7), months_old(birth, 12)
    twenty_four, sixty = months_old(birth, 24), months_old(birth, 60)
    verdicts: list[bool] = []
    kept: list[date] = []  # doses within the rules
    last: date | None = None  # the last dose before this one, within the rules or not; a course begins anew
    for day in days:
        fits = two <= day <= sixty
        if fits and kept:
            needed, until, first = _next(kept, seven, twelve, twenty_four, sixty, day)
            gap = timedelta(needed + 1)
            fits = until is not None and first <= day <= until and last is not None and day >= last + gap
        if fits:
            kept.append(day)
        if day <= sixty or kept:
            last = day
        verdicts.append(fits)
    return verdicts


def _next(
    kept: list[date], seven: date, twelve: date, twenty_four: date, sixty: date, day: date
) -> tuple[int, date | None, date]:
    """Days to keep, last day (None: nothing more is asked for) and first day of the dose after ``kept``."""
    start, early = kept[0], date.min
    if start > twenty_four:
        return 0, None, early
    if start > twelve:
        return (60, sixty, early) if len(kept) == 1 else (0, None, early)
    primary = 3 if start <= seven else 2
    booster = (60, sixty, twelve)
    given_primary = len(kept)
    if given_primary > primary:
        return 0, None, early
    if given_primary == primary:
        return booster if not _boosted(kept, twelve, twenty_four, primary) else (0, None, early)
    second_was_late = primary == 3 and given_primary >= 2 and kept[1] > twelve
    if second_was_late or day > twenty_four:
        return booster if not _boosted(kept, twelve, twenty_four, primary) else (0, None, early)
    return 27, twenty_four, early


def _boosted(kept: list[date], twelve: date, twenty_four: date, primary: int) -> bool:
    """Whether the last kept dose was already the booster: it came where a primary dose could not."""
    if len(kept) < 2:
        return False
    if len(kept) > primary:
        return True
    late = kept[-1] > twenty_four
    return late or (primary == 3 and len(kept) == 3 and kept[1] > twelve)
