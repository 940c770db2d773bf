"""What a town hall's file says, row by row, before it becomes a market.

``LedgerRows`` is the same for all three formats; a demo writes it and a reader yields it. Values that could
not be read are ``None`` and have a fault of their own already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from yakuba.nursery.domain.application import GENERAL as GENERAL
from yakuba.nursery.domain.application import class_id as class_id
from yakuba.nursery.domain.priority import Key

TRACKS = (GENERAL, "障害児", "医療的ケア児", "連携")
AGES = range(6)
DESCENDING, ASCENDING = "大きい順", "小さい順"


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class (施設 × 年齢 × 枠) and its new seats (募集人数)."""

    nursery: str
    name: str
    age: int
    recruits: int
    track: str = GENERAL
    row: int = 0

    @property
    def class_id(self) -> str:
        return class_id(self.nursery, self.age, self.track)


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One application; ``keys`` as written in the file (not yet turned to bigger-is-better)."""

    id: str
    household: str
    name: str
    age: int
    wishes: tuple[str, ...]
    keys: tuple[Key | None, ...]
    kana: str = ""
    birth: date | None = None
    track: str = GENERAL
    current: str | None = None
    pattern: int | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class KeyRule:
    """One key of the priority: its name and whether the smaller value is better."""

    name: str
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """The keys of one child at one nursery, in place of its usual ones."""

    child: str
    nursery: str
    keys: tuple[Key | None, ...]
    row: int = 0


@dataclass(frozen=True, slots=True)
class TupleRow:
    """One child's part of the ``rank``-th explicit wish of a household; ``nursery`` None = does not enter."""

    household: str
    rank: int
    child: str
    nursery: str | None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kind of row was read: file, sheet, and the file's own column names."""

    file: str
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        return self.columns.get(name, name)


@dataclass(frozen=True, slots=True)
class LedgerRows:
    """A whole ledger (台帳). ``lenient``: small slips that the format's own program accepts are warnings."""

    classes: tuple[ClassRow, ...]
    children: tuple[ChildRow, ...]
    rules: tuple[KeyRule, ...]
    overrides: tuple[OverrideRow, ...] = ()
    tuples: tuple[TupleRow, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)  # sheet name of our workbook -> place
    lenient: bool = False

    def place(self, sheet: str) -> Place:
        return self.places.get(sheet) or Place("", sheet)
