"""A notice of pregnancy (妊娠届) and a child: can the child be born of it, and what speaks for it.

Days are civil days. A due date is the first day of the 41st week (40 weeks 0 days, 280 days after the first
day of the last menstruation); a birth before 22 weeks 0 days is no live birth by the definition of the
Ministry's statistics (人口動態統計: 妊娠満22週以後の出産).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

TERM = timedelta(weeks=40)  # from the first day of the pregnancy to the due date
EARLIEST = timedelta(weeks=22)  # of a birth, from the first day of the pregnancy
LATEST = timedelta(days=21)  # of a birth, after the due date
LONGEST = TERM + LATEST
NEXT = timedelta(weeks=26)  # a due date that lies further after a birth is another pregnancy's
GUARDIAN, ADDRESS, POSTAL_CODE = "guardian", "address", "postal_code"


@dataclass(frozen=True, slots=True)
class Household:
    """What is known of where somebody lives; ``adults``: the mother or guardian, as far as named."""

    adults: tuple[str, ...]
    address: str = ""
    postal_code: str = ""


def can_be_born(due: date, birth: date) -> bool:
    """Whether a child of that birth date can be the one expected (22 weeks 0 days to 21 days late)."""
    return due - TERM + EARLIEST <= birth <= due + LATEST


def same_pregnancy(due: date, birth: date) -> bool:
    """Whether a notice with this due date is of no later pregnancy than the one that ended with ``birth``.

    Half a year after a birth no other pregnancy can end yet; an older notice is never a new pregnancy.
    """
    return due <= birth + NEXT


def in_pregnancy(day: date, birth: date, due: date | None) -> bool:
    """Whether a day before the birth lies in the pregnancy; without a due date the longest is taken."""
    return begin_of(birth, due) <= day < birth


def begin_of(birth: date, due: date | None) -> date:
    """The first day of the pregnancy; without a due date that of the longest."""
    return due - TERM if due is not None else birth - LONGEST


def reasons(pregnancy: Household, child: Household) -> tuple[str, ...]:
    """What the two have in common: ``guardian``, ``address``, ``postal_code``."""
    return tuple(_reasons(pregnancy, child))


def _reasons(pregnancy: Household, child: Household) -> Iterator[str]:
    if _names(pregnancy) & _names(child):
        yield GUARDIAN
    if plain(pregnancy.address) and plain(pregnancy.address) == plain(child.address):
        yield ADDRESS
    if pregnancy.postal_code and pregnancy.postal_code == child.postal_code:
        yield POSTAL_CODE


def _names(one: Household) -> set[str]:
    return {plain(name) for name in one.adults} - {""}


def plain(text: str) -> str:
    """A name or address for comparison: one width of signs, no blanks.

    >>> plain("橋本　渚") == plain("橋本 渚"), plain("３丁目５−１") == plain("3丁目5-1")
    (True, True)
    """
    shown = unicodedata.normalize("NFKC", text)
    for sign in "‐‑–—―−":
        shown = shown.replace(sign, "-")
    return "".join(shown.split())
