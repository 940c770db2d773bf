"""What an import changes, row by row, before anybody confirms it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yakuba.core.facilities.domain.records import Record, as_json


@dataclass(frozen=True, slots=True)
class Change:
    """One record that differs: field, before, after."""

    code: str
    name: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Old against new; each list in the order of its file."""

    added: tuple[Record, ...]
    removed: tuple[Record, ...]
    changed: tuple[Change, ...]
    same: int

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.removed or self.changed)


def difference(old: Iterable[Record], new: Iterable[Record]) -> Difference:
    """What becomes of ``old`` when ``new`` takes its place; records are the same when their codes are."""
    before = {one.code: one for one in old}
    after = {one.code: one for one in new}
    changed = tuple(
        _change(before[code], one) for code, one in after.items() if code in before and before[code] != one
    )
    return Difference(
        added=tuple(one for code, one in after.items() if code not in before),
        removed=tuple(one for code, one in before.items() if code not in after),
        changed=changed,
        same=len(before.keys() & after.keys()) - len(changed),
    )


def _change(old: Record, new: Record) -> Change:
    before, after = as_json(old), as_json(new)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return Change(
        new.code, new.name, tuple((name, _text(before.get(name)), _text(after.get(name))) for name in names)
    )


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
