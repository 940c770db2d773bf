"""Where a table's rows come from: a list in memory, or a query set of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol


class Source(Protocol):
    """Rows that can be narrowed, sorted and cut into pages; every method gives a new source."""

    def narrowed(self, path: str, value: str) -> Source: ...

    def searched(self, paths: Sequence[str], text: str) -> Source: ...

    def ordered(self, path: str, bare: Callable[[Any], Any], *, descending: bool) -> Source: ...

    def count(self) -> int: ...

    def part(self, start: int, stop: int) -> Iterable[Any]: ...

    def all(self) -> Iterable[Any]: ...


def source_of(rows: Any) -> Source:
    """The source for a query set (anything with ``order_by``), a list or another iterable."""
    if hasattr(rows, "order_by"):
        return QuerySource(rows)
    return ListSource(list(rows))


class ListSource:
    """Rows in memory: objects or mappings."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def narrowed(self, path: str, value: str) -> ListSource:
        """Rows whose value at ``path``, as text, equals ``value``."""
        return ListSource([row for row in self._rows if str(_at(row, path)) == value])

    def searched(self, paths: Sequence[str], text: str) -> ListSource:
        """Rows that contain the text in one of the paths, whatever the case."""
        low = text.casefold()
        return ListSource(
            [row for row in self._rows if any(low in str(_at(row, path) or "").casefold() for path in paths)]
        )

    def ordered(self, path: str, bare: Callable[[Any], Any], *, descending: bool) -> ListSource:
        """Sorted by the bare value; empty ones last in both directions; equal ones keep their order."""
        full = [row for row in self._rows if bare(row) is not None]
        empty = [row for row in self._rows if bare(row) is None]
        return ListSource(sorted(full, key=bare, reverse=descending) + empty)

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def part(self, start: int, stop: int) -> list[Any]:
        """Rows ``start`` to ``stop - 1``."""
        return self._rows[start:stop]

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows


class QuerySource:
    """A query set; sorting, searching and paging happen in the database."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    def narrowed(self, path: str, value: str) -> QuerySource:
        """Rows whose field equals the value."""
        return QuerySource(self._rows.filter(**{path: value}))

    def searched(self, paths: Sequence[str], text: str) -> QuerySource:
        """Rows that contain the text in one of the fields."""
        from django.db.models import Q

        found = Q()
        for path in paths:
            found |= Q(**{f"{path}__icontains": text})
        return QuerySource(self._rows.filter(found))

    def ordered(self, path: str, bare: Callable[[Any], Any], *, descending: bool) -> QuerySource:
        """Sorted by the field, empty ones last, then by primary key so that pages never overlap."""
        from django.db.models import F

        by = F(path).desc(nulls_last=True) if descending else F(path).asc(nulls_last=True)
        return QuerySource(self._rows.order_by(by, "pk"))

    def count(self) -> int:
        """How many rows there are."""
        return int(self._rows.count())

    def part(self, start: int, stop: int) -> Iterable[Any]:
        """Rows ``start`` to ``stop - 1``."""
        rows: Iterable[Any] = self._rows[start:stop]
        return rows

    def all(self) -> Iterable[Any]:
        """Every row, read in blocks."""
        rows: Iterable[Any] = self._rows.iterator(chunk_size=2000)
        return rows


def _at(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = row.get(part) if isinstance(row, dict) else getattr(row, part, None)
    return row
