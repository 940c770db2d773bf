"""Applications (利用申込) as the office holds them: facts of households and children, before points.

The score engine (``yakuba.nursery.domain.scores``) turns them into keys; readers under
``yakuba.nursery.applications`` make them from files. Vocabulary: ``docs/nursery-ledger.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from yakuba.nursery.domain.market import Seat

Fact = bool | int | Decimal | str | date
Relation = Literal["father", "mother", "other"]
Kind = Literal["entry", "transfer", "continue"]
GENERAL = "一般"  # the track (枠) of most classes


@dataclass(frozen=True, slots=True)
class Mark:
    """A row of the rule book that an officer ticked (加点・減点の該当).

    ``nursery``: only for the wish to that nursery (施設番号); ``None`` = for every wish.
    ``times``: how often the row counts, for rows with 「1回につき」.
    """

    code: str
    times: int = 1
    nursery: str | None = None


@dataclass(frozen=True, slots=True)
class Guardian:
    """A guardian (保護者). ``facts``: numbers, words and dates that basic rows ask for, by fact key.

    ``rows``: codes of basic rows that an officer chose from a paper (診断書 など); ``reasons``: the reasons
    (事由) given on the form, as category words of the rule book, the main one first.
    """

    relation: Relation
    name: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()  # adjustments that count for this parent


@dataclass(frozen=True, slots=True)
class Household:
    """A household (世帯). A parent who is absent is not in ``guardians``.

    ``facts``: what tie keys and adjustments ask of the household (``fee_bracket``, …). ``rows``: basic rows
    that count once for the household. ``addressee``, ``postal_code``, ``address``: for letters only.
    """

    id: str
    guardians: tuple[Guardian, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    leave_extension_ok: bool = False  # 育児休業の延長を許容できる
    addressee: str = ""
    postal_code: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Applicant:
    """One child's application. ``age``: age class 0–5; ``current``, ``wishes``: 施設番号, wishes best first.

    ``tier``: group that is ranked before points (優先区分, 1 is first), where the rule book has such groups.
    ``pattern``: sibling pattern 1–7 (``yakuba.nursery.domain.siblings``).
    """

    id: str
    household: str
    name: str
    age: int
    wishes: tuple[str, ...]
    kana: str = ""
    birth: date | None = None
    track: str = GENERAL
    kind: Kind = "entry"
    current: str | None = None
    pattern: int | None = None
    tier: int | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    applied_on: date | None = None
    wished_start: date | None = None
    row: int = 0  # where the file says so, as the spreadsheet numbers it


@dataclass(frozen=True, slots=True)
class OfferedClass:
    """One class (施設 × 年齢 × 枠) and its seats for new children (募集人数)."""

    nursery: str
    name: str
    age: int
    recruits: int
    track: str = GENERAL
    row: int = 0


@dataclass(frozen=True, slots=True)
class WishTuple:
    """The ``rank``-th wish of a household (希望の組): child → 施設番号, ``None`` = does not enter."""

    household: str
    rank: int
    choices: Mapping[str, Seat]


@dataclass(frozen=True, slots=True)
class Applications:
    """Everything of one selection round, without faults; ids are unique and every reference exists.

    ``siblings_enrolled``: household → 施設番号 where a sibling who does not apply attends and stays
    (在園きょうだい; a sibling who leaves in March is not listed).
    """

    classes: tuple[OfferedClass, ...]
    households: Mapping[str, Household]
    applicants: tuple[Applicant, ...]
    tuples: tuple[WishTuple, ...] = ()
    siblings_enrolled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def class_id(nursery: str, age: int, track: str) -> str:
    """``<施設番号>-<年齢>``, with ``-<枠>`` when the track is not the general one.

    >>> class_id("12", 1, "一般"), class_id("12", 1, "障害児")
    ('12-1', '12-1-障害児')
    """
    return f"{nursery}-{age}" + ("" if track == GENERAL else f"-{track}")
