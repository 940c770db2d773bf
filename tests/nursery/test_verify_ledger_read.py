"""The second reading of a ledger: every form that it comes in, and files that are none."""

from __future__ import annotations

import copy
import hashlib
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.nursery.ledger_tables import (
    TABLES,
    csv_bytes,
    folder_digest,
    good,
    market_of,
    swap,
    write_book,
)
from yakuba.nursery.domain.verify_ledger import check


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_folder_and_an_archive_of_csvs_agree_too(tmp_path: Path, encoding: str) -> None:
    parts = {f"{name}.csv": csv_bytes(grid, encoding) for name, grid in TABLES.items()}
    folder = tmp_path / "台帳"
    folder.mkdir()
    for name, data in parts.items():
        (folder / name).write_bytes(data)
    (folder / "~$lock.csv").write_bytes(b"x")
    (folder / "memo.txt").write_bytes(b"x")
    market = market_of(folder_digest(parts))
    assert check(market, folder) == []
    archive = tmp_path / "台帳.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name, data in parts.items():
            file.writestr(f"台帳/{name}", data)
    assert check(market, archive) == []


def test_an_archive_whose_names_windows_wrote_in_cp932_agrees_too(tmp_path: Path) -> None:
    parts = {f"{name}.csv": csv_bytes(grid, "cp932") for name, grid in TABLES.items()}
    archive = tmp_path / "台帳.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number, (name, data) in enumerate(parts.items()):
            file.writestr(str(number) * len(name.encode("cp932")), data)
    raw = archive.read_bytes()
    for number, name in enumerate(parts):
        written = name.encode("cp932")
        raw = raw.replace(str(number).encode() * len(written), written)
    archive.write_bytes(raw)
    assert check(market_of(folder_digest(parts)), archive) == []


@pytest.mark.parametrize("area", ["B6:B7", "M6:M7"])  # a household's number, the last key
def test_a_merged_cell_counts_for_every_row(tmp_path: Path, area: str) -> None:
    path = tmp_path / "台帳.xlsx"
    write_book(path, TABLES)
    book = openpyxl.load_workbook(path)
    book["申込"].merge_cells(area)
    book.save(path)
    market = market_of(hashlib.sha256(path.read_bytes()).hexdigest())
    assert check(market, path) == []


def test_merged_cells_outside_of_the_table_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "台帳.xlsx"
    write_book(path, TABLES)
    merged = (
        b'</sheetData><mergeCells count="2"><mergeCell ref="A8:A9"/><mergeCell ref="Z2:Z3"/></mergeCells>'
    )
    _replace_part(path, "xl/worksheets/sheet2.xml", lambda part: part.replace(b"</sheetData>", merged))
    assert check(market_of(hashlib.sha256(path.read_bytes()).hexdigest()), path) == []


CHILMAI_CHILDREN = (
    "申請者番号,世帯番号,年齢,点数1,点数2,希望保育園ID_1,希望保育園ID_2,在籍保育所ID,きょうだいパターン\n"
    "1,1,0,30,50,7,8,,\n2,2,0,40,,8,8,7,\n3,3,0,45,,8,,,\n"
)
CHILMAI_SEATS = (
    "保育所ID,保育所名,0歳募集人数,1歳募集人数,2歳募集人数,3歳募集人数,4歳募集人数,5歳募集人数\n"
    "7,a,1,0,0,0,0,0\n8,b,1,0,0,0,0,0\n"
)


def test_the_two_tables_of_chilmai_are_recognised_by_their_columns(tmp_path: Path) -> None:
    parts = {"x.csv": CHILMAI_CHILDREN.encode("cp932"), "y.csv": CHILMAI_SEATS.encode("cp932")}
    for name, data in parts.items():
        (tmp_path / name).write_bytes(data)
    market: dict[str, Any] = {
        "capacity": {f"{nursery}-{age}": 0 for nursery in "78" for age in range(6)} | {"7-0": 2, "8-0": 1},
        "priority": {"7-0": ["2", "1"], "8-0": ["1", "3", "2"]},
        "families": [
            {"id": "1", "children": ["1"], "current": [None], "wishes": [["7-0"], ["8-0"]]},
            {"id": "2", "children": ["2"], "current": ["7-0"], "wishes": [["8-0"]]},
            {"id": "3", "children": ["3"], "current": [None], "wishes": [["8-0"]]},
        ],
        "ledger": {"name": "x", "sha256": folder_digest(parts)},
        "keys": {
            "names": ["点数"],
            "children": {"1": [30], "2": [40], "3": [45]},
            "wishes": {"1": {"8-0": [50]}},
        },
    }
    assert check(market, tmp_path) == []
    swap(market["priority"]["8-0"], 0, 1)
    assert check(market, tmp_path) == [
        "クラス 8-0：児童 3 が児童 1 より上にありますが、在籍又はキーの順と違います。"
    ]


