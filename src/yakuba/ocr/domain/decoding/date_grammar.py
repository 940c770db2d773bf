"""Dates as an automaton: only days that exist, each era within its limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from yakuba.ocr.domain.dates import ERAS, FIRST_WESTERN, LAST_WESTERN, Era, in_era, western

_STARTS = {one: era for era in ERAS for one in (era.name, era.short, era.letter, era.letter.lower())}
_SEPARATORS = "./-"


@dataclass(frozen=True, slots=True)
class _State:
    part: str = "era"  # era, year, month, day, end
    era: str = ""  # as written so far; "" for a Western date
    separator: str = ""  # 年, or the sign that also stands between month and day
    year: str = ""
    month: str = ""
    day: str = ""


class DateGrammar:
    """``令和9年1月19日``, ``R9.1.19``, ``2027-01-19``, ``2027年1月19日``, 元 for a first year."""

    @property
    def alphabet(self) -> frozenset[str] | None:
        return frozenset("0123456789元年月日./-") | frozenset("".join(_STARTS))

    @property
    def start(self) -> Any:
        return _State()

    def step(self, state: Any, char: str) -> Any:
        return getattr(self, f"_{state.part}")(state, char)

    def complete(self, state: Any) -> bool:
        if state.part == "end":
            return True
        return state.part == "day" and state.separator != "年" and _exists(state)

    def _era(self, state: _State, char: str) -> _State | None:
        written = state.era + char
        if any(name.startswith(written) for name in _STARTS):
            return replace(state, era=written)
        if state.era in _STARTS and char in ".":
            return replace(state, part="year")
        if state.era == "" or state.era in _STARTS:
            return self._year(replace(state, part="year"), char)
        return None

    def _year(self, state: _State, char: str) -> _State | None:
        if char == "年" or char in _SEPARATORS:
            return replace(state, part="month", separator=char) if _possible_year(state) else None
        written = state.year + char
        if char == "元":
            return replace(state, year="元") if state.era and not state.year else None
        if not char.isdecimal() or state.year == "元" or len(written) > (2 if state.era else 4):
            return None
        return replace(state, year=written)

    def _month(self, state: _State, char: str) -> _State | None:
        if char == ("月" if state.separator == "年" else state.separator):
            good = state.month.isdecimal() and 1 <= int(state.month) <= 12
            return replace(state, part="day") if good else None
        written = state.month + char
        if not char.isdecimal() or len(written) > 2 or int(written) > 12:
            return None
        return replace(state, month=written)

    def _day(self, state: _State, char: str) -> _State | None:
        if char == "日" and state.separator == "年":
            return replace(state, part="end") if _exists(state) else None
        written = state.day + char
        if not char.isdecimal() or len(written) > 2 or int(written) > 31:
            return None
        return replace(state, day=written)

    def _end(self, state: _State, char: str) -> _State | None:
        return None


def _era_of(state: _State) -> Era:
    return _STARTS[state.era]


def _year_number(state: _State) -> int:
    return 1 if state.year == "元" else int(state.year)


def _possible_year(state: _State) -> bool:
    if not state.year:
        return False
    year = _year_number(state)
    if state.era:
        era = _era_of(state)
        return 1 <= year <= era.last.year - era.first_year + 1
    return len(state.year) == 4 and FIRST_WESTERN <= year <= LAST_WESTERN


def _exists(state: _State) -> bool:
    if not state.day:
        return False
    year, month, day = _year_number(state), int(state.month), int(state.day)
    found = in_era(_era_of(state), year, month, day) if state.era else western(year, month, day)
    return found is not None
