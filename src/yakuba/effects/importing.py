"""Read measurements from a CSV file, all rows or none.

Columns by event (a first line of headings; other columns are ignored):

=========  =====================================================================================
event      columns used
=========  =====================================================================================
session    task, started_at, ended_at, seconds (active; empty = the whole stretch), case, user
baseline   task, date, seconds, method, persons (empty = 1)
count      task, date, count
cost       system, name, yen, per (once, month, year), date (from), until (empty = open)
=========  =====================================================================================

``task`` is ``system.task``; dates are ISO 8601; a time without an offset is local time; ``user`` is a
staff number (職員番号) or empty. A row imported before is recognised and not counted twice.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.people.models import User
from yakuba.core.tables import RowFault, TableFaults, read_csv
from yakuba.effects.capture import CASE, TASK
from yakuba.effects.models import BaselineSample, CaseCount, Cost, Source, WorkSession

MOST_BYTES = 50_000_000
MOST_FAULTS = 100
_HEADINGS = (
    "event", "task", "system", "case", "user", "started_at", "ended_at", "seconds", "date", "until", "count",
    "method", "persons", "name", "yen", "per",
)  # fmt: skip


class EventFaults(TableFaults):
    """Nothing was imported; ``faults`` lists every problem."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were new, and how many had been imported before."""

    new: int
    already: int


@dataclass
class _Row:
    """One line being read; faults collect instead of raising."""

    file: str
    line: int
    cells: dict[str, str]
    users: dict[str, User]
    faults: list[RowFault] = field(default_factory=list)

    def fault(self, column: str, expected: str) -> None:
        found = self.cells.get(column, "")[:80]
        self.faults.append(RowFault(self.file, self.line, column, found, expected))

    def text(self, column: str, most: int, *, needed: bool = False) -> str:
        value = self.cells.get(column, "")
        if len(value) > most or (needed and not value):
            self.fault(column, f"{'1文字以上' if needed else ''}{most}文字以下")
        return value

    def task(self) -> str:
        value = self.cells.get("task", "")
        if len(value) > 60 or not TASK.fullmatch(value):
            self.fault("task", "nursery.review のような「業務.作業」")
        return value

    def case(self) -> str:
        value = self.cells.get("case", "")
        if len(value) > 100 or not CASE.fullmatch(value):
            self.fault("case", "100文字以下の番号か記号")
        return value

    def user(self) -> User | None:
        value = self.cells.get("user", "")
        if value and value not in self.users:
            self.fault("user", "登録された職員番号か空欄")
        return self.users.get(value)

    def day(self, column: str, *, needed: bool = True) -> date | None:
        value = self.cells.get(column, "")
        if not value and not needed:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fault(column, "2026-11-22 のような日付")
            return None

    def moment(self, column: str) -> datetime | None:
        value = self.cells.get(column, "")
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fault(column, "2026-11-22T09:30:00 のような日時")
            return None
        return found if found.tzinfo else timezone.make_aware(found)

    def number(self, column: str, *, least: float, most: float, empty: float | None = None) -> float:
        value = self.cells.get(column, "")
        if not value and empty is not None:
            return empty
        try:
            found = float(value)
        except ValueError:
            found = float("nan")
        if not least <= found <= most:
            self.fault(column, f"{least:g}以上{most:,.0f}以下の数")
            return least
        return found

    def whole(self, column: str, *, least: int, most: int, empty: int | None = None) -> int:
        found = self.number(column, least=least, most=most, empty=empty)
        if found != int(found):
            self.fault(column, "整数")
        return int(found)


def _session(row: _Row) -> models.Model | None:
    started, ended = row.moment("started_at"), row.moment("ended_at")
    task, case, user = row.task(), row.case(), row.user()
    if started is None or ended is None:
        return None
    stretch = (ended - started).total_seconds()
    if stretch < 0:
        row.fault("ended_at", "started_at 以後の日時")
        return None
    seconds = row.number("seconds", least=0, most=stretch, empty=stretch)
    return WorkSession(
        task=task, case_ref=case, user=user, started_at=started, last_activity_at=ended, ended_at=ended,
        active_seconds=seconds, idle_cut_seconds=stretch - seconds, source=Source.IMPORT,
    )  # fmt: skip


