"""Reading applications from a path or from an upload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yakuba.core.sheets.grid import RawSheet
from yakuba.nursery.applications.build import build
from yakuba.nursery.applications.check import check
from yakuba.nursery.applications.mapping import ColumnMapping
from yakuba.nursery.applications.notes import CodedFault, Notes
from yakuba.nursery.applications.rules import Rules
from yakuba.nursery.applications.sources import chosen, load, load_upload
from yakuba.nursery.applications.tables import read_tables
from yakuba.nursery.domain.application import Applications


@dataclass(frozen=True, slots=True)
class Reading:
    """Applications without faults. ``sha256``: of the file, of a folder as for the ledger."""

    applications: Applications
    name: str
    sha256: str
    warnings: tuple[CodedFault, ...]


def read(
    path: Path,
    *,
    mapping: ColumnMapping | None = None,
    sheets: Sequence[str] | None = None,
    also: Path | None = None,
    rules: Rules | None = None,
) -> Reading:
    """Read an .xlsx workbook, a CSV, or a folder or zip of CSVs.

    ``mapping``: which column is which; without one our own names and their aliases are known. ``sheets``:
    only these sheets. ``also``: a second file with further tables (施設 beside a single CSV of children).
    Raises ``BadInput`` with every fault (``CodedFault``).
    """
    raws, digest = load(path)
    more = load(also)[0] if also is not None else []
    return from_sheets(raws, path.name, digest, mapping=mapping, sheets=sheets, more=more, rules=rules)


def read_upload(
    name: str,
    data: bytes,
    *,
    mapping: ColumnMapping | None = None,
    sheets: Sequence[str] | None = None,
    rules: Rules | None = None,
) -> Reading:
    """Read an uploaded file; as ``read``."""
    raws, digest = load_upload(name, data)
    return from_sheets(raws, name, digest, mapping=mapping, sheets=sheets, rules=rules)


def from_sheets(
    raws: list[RawSheet],
    name: str,
    digest: str,
    *,
    mapping: ColumnMapping | None = None,
    sheets: Sequence[str] | None = None,
    more: Sequence[RawSheet] = (),
    rules: Rules | None = None,
) -> Reading:
    """Sheets to applications; as ``read``. ``more`` is read whatever ``sheets`` says."""
    notes = Notes()
    used = [*chosen(raws, sheets, notes), *more]
    notes.raise_if_any()
    tables = read_tables(used, mapping, notes)
    check(tables, rules or Rules())
    notes.sort()
    notes.raise_if_any()
    return Reading(build(tables), name, digest, tuple(notes.coded_warnings))
