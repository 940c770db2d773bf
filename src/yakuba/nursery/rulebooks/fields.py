"""Taking a mapping apart, field by field, with a fault for everything that is not as documented."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from yakuba.core.strict_yaml import Document
from yakuba.nursery.domain.market import BadInput, Fault

T = TypeVar("T")
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
LONGEST_TEXT = 2_000


class Faults:
    """Faults of one document, each with its path and line."""

    def __init__(self, name: str, document: Document) -> None:
        self.name, self.document = name, document
        self.found: list[Fault] = []

    def add(self, path: str, found: object, expected: str) -> None:
        words = "なし" if found is None else str(found)
        line = self.document.lines.get(path) or self.document.lines.get(path.rpartition(".")[0])
        self.found.append(Fault(self.name, words[:80], expected, row=line, column=path))

    def raise_if_any(self) -> None:
        if self.found:
            raise BadInput(self.found)


class Fields:
    """One mapping of the file. Every ``take`` names a key it knows; ``done`` refuses the rest."""

    def __init__(self, faults: Faults, value: Any, path: str) -> None:
        self.faults, self.path = faults, path
        self.known: set[str] = set()
        if not isinstance(value, dict):
            faults.add(path, value, "項目の組（項目: 値）が必要です")
            value = {}
        self.value: Mapping[str, Any] = value

    def at(self, key: str) -> str:
        return f"{self.path}.{key}".lstrip(".")

    def fault(self, key: str, found: object, expected: str) -> None:
        self.faults.add(self.at(key), found, expected)

    def take(
        self, key: str, expected: str, read: Callable[[Any], T | None], default: T, need: bool = False
    ) -> T:
        """The value of a key by ``read``, which returns ``None`` for values it does not accept."""
        self.known.add(key)
        raw = self.value.get(key)
        if raw is None:
            if need:
                self.fault(key, None, f"{expected} が必要です")
            return default
        got = read(raw)
        if got is None:
            self.fault(key, raw, f"{expected} が必要です")
            return default
        return got

    def text(self, key: str, default: str = "", need: bool = False) -> str:
        return self.take(key, f"{LONGEST_TEXT:,}字までの文字", _text, default, need)

    def code(self, key: str, need: bool = True) -> str:
        return self.take(key, "英字で始まる記号（英数字と _ -、40字まで）", _code, "", need)

    def one_of(self, key: str, words: Collection[str], default: T, need: bool = False) -> str | T:
        names = "、".join(words)
        got = self.take(key, f"{names} のどれか", lambda raw: raw if raw in words else None, None, need)
        return default if got is None else got

    def yes_no(self, key: str) -> bool:
        return self.take(key, "true か false", lambda raw: raw if isinstance(raw, bool) else None, False)

    def number(self, key: str, default: Decimal | None = None, need: bool = False) -> Decimal | None:
        return self.take(key, "数", lambda raw: raw if isinstance(raw, Decimal) else None, default, need)

    def whole(self, key: str, need: bool = False) -> int | None:
        return self.take(key, "整数", _whole, None, need)

    def day(self, key: str) -> date | None:
        return self.take(key, "日付（2026-04-01 など）", _day, None)

    def texts(self, key: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        found = []
        for path, raw in self.items(key):
            if not isinstance(raw, str) or (allowed is not None and raw not in allowed):
                self.faults.add(
                    path, raw, f"{'、'.join(allowed)} のどれかが必要です" if allowed else "文字が必要です"
                )
            else:
                found.append(raw)
        return tuple(found)

    def numbers(self, key: str) -> tuple[int, ...]:
        found = []
        for path, raw in self.items(key):
            number = _whole(raw)
            if number is None:
                self.faults.add(path, raw, "整数が必要です")
            else:
                found.append(number)
        return tuple(found)

    def items(self, key: str) -> Iterator[tuple[str, Any]]:
        """(path, raw value) of a list."""
        rows: list[Any] = self.take(
            key, "値の並び（- 値）", lambda raw: raw if isinstance(raw, list) else None, []
        )
        yield from ((f"{self.at(key)}[{i}]", raw) for i, raw in enumerate(rows))

    def rows(self, key: str) -> Iterator[Fields]:
        """The mappings of a list."""
        for path, raw in self.items(key):
            yield Fields(self.faults, raw, path)

    def inner(self, key: str) -> Fields | None:
        """A mapping inside, or ``None`` when it is absent."""
        self.known.add(key)
        raw = self.value.get(key)
        return None if raw is None else Fields(self.faults, raw, self.at(key))

    def raw(self, key: str) -> Mapping[str, Any]:
        """A mapping that is kept as it is."""
        inner = self.inner(key)
        return {} if inner is None else inner.value

    def done(self) -> None:
        for key in self.value:
            if key not in self.known:
                self.fault(key, key, f"知らない項目です。使える項目：{'、'.join(sorted(self.known))}")


def _text(raw: Any) -> str | None:
    if isinstance(raw, Decimal):
        return str(raw)
    return raw if isinstance(raw, str) and len(raw) <= LONGEST_TEXT else None


def _code(raw: Any) -> str | None:
    return raw if isinstance(raw, str) and CODE.fullmatch(raw) else None


def _whole(raw: Any) -> int | None:
    return int(raw) if isinstance(raw, Decimal) and raw == raw.to_integral_value() else None


def _day(raw: Any) -> date | None:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
