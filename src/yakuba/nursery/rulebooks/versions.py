"""Two versions of a rule book over the same applications: what an office reads before it activates one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from yakuba.nursery.domain.application import Applications
from yakuba.nursery.domain.scores.changes import Changes, ChildChange, RowChange, compare
from yakuba.nursery.domain.scores.facts import number_words
from yakuba.nursery.domain.scores.result import Decisions
from yakuba.nursery.domain.scores.rulebook import Rulebook
from yakuba.nursery.domain.scores.score import score
from yakuba.nursery.domain.scores.words import part_words


def changes_between(
    old: Rulebook,
    new: Rulebook,
    applications: Applications,
    *,
    on: date,
    decisions: Decisions | None = None,
) -> Changes:
    """Score with both and compare. Raises ``BadInput`` when one of them does not know a code in use."""
    before = score(old, applications, decisions, on=on)
    return compare(applications, before, score(new, applications, decisions, on=on))


def report(changes: Changes) -> str:
    """The changes as text: the counts, then child by child."""
    lines = [f"{changes.old} → {changes.new}", changes.summary()]
    if changes.old_asked or changes.new_asked:
        lines.append(f"職員が決めること：{changes.old_asked}件 → {changes.new_asked}件")
    for child in changes.children:
        lines += _child(child)
    return "\n".join(lines)


def _child(child: ChildChange) -> Iterator[str]:
    old, new = number_words(child.old_total), number_words(child.new_total)
    yield f"受付番号 {child.child}　{old}点 → {new}点"
    for row in child.rows:
        yield f"　{_row(row)}"
    for wish in child.wishes:
        if wish.old_place != wish.new_place:
            yield f"　第{wish.rank}希望 {wish.nursery}　{wish.old_place}番 → {wish.new_place}番"


def _row(row: RowChange) -> str:
    sides = ["数えない" if side is None else f"{number_words(side)}点" for side in (row.old, row.new)]
    place = f"（{row.nursery}）" if row.nursery else ""
    return f"{part_words(row.part)}　{row.label}{place}　{sides[0]} → {sides[1]}"
