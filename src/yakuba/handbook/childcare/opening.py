"""Opening hours in the reader's language, as far as they were understood; the rest in its own words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from yakuba.core.facilities.domain.hour_texts import all_told
from yakuba.core.facilities.domain.hours import DAY, EVERY, Days, Hours, Span
from yakuba.core.facilities.domain.records import Place
from yakuba.handbook.childcare import words

WEEK = 7
RUN = 3  # so many weekdays in a row are said as «from – to»
NAMES = (
    gettext_lazy("Mon"), gettext_lazy("Tue"), gettext_lazy("Wed"), gettext_lazy("Thu"), gettext_lazy("Fri"),
    gettext_lazy("Sat"), gettext_lazy("Sun"),
)  # fmt: skip
NTH: dict[int, Promise | str] = {
    1: gettext_lazy("1st"),
    2: gettext_lazy("2nd"),
    3: gettext_lazy("3rd"),
    4: gettext_lazy("4th"),
    5: gettext_lazy("5th"),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """``lines``: what was understood, said anew. ``own``: the source's Japanese, ``labelled`` as its own."""

    lines: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    labelled: bool = True

    def __bool__(self) -> bool:
        return bool(self.lines or self.own)


def opening(place: Place) -> Opening:
    """When a place is open. In Japanese it is what the source says."""
    times = words.times(place)
    if words.language() == "ja":
        return Opening(own=tuple(filter(None, (times, place.remarks))), labelled=False)
    hours = place.hours()
    own = []
    if place.days and hours.days is None:
        own.append(place.days)
    if place.opens and place.closes and hours.span is None:
        own.append(f"{place.opens}〜{place.closes}")
    if place.remarks and not all_told(place.remarks, hours.span):
        own.append(place.remarks)
    return Opening(tuple(lines_of(hours)), tuple(own))


def lines_of(hours: Hours) -> list[str]:
    """What is understood, a sentence a line."""
    usual = _usual(hours)
    found = [] if usual == Days() else [_together(usual, hours.span)]
    found += [_together(days, span) for days, span in hours.other]
    found += [gettext("Break: %(times)s") % {"times": times_text(span)} for span in hours.breaks]
    if also := _special(hours, is_open=True):
        found.append(gettext("Also open: %(what)s") % {"what": _listed(also)})
    closed = [days_text(days) for days in hours.closed] + _special(hours, is_open=False)
    closed += [_dates(first, last) for first, last in hours.closed_dates]
    if closed:
        found.append(gettext("Closed: %(what)s") % {"what": _listed(closed)})
    return [line for line in found if line]


def _together(days: Days | None, span: Span | None) -> str:
    parts = (days_text(days) if days else "", times_text(span) if span else "")
    return " ".join(part for part in parts if part)


def _usual(hours: Hours) -> Days | None:
    """The days with the usual times: those with times of their own are said in a line of their own."""
    if hours.days is None:
        return None
    others = [days for days, _ in hours.other]
    weekly = hours.days.weekly.difference(*(days.weekly for days in others))
    return Days(weekly, hours.days.holidays and not any(days.holidays for days in others))


def _special(hours: Hours, *, is_open: bool) -> list[str]:
    """Public holidays and the turn of the year, where something is said of them beside the days."""
    named = hours.days is not None and hours.days.holidays
    found = [gettext("public holidays")] if hours.holidays is is_open and not (is_open and named) else []
    return found + ([gettext("New Year holidays")] if hours.year_end is is_open else [])


def _listed(parts: Iterable[str]) -> str:
    return reduce(lambda one, other: gettext("%(one)s, %(other)s") % {"one": one, "other": other}, parts)


def days_text(days: Days) -> str:
    """«Mon–Fri, 2nd and 4th Sat of the month, public holidays»."""
    every = sorted(weekday for weekday, nth in days.weekly if nth == EVERY)
    parts = [gettext("Every day")] if len(every) == WEEK else _runs(every)
    for weekday in range(WEEK):
        nths = sorted(nth for day, nth in days.weekly if day == weekday and nth != EVERY)
        if nths and weekday not in every:
            which = reduce(
                lambda one, other: gettext("%(one)s and %(other)s") % {"one": one, "other": other},
                [str(NTH[nth]) for nth in nths],
            )
            parts.append(gettext("%(which)s %(day)s of the month") % {"which": which, "day": NAMES[weekday]})
    return _listed([*parts, gettext("public holidays")] if days.holidays else parts)


def _runs(weekdays: list[int]) -> list[str]:
    """Weekdays in a row together: «Tue–Sun», «Mon, Wed»."""
    rows: list[list[int]] = []
    for weekday in weekdays:
        if rows and rows[-1][-1] == weekday - 1:
            rows[-1].append(weekday)
        else:
            rows.append([weekday])
    found: list[str] = []
    for row in rows:
        if len(row) >= RUN:
            found.append(
                gettext("%(first)s–%(last)s") % {"first": str(NAMES[row[0]]), "last": str(NAMES[row[-1]])}
            )
        else:
            found += [str(NAMES[weekday]) for weekday in row]
    return found


def times_text(span: Span) -> str:
    """«9:00–17:00»; an end after midnight says so."""
    if (span.start, span.end) == (0, DAY):
        return gettext("24 hours")
    if span.end <= DAY:
        return f"{_clock(span.start)}–{_clock(span.end)}"
    times = f"{_clock(span.start)}–{_clock(span.end - DAY)}"
    return gettext("%(times)s (the next day)") % {"times": times}


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _dates(first: tuple[int, int], last: tuple[int, int]) -> str:
    if first == last:
        return _date(*first)
    return gettext("%(first)s–%(last)s") % {"first": _date(*first), "last": _date(*last)}


def _date(month: int, day: int) -> str:
    """A day of every year; the source may say one that no calendar has."""
    if words.language() == "en":
        return f"{day} {date_format(date(2000, month, 1), 'F')}"
    return f"{month}{{月|がつ}}{day}{{日|にち}}"
