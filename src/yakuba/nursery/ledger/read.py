"""Reading a ledger from a path or from an upload."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from yakuba.core.sheets.csvs import is_ledger_csv, read_csv, unzip
from yakuba.core.sheets.faults import Findings, refuse
from yakuba.core.sheets.grid import MAX_FILE, MAX_UNPACKED, RawSheet
from yakuba.core.sheets.xlsx import OLE2, read_workbook
from yakuba.nursery.ledger.build import build
from yakuba.nursery.ledger.chilmai import is_chilmai, read_chilmai
from yakuba.nursery.ledger.ledger import Ledger
from yakuba.nursery.ledger.ours import read_ours

_FORMS = "Excelブック（.xlsx）、CSVのフォルダー、CSVのzipのどれかを読みます"


def read(path: Path) -> Ledger:
    """Read an .xlsx workbook, a .zip of CSVs, or a folder of CSVs. Raises ``BadInput`` with every fault."""
    if path.is_dir():
        names = sorted(
            entry.name for entry in path.iterdir() if entry.is_file() and is_ledger_csv(entry.name)
        )
        sizes = sum((path / name).stat().st_size for name in names)
        if sizes > MAX_UNPACKED:
            raise _too_large(path.name, sizes, MAX_UNPACKED)
        return _read_folder(path.resolve().name, {name: (path / name).read_bytes() for name in names})
    if not path.is_file():
        raise refuse(str(path), "ファイルなし", _FORMS, "場所を確認してください")
    if path.stat().st_size > MAX_FILE:
        raise _too_large(path.name, path.stat().st_size, MAX_FILE)
    return read_upload(path.name, path.read_bytes())


def read_upload(name: str, data: bytes) -> Ledger:
    """Read an uploaded workbook or a zip of CSVs; what it is shows its content, not its name."""
    if len(data) > MAX_FILE:
        raise _too_large(name, len(data), MAX_FILE)
    if (
        data.startswith(b"PK")
        and not name.lower().endswith((".xlsx", ".xlsm"))
        and b"xl/workbook.xml" not in data
    ):
        return _read_folder(name, unzip(name, data))
    if data.startswith((b"PK", OLE2)):
        return _to_ledger(read_workbook(name, data), name, sha256(data).hexdigest(), Findings())
    if name.lower().endswith(".csv"):
        raise refuse(name, "1つのCSV", "台帳は2つ以上のCSVから成ります", "CSVをまとめてzipにしてください")
    if not data:
        raise refuse(name, "空のファイル", _FORMS, "ファイルを確認してください")
    raise refuse(name, "知らない種類のファイル", _FORMS, "ファイルを確認してください")


def _too_large(name: str, size: int, limit: int) -> Exception:
    found = f"{size / 2**20:,.1f}MiB"
    return refuse(name, found, f"{limit // 2**20}MiBまで読めます", "不要なシートや画像を削除してください")


def folder_sha256(files: dict[str, bytes]) -> str:
    """SHA-256 of the UTF-8 lines ``<name>TAB<sha256 hex of the file>``, sorted by name, joined by ``\\n``."""
    lines = (f"{name}\t{sha256(data).hexdigest()}" for name, data in sorted(files.items()))
    return sha256("\n".join(lines).encode()).hexdigest()


def _read_folder(name: str, files: dict[str, bytes]) -> Ledger:
    if not files:
        raise refuse(name, "CSVなし", _FORMS, "CSVを入れるか、Excelブックを直接選んでください")
    findings = Findings()
    raws = [raw for file, data in sorted(files.items()) if (raw := read_csv(file, data, findings))]
    findings.raise_if_any()
    return _to_ledger(raws, name, folder_sha256(files), findings)


def _to_ledger(raws: list[RawSheet], name: str, digest: str, findings: Findings) -> Ledger:
    rows = (read_chilmai if is_chilmai(raws) else read_ours)(raws, findings)
    return build(rows, name, digest, findings)
