"""Children of the Japanese rule book for tests, written shortly: «PCV 2026-06-01 PCV20»."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.outlook import DoseLine, NextDose, Outlook, outlook
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.rulebooks.load import builtin

CALENDAR = JapaneseCalendar()


def given(text: str) -> Given:
    vaccine, day, *product = text.split()
    return Given(vaccine, date.fromisoformat(day), product[0] if product else "")


def look(
    birth: str,
    *doses: str,
    on: str,
    sex: str = "F",
    observed: Iterable[tuple[str, str | None]] = (),
    rulebook: Rulebook | None = None,
) -> Outlook:
    """The outlook of a child."""
    return outlook(
        rulebook or builtin(),
        Person(date.fromisoformat(birth), sex),
        [given(dose) for dose in doses],
        [Observation(code, date.fromisoformat(day) if day else None) for code, day in observed],
        date.fromisoformat(on),
        CALENDAR,
    )


def pregnancy(due: str, *doses: str, on: str) -> Outlook:
    return outlook(builtin(), Person(None, "F", date.fromisoformat(due)), [given(one) for one in doses], [],
                   date.fromisoformat(on), CALENDAR)  # fmt: skip


def next_of(found: Outlook, vaccine: str) -> NextDose:
    return next(one for one in found.forecasts if one.vaccine == vaccine)


def verdicts(found: Outlook) -> list[tuple[bool | None, str]]:
    return [(line.valid, line.reason) for line in found.doses]


def window(one: NextDose) -> tuple[str | None, str | None]:
    """Legal window."""
    return _iso(one.legal_from), _iso(one.legal_until)


def recommended(one: NextDose) -> tuple[str | None, str | None]:
    return _iso(one.recommended_from), _iso(one.recommended_until)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


__all__ = ["DoseLine", "given", "look", "next_of", "pregnancy", "recommended", "verdicts", "window"]
