"""予診票・受診券: when a municipality mails the vouchers of its own overlay, and to whom in a month.

Overlays say «end of the month before the month of turning 2 months» or «April of the school year of
turning 6».
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from yakuba.handbook.domain.japan import month_age_reached, school_year_of_turning
from yakuba.handbook.domain.rules import Source

_DAY = timedelta(days=1)
APRIL = 4


@dataclass(frozen=True, slots=True)
class Mailing:
    """One rule of mailing: the end of the month before an age in months, or April of a school year."""

    vaccine: str
    title: str
    doses: tuple[int, ...] = ()
    months: int | None = None
    turning: int | None = None


@dataclass(frozen=True, slots=True)
class Subsidy:
    """A local payment for what the law does not pay (任意接種の助成)."""

    vaccine: str
    what: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """What one municipality adds to a rule book. It never changes a legal date."""

    name: str
    municipality: str
    as_of: date
    source: Source
    mailings: tuple[Mailing, ...]
    on_request: tuple[str, ...] = ()
    subsidies: tuple[Subsidy, ...] = ()
    local_rules: tuple[str, ...] = ()


def mailing_day(rule: Mailing, birth: date) -> date:
    """The day on which a child's vouchers go out.

    An age counts in the month in which it is reached by law (on the eve): a child born on 08-01 turns two
    months old in September, so its vouchers leave at the end of August.
    """
    if rule.turning is not None:
        return date(school_year_of_turning(birth, rule.turning), APRIL, 1)
    return month_age_reached(birth, rule.months or 0).replace(day=1) - _DAY


def mailing_for(overlay: Overlay, vaccine: str, dose: int) -> Mailing | None:
    """The rule by which the voucher of a dose is mailed; one that names the dose goes before one for all."""
    rules = [rule for rule in overlay.mailings if rule.vaccine == vaccine]
    named = next((rule for rule in rules if dose in rule.doses), None)
    return named or next((rule for rule in rules if not rule.doses), None)


def mailings_of_month(
    overlay: Overlay, births: Iterable[tuple[str, date]], year: int, month: int
) -> list[tuple[str, Mailing, date]]:
    """Everyone (id, birth) to whom a voucher goes out in a month, in the order of persons and rules."""
    found = []
    for person, birth in births:
        for rule in overlay.mailings:
            day = mailing_day(rule, birth)
            if (day.year, day.month) == (year, month) and day >= birth:
                found.append((person, rule, day))
    return found
