"""Who gets which voucher in a month, and why not: a mailing rule against what the engine says of a child."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from yakuba.handbook.domain.outlook import AGED_OUT, COMPLETE, CONTRAINDICATED, NextDose
from yakuba.handbook.domain.rules import Rulebook, Series
from yakuba.handbook.domain.vouchers import Mailing

SEND, GIVEN, PAST, EXCLUDED, MADE, NO_RULE = "send", "given", "past", "excluded", "made", "no_rule"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One voucher, or why there is none. The window of a later dose is known once the one before is given."""

    vaccine: str
    dose: int
    title: str
    outcome: str
    legal_from: date | None = None
    legal_until: date | None = None


def sheets_of(
    rule: Mailing,
    forecasts: Mapping[str, NextDose],
    book: Rulebook,
    made: Collection[tuple[str, int]],
    on: date,
) -> list[Sheet]:
    """The vouchers that a rule sends to one child.

    ``forecasts``: the child's by vaccine, ``made``: (vaccine, dose) of vouchers that exist, ``on``: the day
    of the mailing. A rule without doses sends every dose that is left.
    """
    found = forecasts.get(rule.vaccine)
    if found is None:
        return [Sheet(rule.vaccine, dose, rule.title, NO_RULE) for dose in rule.doses or (1,)]
    last = _last_dose(book, rule.vaccine, found.course)
    doses = rule.doses or tuple(range(found.dose or 1, max(last, found.dose or 1) + 1))
    return [_sheet(rule, found, dose, made, on) for dose in doses]


def _sheet(rule: Mailing, found: NextDose, dose: int, made: Collection[tuple[str, int]], on: date) -> Sheet:
    if (rule.vaccine, dose) in made:
        return Sheet(rule.vaccine, dose, rule.title, MADE)
    if found.status == COMPLETE or (found.dose is not None and dose < found.dose):
        return Sheet(rule.vaccine, dose, rule.title, GIVEN)
    if found.status == CONTRAINDICATED:
        return Sheet(rule.vaccine, dose, rule.title, EXCLUDED)
    if found.status == AGED_OUT or (found.legal_until is not None and found.legal_until < on):
        return Sheet(rule.vaccine, dose, rule.title, PAST)
    if dose == found.dose:
        return Sheet(rule.vaccine, dose, rule.title, SEND, found.legal_from, found.legal_until)
    return Sheet(rule.vaccine, dose, rule.title, SEND)


def _last_dose(book: Rulebook, vaccine: str, course: str) -> int:
    """How many doses the course has that the engine chose for the child."""
    found: Series | None = next(
        (
            series
            for antigen in book.antigens.values()
            for series in antigen.series
            if series.group == vaccine and series.name == course
        ),
        None,
    )
    return max((dose.number for dose in found.doses), default=1) if found else 1
