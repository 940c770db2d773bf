"""Reading single values of the supporting data: «n/a» and empty mean «not given»."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache

from yakuba.handbook.cdsi.element import Element
from yakuba.handbook.domain.calendars import AGE, FIRST_DAY, LAST_DAY, Point
from yakuba.handbook.domain.offsets import Offset, parse_offset
from yakuba.handbook.domain.rules import Period

_DATE_FORMATS = ("%Y%m%d", "%m/%d/%Y", "%Y-%m-%d")


def text(parent: Element, path: str) -> str:
    """The text at a path, stripped; empty when it is absent or «n/a»."""
    found = (parent.findtext(path) or "").strip()
    return "" if found.lower() == "n/a" else found


def texts(parent: Element, path: str) -> list[str]:
    """All texts at a path that say something."""
    values = ((element.text or "").strip() for element in parent.findall(path))
    return [value for value in values if value and value.lower() != "n/a"]


def flag(parent: Element, path: str) -> bool:
    """Whether «Y» or «Yes» stands at a path."""
    return text(parent, path).lower() in ("y", "yes")


def offset(parent: Element, path: str) -> Offset | None:
    """A length of time."""
    found = text(parent, path)
    return parse_offset(found) if found else None


def age(parent: Element, path: str) -> Point | None:
    """An age as a point of life."""
    found = text(parent, path)
    return _age(found) if found else None


@cache
def _age(found: str) -> Point:
    return Point(AGE, parse_offset(found))


def codes(parent: Element, path: str) -> frozenset[str]:
    """A list of CVX codes, written with semicolons."""
    return frozenset(cvx(code) for code in re.split(r"[;,]", text(parent, path)) if code.strip())


def cvx(code: str) -> str:
    """A CVX code in its usual form: at least two digits."""
    return code.strip().zfill(2)


def day(found: str) -> date:
    """A date in one of the forms that the supporting data uses. Raises ``ValueError``."""
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(found, form).date()  # noqa: DTZ007  # a calendar day has no time zone
        except ValueError:
            continue
    raise ValueError(f"{found!r} is not a date such as 20250701 or 07/01/2025")


def period(parent: Element, first: str = "effectiveDate", last: str = "cessationDate") -> Period:
    """The days between which a rule is in force (3.3)."""
    begin, end = text(parent, first), text(parent, last)
    return Period(day(begin) if begin else FIRST_DAY, day(end) if end else LAST_DAY)


def before(parent: Element, path: str) -> date:
    """An exclusive end date; the far future when there is none."""
    found = text(parent, path)
    return day(found) if found else LAST_DAY
