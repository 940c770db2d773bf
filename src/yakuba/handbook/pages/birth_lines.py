"""Hand-overs of pregnancies as a child's page names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yakuba.handbook.models import Birth, RegisteredChild
from yakuba.handbook.services.birth_matches import live
from yakuba.handbook.services.births import why_not_undo
from yakuba.handbook.services.visibility import hidden_from, note_views

HOW = {
    Birth.TAKEN_OVER: "ご家庭の手帳をそのまま引き継いだ",
    Birth.CLOSED: "役所の記録を移した",
    Birth.LET_GO: "役所の記録を移した。ご家庭の2つの手帳は、ご家庭がまとめる",
    Birth.SIBLING: "ふたごなど。出産予定日と、お母さんの接種を写した",
}


@dataclass(frozen=True, slots=True)
class BirthLine:
    """One hand-over. ``other``: the row on the other end; ``mine``: the page is the child's."""

    birth: Birth
    other: RegisteredChild
    mine: bool
    how: str
    why_not: str  # why it can't be undone


def birth_lines(row: RegisteredChild, user: Any) -> list[BirthLine]:
    """What was handed over to or from a row, without rows hidden from the person."""
    found = live(child=row) | live(pregnancy=row)
    hidden = hidden_from(user)
    lines = []
    for one in found.select_related("child", "pregnancy", "made_by"):
        mine = one.child_id == row.pk
        other = one.pregnancy if mine else one.child
        if other.number not in hidden:
            lines.append(BirthLine(one, other, mine, HOW[one.how], why_not_undo(one)))
    note_views(user, [one.other.number for one in lines])
    return lines