def _replace_part(path: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w") as archive:
        for entry, data in parts.items():
            archive.writestr(entry, data)


def test_rows_without_numbers_stand_one_below_the_other(tmp_path: Path) -> None:
    path = tmp_path / "台帳.xlsx"
    write_book(path, TABLES)
    book = openpyxl.load_workbook(path)
    book["申込"].merge_cells("B6:B7")
    book.save(path)
    _replace_part(path, "xl/worksheets/sheet2.xml", lambda part: re.sub(rb'<row r="\d+"', b"<row", part))
    assert check(market_of(hashlib.sha256(path.read_bytes()).hexdigest()), path) == []


def test_a_child_without_points_has_none(tmp_path: Path) -> None:
    children = CHILMAI_CHILDREN.splitlines()[0] + "\n1,1,0,30,,7,,,\n2,2,0,,,7,,,\n"
    parts = {"x.csv": children.encode(), "y.csv": CHILMAI_SEATS.encode()}
    for name, data in parts.items():
        (tmp_path / name).write_bytes(data)
    market: dict[str, Any] = {
        "capacity": {f"{nursery}-{age}": 0 for nursery in "78" for age in range(6)} | {"7-0": 1, "8-0": 1},
        "priority": {"7-0": ["1", "2"]},
        "families": [
            {"id": id_, "children": [id_], "current": [None], "wishes": [["7-0"]]} for id_ in ("1", "2")
        ],
        "ledger": {"name": "x", "sha256": folder_digest(parts)},
        "keys": {"names": ["点数"], "children": {"1": [30], "2": [0]}, "wishes": {}},
    }
    assert check(market, tmp_path) == []
    market["keys"]["children"]["2"] = [1]
    assert check(market, tmp_path) == ["児童 2：優先順位のキー [1] が台帳と違います。"]


def test_a_workbook_with_a_document_type_is_refused(tmp_path: Path) -> None:
    market, path = good(tmp_path)
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    _replace_part(path, "xl/workbook.xml", lambda part: bomb + part)
    (fault,) = check(market, path)
    assert "文書型宣言" in fault


def test_a_broken_part_is_reported(tmp_path: Path) -> None:
    market, path = good(tmp_path)
    _replace_part(path, "xl/workbook.xml", lambda part: part[:-20])
    (fault,) = check(market, path)
    assert fault.startswith("台帳：表を読めません")


def test_shared_strings_are_read_without_the_readings_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "台帳.xlsx"
    write_book(path, TABLES)
    inline, shared = b'<c r="B3" t="inlineStr"><is><t>H2</t></is></c>', b'<c r="B3" t="s"><v>1</v></c>'
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>x</t></si>'
        "<si><r><t>H</t></r><r><t>2</t></r><rPh sb='0' eb='1'><t>エイチ</t></rPh></si></sst>"
    )
    with zipfile.ZipFile(path, "a") as archive:
        assert inline in archive.read("xl/worksheets/sheet2.xml")
        archive.writestr("xl/sharedStrings.xml", strings)
    _replace_part(path, "xl/worksheets/sheet2.xml", lambda part: part.replace(inline, shared))
    assert check(market_of(hashlib.sha256(path.read_bytes()).hexdigest()), path) == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"just text"])
def test_a_file_that_is_no_ledger_is_reported(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(data)
    (fault,) = check(market_of(""), path)
    assert fault.startswith("台帳：")


def test_a_missing_file_and_an_incomplete_folder_are_reported(tmp_path: Path) -> None:
    (fault,) = check(market_of(""), tmp_path / "none.xlsx")
    assert fault.startswith("台帳：")
    (tmp_path / "施設.csv").write_bytes(csv_bytes(TABLES["施設"], "utf-8"))
    (fault,) = check(market_of(""), tmp_path)
    assert "そろっていません" in fault
    (tmp_path / "施設.csv").write_bytes(b"\xff\xff\x81")
    (fault,) = check(market_of(""), tmp_path)
    assert "文字コード" in fault


def test_a_number_that_is_none_is_reported(tmp_path: Path) -> None:
    tables = copy.deepcopy(TABLES)
    tables["申込"][1][11] = "四十"
    path = tmp_path / "台帳.xlsx"
    (fault,) = check(market_of(write_book(path, tables)), path)
    assert "「四十」は数ではありません" in fault
