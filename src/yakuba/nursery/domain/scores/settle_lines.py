"""From candidate lines to counted ones: exclusive groups, caps and fixed totals, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from yakuba.nursery.domain.scores.adjust import Entry
from yakuba.nursery.domain.scores.result import Line
from yakuba.nursery.domain.scores.rulebook import Cap, Rulebook

ZERO = Decimal(0)
ALTERNATIVES = "同じ区分に2つ以上の印があります（低いほうで計算しています）"
HIGHEST = "同じ区分の高いほうだけを数えます"


def points(lines: Iterable[Line]) -> Decimal:
    """Sum of the counted lines."""
    return sum((line.points for line in lines if line.counted and line.points is not None), ZERO)


def count(book: Rulebook, basic: Sequence[Line], entries: Sequence[Entry], fixed: bool) -> list[Line]:
    """The lines of one total. ``fixed``: the leave extension sets the total, whatever else counts."""
    kept = _groups(book, entries)
    lines = [*basic, *(entry.line for entry in kept)]
    for cap in book.caps:
        lines += _cap(cap, basic, lines)
    extension = book.leave_extension
    if fixed and extension is not None and extension.total is not None:
        change = extension.total - points(lines)
        label = f"育児休業の延長を許容できるため、{book.terms.total}を{extension.total}とする"
        lines.append(
            Line("household", "LEAVE_EXTENSION", label, change, True, "台帳から：延長を許容できると回答")
        )
    return lines


def _groups(book: Rulebook, entries: Sequence[Entry]) -> list[Entry]:
    found = list(entries)
    for group, rule in book.groups.items():
        members = [
            i
            for i, entry in enumerate(found)
            if entry.row.exclusive == group and entry.line.counted and entry.line.points is not None
        ]
        if len(members) < 2:
            continue
        pick = max if rule == "highest" else min
        winner = pick(members, key=lambda i: (_value(found[i]), -i if rule == "highest" else i))
        why = HIGHEST if rule == "highest" else ALTERNATIVES
        for i in members:
            if i != winner:
                found[i] = replace(found[i], line=replace(found[i].line, counted=False, why=why))
    return found


def _value(entry: Entry) -> Decimal:
    return entry.line.points or ZERO


def _cap(cap: Cap, basic: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    if cap.over == ("total",):
        within = list(lines)
    elif cap.over == ("adjustments",):
        within = list(lines[len(basic) :])
    else:
        within = [line for line in lines if line.code in cap.over]
    total = points(within)
    limit = total
    if cap.most is not None:
        limit = min(limit, cap.most)
    if cap.least is not None:
        limit = max(limit, cap.least)
    if limit == total:
        return []
    return [Line("household", f"CAP:{'+'.join(cap.over)}", cap.label, limit - total, True, "上限・下限")]


def difference(base: Sequence[Line], here: Sequence[Line], nursery: str) -> list[Line]:
    """What a wish adds to the lines that count everywhere; sums stay exact.

    A line that counts everywhere but not at this wish (a higher one of its group counts instead) is taken
    back by a line of its own.
    """
    found = []
    left = list(base)
    for line in here:
        if line in left:
            left.remove(line)
        elif line.nursery is not None or line.counted:
            found.append(replace(line, part="wish", nursery=nursery))
    for line in left:
        if line.counted and line.points is not None:
            why = "この希望では別の行を数えるため、差し引きます"
            found.append(replace(line, part="wish", nursery=nursery, points=-line.points, basis=why, why=""))
    return found
