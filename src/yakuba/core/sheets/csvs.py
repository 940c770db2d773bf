"""CSV files: UTF-8 (with or without BOM) or CP932, alone, in a folder or in a zip archive."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib

from yakuba.core.sheets.cells import Cell
from yakuba.core.sheets.faults import Findings, refuse
from yakuba.core.sheets.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, RawSheet
from yakuba.core.sheets.xlsx import check_directory

_ASK_UTF8 = "Excelで「CSV UTF-8（コンマ区切り）」として保存し直してください"


def read_csv(file: str, data: bytes, findings: Findings) -> RawSheet | None:
    """One CSV as a sheet without a name; ``None`` and a fault when it cannot be read."""
    decoded = _decode(data)
    if decoded is None:
        findings.fault(file, "読めない文字コード", "UTF-8またはShift_JIS（CP932）で読みます", _ASK_UTF8)
        return None
    rows: list[list[Cell]] = []
    cells = 0
    try:
        for record in csv.reader(io.StringIO(decoded, newline=""), strict=True):
            rows.append([*record])
            cells += len(record)
            if len(rows) > MAX_ROWS or len(record) > MAX_COLUMNS or cells > MAX_CELLS:
                found = f"{len(rows):,}行目で{cells:,}セル"
                findings.fault(
                    file, found, f"{MAX_ROWS:,}行、{MAX_COLUMNS:,}列まで読めます", "ファイルを分けてください"
                )
                return None
    except csv.Error as error:
        found = f"{len(rows) + 1}行目（{error}）"
        findings.fault(file, found, "CSVとして読めません", '引用符（"）の閉じ忘れがないか確認してください')
        return None
    return RawSheet(file, "", rows)


def _decode(data: bytes) -> str | None:
    if b"\0" in data:
        return None
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def unzip(file: str, data: bytes) -> dict[str, bytes]:
    """The CSV files of an archive by name, folders dropped. Raises ``BadInput``."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_directory(file, archive.infolist())
            for entry in archive.infolist():
                name = _entry_name(entry)
                if not is_ledger_csv(name) or "__MACOSX" in entry.filename:
                    continue
                if name in found:
                    raise refuse(file, name, "同じ名前のCSVが2つあります", "1つにしてください")
                found[name] = archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise refuse(file, "壊れたzipファイル", "開けません", "zipファイルを作り直してください") from error
    return found


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Windows writes names in CP932 without saying so; Python then reads them as CP437."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("cp932")
        except UnicodeError:
            name = entry.filename
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def is_ledger_csv(name: str) -> bool:
    """Whether a file of a folder is read: ends in .csv and is no hidden or lock file."""
    return name.lower().endswith(".csv") and not name.startswith((".", "~$"))
