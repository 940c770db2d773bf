"""Options of ``yakuba handbook plan`` that say something about days, read strictly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from yakuba.handbook.domain.planner.wishes import Booked
    from yakuba.handbook.domain.rules import Rulebook

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = "holidays"
Range = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Days:
    """Weekdays and days on which nothing is given."""

    weekdays: frozenset[int]
    ranges: tuple[Range, ...]
    holidays: bool

    def closed(self, day: date) -> bool:
        """Whether a day is a national holiday (if those are closed) or lies in one of the ranges."""
        from yakuba.core.holidays import FIRST, LAST, is_holiday

        if self.holidays and FIRST <= day.year <= LAST and is_holiday(day):
            return True
        return any(first <= day <= last for first, last in self.ranges)


def closed_days(texts: Sequence[str]) -> Days:
    """``sat,sun,holidays,2026-08-13..2026-08-15``. Raises ``BadInput``."""
    weekday_names, holidays, rest = set(), False, []
    for part in _parts(texts):
        if part in WEEKDAYS:
            weekday_names.add(WEEKDAYS.index(part))
        elif part == HOLIDAYS:
            holidays = True
        else:
            rest.append(part)
    known = f"{'、'.join(WEEKDAYS)}、{HOLIDAYS}"
    found = Days(frozenset(weekday_names), tuple(_range("--closed", part, known) for part in rest), holidays)
    if len(found.weekdays) == len(WEEKDAYS):
        _refuse("--closed：すべての曜日が休みです。受けられる曜日が必要です。")
    return found


def ranges(option: str, texts: Sequence[str]) -> tuple[Range, ...]:
    """Days and ranges of days, both ends included."""
    return tuple(_range(option, part, "") for part in _parts(texts))


def weekdays(option: str, texts: Sequence[str]) -> frozenset[int]:
    """Weekdays by their English names, 0 = Monday."""
    found = set()
    for part in _parts(texts):
        if part not in WEEKDAYS:
            _refuse(f"{option} {part}：{'、'.join(WEEKDAYS)} のどれかが必要です。")
        found.add(WEEKDAYS.index(part))
    return frozenset(found)


def bookings(texts: Sequence[str], rulebook: Rulebook) -> tuple[Booked, ...]:
    """``2026-08-03`` or ``2026-08-03=BCG+HEPB``."""
    from yakuba.handbook.domain.planner.wishes import Booked

    found = []
    for text in texts:
        day, sign, names = text.partition("=")
        vaccines = names.split("+") if sign else []
        for name in vaccines:
            _known("--booked", name, rulebook)
        found.append(Booked(_range("--booked", day, "")[0], frozenset(vaccines)))
    return tuple(found)


def pairs(option: str, texts: Sequence[str], rulebook: Rulebook) -> dict[str, str]:
    """``VACCINE`` or ``VACCINE=WHAT`` by vaccine."""
    found = {}
    for part in _parts(texts):
        name, sign, value = part.partition("=")
        _known(option, name, rulebook)
        if bool(sign) != (option == "--product") or (sign and not value):
            _refuse(f"{option} {part}：{'ROTA=RV5' if option == '--product' else 'BCG'} のように指定します。")
        found[name] = value
    return found


def _parts(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from (part for part in text.split(",") if part)


def _range(option: str, text: str, known: str) -> Range:
    first, sign, last = text.partition("..")
    try:
        found = date.fromisoformat(first), date.fromisoformat(last if sign else first)
    except ValueError:
        also = f"{known}、" if known else ""
        _refuse(f"{option} {text}：{also}日付（YYYY-MM-DD）か期間（YYYY-MM-DD..YYYY-MM-DD）が必要です。")
    if found[1] < found[0]:
        _refuse(f"{option} {text}：終わりが始まりより前です。")
    return found


def _known(option: str, name: str, rulebook: Rulebook) -> None:
    if name not in rulebook.groups:
        _refuse(f"{option} {name}：{'、'.join(rulebook.groups)} のどれかが必要です。")


def _refuse(problem: str) -> NoReturn:
    from yakuba.handbook.files import BadInput

    raise BadInput([problem])