def _baseline(row: _Row) -> models.Model | None:
    task, day = row.task(), row.day("date")
    seconds = row.number("seconds", least=0.001, most=10_000_000)
    persons = row.whole("persons", least=1, most=10_000, empty=1)
    method = row.text("method", 200)
    if day is None:
        return None
    return BaselineSample(task=task, seconds=seconds, measured_on=day, method=method, persons=persons)


def _count(row: _Row) -> models.Model | None:
    task, day, count = row.task(), row.day("date"), row.whole("count", least=0, most=100_000_000)
    return None if day is None else CaseCount(task=task, date=day, count=count)


def _cost(row: _Row) -> models.Model | None:
    system, name = row.text("system", 30, needed=True), row.text("name", 100, needed=True)
    yen = row.whole("yen", least=-1_000_000_000_000, most=1_000_000_000_000)
    if row.cells.get("per") not in Cost.Per.values:
        row.fault("per", "once、month、year のどれか")
    starts, ends = row.day("date"), row.day("until", needed=False)
    if starts and ends and ends < starts:
        row.fault("until", "date 以後の日付")
    if starts is None:
        return None
    return Cost(
        system=system, name=name, yen=yen, per=row.cells.get("per", ""), starts_on=starts, ends_on=ends
    )


_EVENTS: dict[str, Callable[[_Row], models.Model | None]] = {
    "session": _session,
    "baseline": _baseline,
    "count": _count,
    "cost": _cost,
}


def import_events(path: Path, *, by: object) -> Imported:
    """Import a file in one transaction; raises ``EventFaults`` and changes nothing when a row is wrong."""
    rows = _read(path)
    users = {user.username: user for user in User.objects.all()} if any(r["user"] for _, r in rows) else {}
    faults: list[RowFault] = []
    found: dict[str, models.Model] = {}
    seen: Counter[str] = Counter()
    for number, cells in rows:
        row = _Row(path.name, number, cells, users)
        read = _EVENTS.get(cells["event"])
        if read is None:
            row.fault("event", "session、baseline、count、cost のどれか")
        item = read(row) if read else None
        faults += row.faults
        if item is not None and not faults:
            content = "\x1f".join(cells[name] for name in _HEADINGS)
            seen[content] += 1
            key = hashlib.sha256(f"{content}\x1e{seen[content]}".encode()).hexdigest()
            item.import_key = key  # type: ignore[attr-defined]  # every model of the ledger has one
            found[key] = item
    if faults:
        raise EventFaults(faults[:MOST_FAULTS])
    return _save(path.name, found, by)


def _save(name: str, found: dict[str, models.Model], by: object) -> Imported:
    already = 0
    with transaction.atomic():
        for kind in (WorkSession, BaselineSample, CaseCount, Cost):
            items = {key: item for key, item in found.items() if isinstance(item, kind)}
            manager: models.Manager[Any] = kind._default_manager
            known: set[str] = set()
            for chunk in batched(items, 500):
                known.update(manager.filter(import_key__in=chunk).values_list("import_key", flat=True))
            already += len(known)
            try:
                with transaction.atomic():
                    manager.bulk_create([item for key, item in items.items() if key not in known], 500)
            except IntegrityError as error:
                raise EventFaults(
                    [RowFault(name, 0, "task, date", str(kind._meta.verbose_name), "1日1作業に1つの件数")]
                ) from error
        counts = {"new": len(found) - already, "already": already}
        record("effects.import", actor=by, target="effects:ledger", detail=counts)
    return Imported(**counts)


def batched(keys: Iterable[str], size: int) -> Iterator[list[str]]:
    """Lists of at most ``size`` keys: databases limit how many values one question may carry."""
    rest = iter(keys)
    while chunk := list(islice(rest, size)):
        yield chunk


def _read(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows with their line numbers and every heading present; raises ``EventFaults``."""
    lines = read_csv(path, most_bytes=MOST_BYTES)
    try:
        _, first = next(lines, (1, []))
        header = [cell.strip().lower() for cell in first]
        if "event" not in header:
            found = "、".join(header)[:80]
            fault = RowFault(path.name, 1, "event", found, "見出し行に列「event」のある表")
            raise EventFaults([fault])
        rows = []
        for line, cells in lines:
            if any(cell.strip() for cell in cells):
                values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
                rows.append((line, {name: values.get(name, "") for name in _HEADINGS}))
    except EventFaults:
        raise
    except TableFaults as problem:
        raise EventFaults(problem.faults) from problem
    return rows
