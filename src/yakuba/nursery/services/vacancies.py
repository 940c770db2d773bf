"""Publish the vacancies of an adopted result (空き状況): what the public table says, nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings

from yakuba.core.facilities import vacancies
from yakuba.core.facilities.models import VacancyNotice
from yakuba.core.facilities.vacancies import ClassVacancy
from yakuba.nursery.models import SelectionRound
from yakuba.nursery.services.public_table import FREE, public_rows
from yakuba.nursery.services.rounds import RoundError


def reference_of(selection: SelectionRound) -> str:
    """What a round's vacancies are published under."""
    return f"nursery.round:{selection.pk}"


def of_row(row: Mapping[str, Any]) -> ClassVacancy:
    """One class of the public table. How many seats are left is told where it follows from the table.

    >>> row = {"nursery": "はまかぜ保育園", "age": 1, "track": "", "recruits": 6, "cutoff": FREE}
    >>> of_row({**row, "admitted": 4}).seats, of_row({**row, "admitted": "非公表"}).seats
    (2, None)
    """
    free = row["cutoff"] == FREE
    counted = free and isinstance(row["admitted"], int)
    seats = max(0, row["recruits"] - row["admitted"]) if counted else None
    return ClassVacancy(
        nursery=row["nursery"],
        age=row["age"],
        free=free,
        seats=seats or None,  # seats that came free otherwise are not in the table
        track=row["track"],
    )


def publish(selection: SelectionRound, *, as_of: date, by: Any) -> VacancyNotice:
    """Show residents what is left after the adopted result. ``RoundError`` before one is adopted."""
    if selection.adopted is None:
        raise RoundError("結果がまだ採用されていません。採用してから公開してください。")
    return vacancies.publish(
        reference_of(selection),
        [of_row(row) for row in public_rows(selection.adopted)],
        month=selection.starts_on,
        as_of=as_of,
        source=f"{settings.YAKUBA_CITY} {selection.title}",
        by=by,
    )


def withdraw(selection: SelectionRound, *, by: Any) -> bool:
    """Take them back; whether they were shown."""
    return vacancies.withdraw(reference_of(selection), by=by)


def published(selection: SelectionRound) -> VacancyNotice | None:
    """What is shown now."""
    return vacancies.published(reference_of(selection))
