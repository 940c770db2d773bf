"""A file that somebody gives (CSV, or the registry's JSON) → the rows that ``domain.reading`` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from yakuba.core.facilities.domain.columns import KINDS, Kind
from yakuba.core.facilities.domain.reading import Reading, read
from yakuba.core.tables import RowFault, TableFaults, read_rows

MOST_BYTES = 20 * 2**20
DEEPEST = 6


def read_file(name: str, data: bytes, kind: str = "") -> Reading:
    """What a file holds, with its faults. ``kind``: a key of ``KINDS``; empty = its headers tell."""
    chosen: Kind | None = KINDS[kind] if kind else None
    try:
        rows = (
            _json_rows(name, data)
            if name.lower().endswith(".json")
            else read_rows(name, data, most_bytes=MOST_BYTES)
        )
        return read(name, rows, chosen)
    except TableFaults as unreadable:
        return Reading(kind, (), tuple(unreadable.faults))


def _json_rows(name: str, data: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """The items of a JSON list as a table whose headers are the paths of their values; item 1 is row 2."""
    if len(data) > MOST_BYTES:
        fault = RowFault(
            name, 0, "ファイル全体", f"{len(data):,} バイト", f"{MOST_BYTES:,} バイト以下のファイル"
        )
        raise TableFaults([fault])
    try:
        given = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise TableFaults([RowFault(name, 0, "ファイル全体", "読めないJSON", "UTF-8 の JSON")]) from None
    if isinstance(given, dict):
        given = next((value for value in given.values() if isinstance(value, list)), None)
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise TableFaults(
            [RowFault(name, 0, "ファイル全体", "項目の並びでないJSON", "項目の並び（[{…}, {…}]）")]
        )
    items = [dict(_paths(item)) for item in given]
    headers = list(dict.fromkeys(path for item in items for path in item))
    yield 1, headers
    for number, item in enumerate(items, 2):
        yield number, [item.get(path, "") for path in headers]


def _paths(item: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for name, value in item.items():
        path = f"{before}{name}"
        if isinstance(value, dict) and depth < DEEPEST:
            yield from _paths(value, f"{path}.", depth + 1)
        else:
            yield path, _cell(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(_cell(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
