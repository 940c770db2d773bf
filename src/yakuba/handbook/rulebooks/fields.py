"""Typed reading of a decoded rule book: every wrong value becomes a fault, reading goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, TypeVar

from yakuba.handbook.domain import japan
from yakuba.handbook.domain.calendars import AGE, FIRST_DAY, FIXED, LAST_DAY, Point
from yakuba.handbook.domain.offsets import Offset, parse_offset
from yakuba.handbook.domain.rules import Period
from yakuba.handbook.rulebooks.faults import BadRulebook, Fault
from yakuba.handbook.rulebooks.strict_yaml import decode

T = TypeVar("T")
_AFTER = re.compile(r"after (.+)")
_BORN = re.compile(r"birth \+ (.+)")
_GESTATION = re.compile(r"gestation (\d+)w(\d)d")
_SCHOOL_YEAR = re.compile(r"school year of (\d+)")


@cache
def read_point(text: str, end: bool) -> Point:
    """A day of life: «birth», «2m», «after 7m», «birth + 42d», «gestation 28w0d», «school year of 12».

    ``end``: the last permitted day is written; the point is the day after it. Equal texts give one object
    (the engine remembers days by it). Raises ``ValueError``.
    """
    plus = 1 if end else 0
    if text == "birth":
        return Point(AGE, Offset(), plus_days=plus)
    if found := _AFTER.fullmatch(text):
        return Point(japan.AFTER_AGE, parse_offset(found[1]), plus_days=plus)
    if found := _BORN.fullmatch(text):
        return Point(japan.DAYS_AFTER_BIRTH, parse_offset(found[1]), plus_days=plus)
    if found := _GESTATION.fullmatch(text):
        days = 7 * int(found[1]) + int(found[2])
        return Point(japan.GESTATION, Offset(days=days), plus_days=plus)
    if found := _SCHOOL_YEAR.fullmatch(text):
        kind = japan.SCHOOL_YEAR_END if end else japan.SCHOOL_YEAR_START
        return Point(kind, Offset(years=int(found[1])), plus_days=plus)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return Point(FIXED, day=date.fromisoformat(text), plus_days=plus)
    return Point(AGE, parse_offset(text), plus_days=plus)


@dataclass
class Reader:
    """The file being read and the faults found in it so far."""

    name: str
    lines: dict[str, int]
    faults: list[Fault] = field(default_factory=list)
    recalled: list[str] = field(default_factory=list)

    def fault(self, place: str, found: object, expected: str) -> None:
        """Note a fault."""
        known = place
        while known and known not in self.lines:
            known = re.sub(r"(\.[^.\[]*|\[\d+\]|^[^.\[]*)$", "", known)
        self.faults.append(Fault(self.name, place, str(found), expected, self.lines.get(known)))

    def raise_if_any(self) -> None:
        """Raise ``BadRulebook`` when there are faults."""
        if self.faults:
            raise BadRulebook(self.faults)


class Fields:
    """One mapping of the file. Keys that nobody asked for are faults (``done``)."""

    def __init__(self, reader: Reader, value: Any, place: str) -> None:
        self.reader, self.place = reader, place
        self.values: dict[str, Any] = value if isinstance(value, dict) else {}
        self._asked: set[str] = set()
        if not isinstance(value, dict):
            reader.fault(place, value, "項目名と値の組が必要です")

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}".lstrip(".")

    def has(self, key: str) -> bool:
        """Whether a key is there."""
        return key in self.values

    def text(self, key: str, default: str | None = None) -> str:
        """A text; a missing one without a default is a fault."""
        self._asked.add(key)
        value = self.values.get(key, default)
        if isinstance(value, str):
            return value
        self.reader.fault(self._at(key), "なし" if value is None else value, "文字が必要です")
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when it is missing."""
        self._asked.add(key)
        value = self.values.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        self.reader.fault(self._at(key), value, "文字の並びが必要です")
        return ()

    def one_of(self, key: str, allowed: Collection[str], default: str) -> str:
        """One of the allowed texts."""
        value = self.text(key, default)
        if value not in allowed:
            self.reader.fault(self._at(key), value, f"{'、'.join(allowed)} のどれかが必要です")
        return value

    def read(self, key: str, how: Callable[[str], T], expected: str) -> T | None:
        """A value read by ``how``; None when the key is missing or wrong (then it is a fault)."""
        if not self.has(key):
            self._asked.add(key)
            return None
        text = self.text(key)
        try:
            return how(text)
        except ValueError:
            self.reader.fault(self._at(key), text, expected)
            return None

    def number(self, key: str, default: int) -> int:
        """A whole number."""
        found = self.read(key, int, "整数が必要です")
        return default if found is None else found

    def day(self, key: str) -> date | None:
        """A date."""
        return self.read(key, date.fromisoformat, "日付（YYYY-MM-DD）が必要です")

    def offset(self, key: str) -> Offset | None:
        """A length of time."""
        return self.read(key, parse_offset, "期間（2m、27d など）が必要です")

    def point(self, key: str, end: bool = False) -> Point | None:
        """A day of life."""
        return self.read(
            key, lambda text: read_point(text, end), "時点（birth、2m、after 7m など）が必要です"
        )

    def period(self, first: str = "effective_from", last: str = "effective_until") -> Period:
        """When the rule is in force, both days inclusive."""
        return Period(self.day(first) or FIRST_DAY, self.day(last) or LAST_DAY)

    def flag(self, key: str) -> bool:
        """``true`` or ``false`` (also when it is missing)."""
        return self.one_of(key, ("true", "false"), "false") == "true"

    def source(self, inherited: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The sources of a rule; a rule marked RECALLED says so in place of a page that was read."""
        found = self.texts("src")
        if self.one_of("ev", ("SEEN", "RECALLED"), "SEEN") == "RECALLED":
            self.reader.recalled.append(self.place)
            return (*found, "RECALLED")
        return found or inherited

    def each(self, key: str) -> Iterator[Fields]:
        """The mappings of a list."""
        self._asked.add(key)
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self.reader.fault(self._at(key), value, "並びが必要です")
            return
        for number, one in enumerate(value):
            yield Fields(self.reader, one, f"{self._at(key)}[{number}]")

    def named(self, key: str) -> Iterator[tuple[str, Fields]]:
        """The mappings of a mapping, with their names."""
        self._asked.add(key)
        for name, one in Fields(self.reader, self.values.get(key, {}), self._at(key)).values.items():
            yield name, Fields(self.reader, one, f"{self._at(key)}.{name}")

    def sub(self, key: str) -> Fields | None:
        """A mapping, if it is there."""
        self._asked.add(key)
        return Fields(self.reader, self.values[key], self._at(key)) if key in self.values else None

    def done(self) -> None:
        """Every key that was not asked for is a fault."""
        for key in self.values:
            if key not in self._asked:
                known = "、".join(sorted(self._asked))
                self.reader.fault(self._at(key), key, f"使える項目は {known} です")


def open_dated(name: str, content: bytes, form: str) -> Fields:
    """A YAML file of ours beside the rule books: ``format``, ``as_of``, ``source``, and lists."""
    data, lines = decode(name, content)
    fields = Fields(Reader(name, lines), data, "")
    if fields.text("format") != form:
        fields.reader.fault("format", fields.text("format"), f"{form} が必要です")
    fields.text("source")
    return fields


def close_dated(fields: Fields) -> date:
    """Everything is read: the day that the file speaks of. Raises ``BadRulebook`` with every fault."""
    as_of = fields.day("as_of")
    fields.done()
    fields.reader.raise_if_any()
    if as_of is None:
        raise BadRulebook([Fault(fields.reader.name, "as_of", "なし", "日付が必要です")])
    return as_of
