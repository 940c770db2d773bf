"""What changes between two rule books over the same applications, child by child (版の比較)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from yakuba.nursery.domain.application import Applications
from yakuba.nursery.domain.scores.result import ChildScore, Keys, Line, Scores


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that counts differently. ``None``: it does not count in that version."""

    part: str
    code: str
    label: str
    nursery: str | None
    old: Decimal | None
    new: Decimal | None


@dataclass(frozen=True, slots=True)
class WishChange:
    """One wish. ``old_place`` / ``new_place``: 1 + the children of that class with better keys."""

    nursery: str
    rank: int
    old_total: Decimal
    new_total: Decimal
    old_keys: Keys
    new_keys: Keys
    old_place: int
    new_place: int


@dataclass(frozen=True, slots=True)
class ChildChange:
    """One child's change; ``rows`` only those that differ."""

    child: str
    old_total: Decimal
    new_total: Decimal
    rows: tuple[RowChange, ...]
    wishes: tuple[WishChange, ...]

    @property
    def moved(self) -> bool:
        return any(wish.old_place != wish.new_place for wish in self.wishes)

    @property
    def rescored(self) -> bool:
        return self.old_total != self.new_total or any(
            wish.old_total != wish.new_total for wish in self.wishes
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """``children``: only those with any difference. Counts are of children; ``asked``: open questions."""

    old: str
    new: str
    children: tuple[ChildChange, ...]
    unchanged: int
    higher: int
    lower: int
    moved_up: int
    moved_down: int
    old_asked: int
    new_asked: int

    def summary(self) -> str:
        """The counts in one sentence for staff."""
        return (
            f"{len(self.children) + self.unchanged}人のうち、指数が上がる児童{self.higher}人、"
            f"下がる児童{self.lower}人、順位が上がる希望のある児童{self.moved_up}人、"
            f"下がる希望のある児童{self.moved_down}人、変わらない児童{self.unchanged}人。"
        )


def compare(applications: Applications, old: Scores, new: Scores) -> Changes:
    """Compare two scorings of the same applications. Raises ``ValueError`` when the children differ."""
    if old.children.keys() != new.children.keys():
        raise ValueError("the two scorings are not of the same children")
    places = _places(applications, old), _places(applications, new)
    every = [_child(old.children[child], new.children[child], *places) for child in sorted(old.children)]
    found = tuple(one for one in every if one.rescored or one.moved or one.rows)
    return Changes(
        old=f"{old.rulebook} {old.sha256[:12]}".strip(),
        new=f"{new.rulebook} {new.sha256[:12]}".strip(),
        children=found,
        unchanged=len(every) - len(found),
        higher=sum(one.new_total > one.old_total for one in found),
        lower=sum(one.new_total < one.old_total for one in found),
        moved_up=sum(any(wish.new_place < wish.old_place for wish in one.wishes) for one in found),
        moved_down=sum(any(wish.new_place > wish.old_place for wish in one.wishes) for one in found),
        old_asked=len(old.questions),
        new_asked=len(new.questions),
    )


def _child(
    old: ChildScore,
    new: ChildScore,
    old_places: Mapping[tuple[str, str], int],
    new_places: Mapping[tuple[str, str], int],
) -> ChildChange:
    wishes = tuple(
        WishChange(
            nursery=before.nursery,
            rank=before.rank,
            old_total=before.total,
            new_total=after.total,
            old_keys=before.keys,
            new_keys=after.keys,
            old_place=old_places[old.child, before.nursery],
            new_place=new_places[new.child, after.nursery],
        )
        for before, after in zip(old.wishes, new.wishes, strict=True)
    )
    return ChildChange(old.child, old.total, new.total, _rows(old, new), wishes)


def _counted(lines: tuple[Line, ...]) -> dict[tuple[str, str, str | None], tuple[str, Decimal | None]]:
    found: dict[tuple[str, str, str | None], tuple[str, Decimal | None]] = {}
    for line in lines:
        if line.counted:
            place = line.part, line.code, line.nursery
            before = found.get(place, ("", None))[1]
            value = line.points if before is None else before + (line.points or 0)
            found[place] = (line.label, value)
    return found


def _rows(old: ChildScore, new: ChildScore) -> tuple[RowChange, ...]:
    before, after = _counted(old.lines), _counted(new.lines)
    found = []
    for place in dict.fromkeys([*before, *after]):
        one, other = before.get(place), after.get(place)
        if one is None or other is None or one[1] != other[1]:
            label = (other or one or ("", None))[0]
            points = None if one is None else one[1], None if other is None else other[1]
            found.append(RowChange(place[0], place[1], label, place[2], *points))
    return tuple(found)


def _places(applications: Applications, scores: Scores) -> Mapping[tuple[str, str], int]:
    """(child, nursery) → place in the order of its class; equal keys share a place, holders come first."""
    classes: dict[tuple[str, int, str], list[tuple[bool, Keys, str]]] = defaultdict(list)
    for child in applications.applicants:
        for wish in scores.children[child.id].wishes:
            row = child.current == wish.nursery, wish.keys, child.id
            classes[wish.nursery, child.age, child.track].append(row)
    found = {}
    for (nursery, _, _), rows in classes.items():
        ordered = sorted(((holds, keys) for holds, keys, _ in rows), reverse=True)
        first = {key: index for index, key in reversed(list(enumerate(ordered, 1)))}
        for holds, keys, child_id in rows:
            found[child_id, nursery] = first[holds, keys]
    return found
