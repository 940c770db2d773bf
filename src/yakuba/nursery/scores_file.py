"""The kept trace of a scoring: JSON Lines, one child a line after a header line.

The first line: ``format``, ``rulebook``, ``sha256``, ``names``, ``ascending``, ``outcome_keys``. Every other
line is one child: what the application says of it, and its ``ChildScore``. Numbers with points are strings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yakuba.nursery.domain.application import Applicant, Applications
from yakuba.nursery.domain.priority import Key, plain
from yakuba.nursery.domain.scores.result import ChildScore, Line, Scores, WishScore

FORMAT = "yakuba.nursery.scores/1"


@dataclass(frozen=True, slots=True)
class ScoredChild:
    """One line of the file: the applicant's own words and the points."""

    id: str
    household: str
    name: str
    kana: str
    age: int
    nurseries: Mapping[str, str]  # 施設番号 of a wish → name
    score: ChildScore

    @property
    def differs_by_wish(self) -> bool:
        """Whether the total depends on the nursery wished (希望順で変わるか)."""
        return len({wish.total for wish in self.score.wishes}) > 1

    @property
    def highest(self) -> Decimal:
        """The best total over the wishes, or the total itself."""
        return max((wish.total for wish in self.score.wishes), default=self.score.total)


@dataclass(frozen=True, slots=True)
class ScoresFile:
    """The whole file, read back."""

    rulebook: str
    sha256: str
    names: tuple[str, ...]
    ascending: tuple[bool, ...]
    outcome_keys: tuple[int, ...]
    children: Mapping[str, ScoredChild]


def scores_bytes(scores: Scores, applications: Applications) -> bytes:
    """The file of a scoring; the same bytes for the same scores."""
    names = {one.nursery: one.name for one in applications.classes}
    head = {
        "format": FORMAT,
        "rulebook": scores.rulebook,
        "sha256": scores.sha256,
        "names": list(scores.names),
        "ascending": list(scores.ascending),
        "outcome_keys": list(scores.outcome_keys),
    }
    lines = [_dump(head)]
    for applicant in sorted(applications.applicants, key=lambda one: one.id):
        lines.append(_dump(_child(applicant, scores.children[applicant.id], names)))
    return "".join(line + "\n" for line in lines).encode()


def _dump(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def _child(applicant: Applicant, score: ChildScore, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "child": applicant.id,
        "household": applicant.household,
        "name": applicant.name,
        "kana": applicant.kana,
        "age": applicant.age,
        "nurseries": {one: names.get(one, one) for one in applicant.wishes},
        "basic": {part: _text(points) for part, points in score.basic.items()},
        "basic_total": str(score.basic_total),
        "total": str(score.total),
        "rank": score.rank,
        "tier": score.tier,
        "lines": [_line(line) for line in score.lines],
        "wishes": [_wish(wish) for wish in score.wishes],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "part": line.part,
        "code": line.code,
        "label": line.label,
        "points": _text(line.points),
        "counted": line.counted,
        "basis": line.basis,
        "why": line.why,
        "nursery": line.nursery,
        "source": line.source,
        "evidence": line.evidence,
    }


def _wish(wish: WishScore) -> dict[str, Any]:
    keys = [plain(key) for key in wish.keys]
    return {"nursery": wish.nursery, "rank": wish.rank, "total": str(wish.total), "keys": keys}


def _text(points: Decimal | None) -> str | None:
    return None if points is None else str(points)


def read_scores(data: bytes) -> ScoresFile:
    """The file back as ``ChildScore`` objects. ``ValueError`` for another format."""
    lines = [json.loads(line) for line in data.decode().split("\n") if line]
    if not lines or lines[0].get("format") != FORMAT:
        raise ValueError(f"not a {FORMAT} file")
    head = lines[0]
    return ScoresFile(
        rulebook=head["rulebook"],
        sha256=head["sha256"],
        names=tuple(head["names"]),
        ascending=tuple(head["ascending"]),
        outcome_keys=tuple(head["outcome_keys"]),
        children={row["child"]: _read_child(row) for row in lines[1:]},
    )


def _read_child(row: Mapping[str, Any]) -> ScoredChild:
    score = ChildScore(
        child=row["child"],
        household=row["household"],
        basic={part: _number(points) for part, points in row["basic"].items()},
        basic_total=Decimal(row["basic_total"]),
        total=Decimal(row["total"]),
        rank=row["rank"],
        tier=row["tier"],
        lines=tuple(Line(**{**line, "points": _number(line["points"])}) for line in row["lines"]),
        wishes=tuple(
            WishScore(wish["nursery"], wish["rank"], Decimal(wish["total"]), _keys(wish["keys"]))
            for wish in row["wishes"]
        ),
    )
    return ScoredChild(
        row["child"], row["household"], row["name"], row["kana"], row["age"], row["nurseries"], score
    )


def _keys(values: list[int | str]) -> tuple[Key, ...]:
    return tuple(value if isinstance(value, int) else Decimal(value) for value in values)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def printed_key(key: Key, *, ascending: bool) -> str:
    """A key as the rule book prints it: an ascending one is kept negated.

    >>> printed_key(-3, ascending=True), printed_key(Decimal("2.50"), ascending=False)
    ('3', '2.5')
    """
    return str(plain(-key if ascending else key))
