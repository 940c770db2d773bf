"""What a file is checked against besides itself: the round's dates and the chosen rule book's codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

SCOPES = ("basic", "basic_household", "parent", "household", "child", "wish")


@dataclass(frozen=True, slots=True)
class Rules:
    """All optional; what is ``None`` is not checked.

    ``fiscal_year``: of the class ages; without it the fiscal year of 利用希望月 counts. ``codes``: scope
    (``SCOPES``) → codes of the rule book; a scope that is absent is not checked.
    """

    fiscal_year: int | None = None
    deadline: date | None = None
    today: date | None = None
    max_wishes: int | None = None
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def unknown(self, code: str, *scopes: str) -> bool:
        """Whether the rule book has that code in none of the scopes."""
        given = [self.codes[scope] for scope in scopes if scope in self.codes]
        return bool(given) and not any(code in codes for codes in given)


def class_age(birth: date, fiscal_year: int) -> int:
    """Age on 1 April of the fiscal year; an age is reached the day before the birthday.

    年齢計算ニ関スル法律; born on 1 April: one class above those born on 2 April.

    >>> class_age(date(2025, 4, 1), 2027), class_age(date(2025, 4, 2), 2027)
    (2, 1)
    """
    return fiscal_year - birth.year - ((birth.month, birth.day) > (4, 1))


def fiscal_year(day: date) -> int:
    """>>> fiscal_year(date(2027, 3, 31)), fiscal_year(date(2027, 4, 1))
    (2026, 2027)
    """
    return day.year - (day.month < 4)
