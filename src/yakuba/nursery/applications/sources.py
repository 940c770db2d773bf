"""A town's file as sheets: a workbook, a CSV, a folder or a zip of CSVs."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from yakuba.core.sheets.csvs import is_ledger_csv, read_csv, unzip
from yakuba.core.sheets.faults import refuse
from yakuba.core.sheets.grid import MAX_FILE, MAX_UNPACKED, RawSheet
from yakuba.core.sheets.xlsx import OLE2, read_workbook
from yakuba.nursery.applications.notes import Notes, refused
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.ledger.read import folder_sha256
from yakuba.nursery.ledger.values import label

_FORMS = "Excelブック（.xlsx）、CSV、CSVのフォルダー、CSVのzipのどれかを読みます"


def load(path: Path) -> tuple[list[RawSheet], str]:
    """The sheets of a file or folder and its SHA-256. Raises ``BadInput``."""
    if path.is_dir():
        names = sorted(one.name for one in path.iterdir() if one.is_file() and is_ledger_csv(one.name))
        _check_size(path.name, sum((path / name).stat().st_size for name in names), MAX_UNPACKED)
        files = {name: (path / name).read_bytes() for name in names}
        return _csvs(path.resolve().name, files), folder_sha256(files)
    if not path.is_file():
        raise refused(refuse(str(path), "ファイルなし", _FORMS, "場所を確認してください"))
    _check_size(path.name, path.stat().st_size, MAX_FILE)
    return load_upload(path.name, path.read_bytes())


def load_upload(name: str, data: bytes) -> tuple[list[RawSheet], str]:
    """The sheets of an upload; what it is shows its content, a CSV alone its ending, too."""
    _check_size(name, len(data), MAX_FILE)
    book_name = name.lower().endswith((".xlsx", ".xlsm"))
    try:
        if data.startswith(b"PK") and not book_name and b"xl/workbook.xml" not in data:
            files = unzip(name, data)
            return _csvs(name, files), folder_sha256(files)
        if data.startswith((b"PK", OLE2)):
            return read_workbook(name, data), sha256(data).hexdigest()
    except BadInput as bad:
        raise refused(bad) from bad
    if not data:
        raise refused(refuse(name, "空のファイル", _FORMS, "ファイルを確認してください"))
    if name.lower().endswith((".csv", ".txt")):
        return _csvs(name, {name: data}), sha256(data).hexdigest()
    raise refused(refuse(name, "知らない種類のファイル", _FORMS, "ファイルを確認してください"))


def chosen(raws: list[RawSheet], sheets: Sequence[str] | None, notes: Notes) -> list[RawSheet]:
    """Only the sheets of these names (all of them when ``None``); a name without a sheet is a fault."""
    if sheets is None:
        return raws
    wanted = [label(name) for name in sheets]
    titles = [raw.title for raw in raws]
    for name in wanted:
        if name not in titles:
            notes.note("sheet-unknown", name, file=raws[0].file if raws else "")
    return [raw for raw in raws if raw.title in wanted]


def _check_size(name: str, size: int, limit: int) -> None:
    if size > limit:
        found = f"{size / 2**20:,.1f}MiB"
        expected = f"{limit // 2**20}MiBまで読めます"
        raise refused(refuse(name, found, expected, "不要なシートや画像を削除してください"))


def _csvs(name: str, files: dict[str, bytes]) -> list[RawSheet]:
    if not files:
        raise refused(refuse(name, "CSVなし", _FORMS, "CSVを入れるか、Excelブックを直接選んでください"))
    notes = Notes()
    raws = [raw for file, data in sorted(files.items()) if (raw := read_csv(file, data, notes))]
    notes.raise_if_any()
    return raws
