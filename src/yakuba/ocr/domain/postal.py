"""Addresses as 都道府県, 市区町村, 町域 and what is left, and the postal codes they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from yakuba.ocr.domain.names import are_variants
from yakuba.ocr.domain.normalise import widths, without_spaces

_NO_COUNTER = re.compile(r"(?<=[0-9])(?!丁目)[^0-9\-ー‐−―一番号地の条東西南北]{1,3}(?=[0-9]+番)")
Place = tuple[str, str, str]  # 都道府県, 市区町村, 町域 ("" when the code covers the whole town)


@dataclass(frozen=True, slots=True)
class Parsed:
    """An address cut into its known parts; parts that were not found are ""."""

    prefecture: str
    city: str
    town: str
    rest: str

    @property
    def depth(self) -> int:
        """How many parts are known, 0 to 3."""
        return sum(bool(part) for part in (self.prefecture, self.city, self.town))


@dataclass(frozen=True, eq=False)
class AddressBook:
    """``codes``: postal code to its places."""

    codes: Mapping[str, tuple[Place, ...]] = field(repr=False)

    @cached_property
    def _cities(self) -> dict[str, tuple[str, ...]]:
        """Prefecture to its cities."""
        found: dict[str, set[str]] = {}
        for places in self.codes.values():
            for prefecture, city, _ in places:
                found.setdefault(prefecture, set()).add(city)
        return {prefecture: tuple(sorted(cities)) for prefecture, cities in found.items()}

    @cached_property
    def _towns(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Prefecture and city to its towns."""
        found: dict[tuple[str, str], set[str]] = {}
        for places in self.codes.values():
            for prefecture, city, town in places:
                if town:
                    found.setdefault((prefecture, city), set()).add(town)
        return {key: tuple(sorted(towns)) for key, towns in found.items()}

    def parse(self, address: str) -> Parsed:
        """The known parts at the beginning; the prefecture may be left out when the city tells it."""
        text = without_spaces(address)
        prefecture = _longest(text, self._cities)
        rest = text[len(prefecture) :]
        if prefecture:
            return self._in_prefecture(prefecture, prefecture, rest)
        options = [
            self._in_prefecture(name, "", text) for name in self._cities if _longest(text, self._cities[name])
        ]
        return max(options, key=lambda one: (one.depth, len(one.city)), default=Parsed("", "", "", text))

    def _in_prefecture(self, name: str, written: str, rest: str) -> Parsed:
        city = _longest(rest, self._cities[name])
        rest = rest[len(city) :]
        town = _longest(rest, self._towns.get((name, city), ())) if city else ""
        return Parsed(written, city, town, rest[len(town) :])

    def neighbours(self, address: str) -> list[str]:
        """The address with its first unknown part replaced by known ones that differ in one character."""
        text = without_spaces(address)
        parsed = self.parse(text)
        if parsed.prefecture and parsed.city and parsed.town:
            return []
        known = text[: len(text) - len(parsed.rest)]
        if parsed.city:
            prefectures = [parsed.prefecture] if parsed.prefecture else list(self._cities)
            options: Iterable[str] = [
                town for name in prefectures for town in self._towns.get((name, parsed.city), ())
            ]
        elif parsed.prefecture:
            options = self._cities[parsed.prefecture]
        else:
            options = [*self._cities, *(city for cities in self._cities.values() for city in cities)]
        near = [one for one in options if _one_apart(parsed.rest[: len(one)], one)]
        repaired = [known + one + parsed.rest[len(one) :] for one in near]
        return sorted(repaired, key=lambda one: -self.parse(one).depth)[:6]

    def fits(self, code: str, address: str) -> bool | None:
        """Whether the code belongs to the address; ``None`` when the code is not in the book."""
        places = self.codes.get(code)
        if not places:
            return None
        text = without_spaces(address)
        return any(
            text.startswith((prefecture + city + town, city + town)) for prefecture, city, town in places
        )


def with_counters(address: str) -> list[str]:
    """The address with 丁目 where signs that are no counter stand between two numbers before 番; or nothing.

    >>> with_counters("門外3J17番10号")
    ['門外3丁目17番10号']
    """
    repaired = _NO_COUNTER.sub("丁目", widths(address))
    return [] if repaired == widths(address) else [repaired]


def _longest(text: str, options: Iterable[str]) -> str:
    return max((one for one in options if text.startswith(one)), key=len, default="")


def _one_apart(text: str, other: str) -> bool:
    """Whether two texts of one length (two or more) differ in one character that is no variant."""
    if len(text) != len(other) or len(other) < 2:
        return False
    pairs = [(a, b) for a, b in zip(text, other, strict=True) if a != b]
    return len(pairs) == 1 and not are_variants(*pairs[0])
