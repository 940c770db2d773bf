"""Whom the engine judges and what has happened to them: the engine's input beside the rule book."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from yakuba.handbook.domain.calendars import Origin


@dataclass(frozen=True, slots=True)
class Person:
    """A child (``birth``) or a pregnancy (``due``). ``sex``: ``F``, ``M`` or empty when it is not known."""

    birth: datetime.date | None
    sex: str = ""
    due: datetime.date | None = None
    country: str = ""

    @property
    def origin(self) -> Origin:
        """What the person's dates are counted from."""
        return Origin(self.birth, self.due)


@dataclass(frozen=True, slots=True)
class Given:
    """A dose that was given: the rule book's code of the vaccine, its maker or brand if known."""

    vaccine: str
    date: datetime.date
    product: str = ""
    expired_on: datetime.date | None = None  # last day of the lot's life
    faulty: bool = False  # cold chain broken, recalled, misadministered


@dataclass(frozen=True, slots=True)
class Observation:
    """Something known about the person that rules ask for, and since when."""

    code: str
    date: datetime.date | None = None
