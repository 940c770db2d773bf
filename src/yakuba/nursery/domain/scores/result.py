"""What scoring gives: a trace line per point, keys per wish, and what only a person can decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from yakuba.nursery.domain.priority import Key

Keys = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trace (採点の内訳), in the order of the form.

    ``part``: ``father``, ``mother``, ``other``, ``household``, ``child`` or ``wish``. ``points``: half points
    are possible; ``None`` where the row has no number (staff decide). ``counted``: whether the points went
    into the total; if not, ``why`` says it (「同じ区分の高いほうだけを数えます」). ``basis``: the fact it
    rests on, in words (「月168時間の就労」). ``source``, ``evidence``: of the rule book's row.
    """

    part: str
    code: str
    label: str
    points: Decimal | None
    counted: bool
    basis: str = ""
    why: str = ""
    nursery: str | None = None  # only for wish lines
    source: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something the rule book leaves to staff (適宜・総合的に判断), still undecided.

    ``kind``: ``points`` (a row without a number), ``order`` (a tie step that staff decide), ``fact`` (a fact
    that a key needs and the ledger does not give). Scoring goes on with the worst value and says so here.
    """

    kind: str
    subject: str  # 受付番号 or 世帯番号
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class WishScore:
    """A child's total at one wish. ``keys``: as in ``RankedKeys.names``, **bigger is better** throughout."""

    nursery: str
    rank: int  # 1 = first wish
    total: Decimal
    keys: Keys


@dataclass(frozen=True, slots=True)
class ChildScore:
    """One child's points. ``basic``: per guardian part (``father`` …), ``None`` for an absent one."""

    child: str
    household: str
    basic: Mapping[str, Decimal | None]
    basic_total: Decimal
    total: Decimal  # before rows that depend on the wish
    rank: str | None  # letter of a rank system (A–I)
    tier: int | None
    lines: tuple[Line, ...]
    wishes: tuple[WishScore, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """All children, by id. ``names`` / ``ascending``: the keys of ``WishScore.keys`` for people.

    ``ascending[i]``: the printed value is better when smaller; the key itself is then negated.
    ``outcome_keys``: positions of keys that depend on the result of the allocation (南風原町 step 3).
    """

    rulebook: str
    sha256: str
    names: tuple[str, ...]
    ascending: tuple[bool, ...]
    children: Mapping[str, ChildScore]
    questions: tuple[Question, ...] = ()
    warnings: tuple[str, ...] = ()
    outcome_keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Decisions:
    """What staff decided where the rule book leaves it to them; each is logged by its caller.

    ``points``: (subject, code) → points of a row without a number. ``order``: groups of child ids, best
    first, that were ordered by hand. ``together``: children for whom an outcome-dependent key holds,
    as (child, nursery).
    """

    points: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    order: tuple[tuple[str, ...], ...] = ()
    together: frozenset[tuple[str, str]] = frozenset()
