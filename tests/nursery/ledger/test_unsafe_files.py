"""Files that must not be opened, or cannot be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.nursery.ledger.helpers import book, csv_bytes, csvs, faults_of, grids, zipped
from yakuba.core.sheets import grid as limits
from yakuba.nursery.ledger import BadInput, read, read_upload, values


def edited(change: Callable[[dict[str, bytes]], object]) -> bytes:
    """The correct workbook with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(book(grids()))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    return zipped(parts)


def replace(part: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], object]:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new)

    return change


SHEET = "xl/worksheets/sheet2.xml"
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("台帳.xlsx", b"", "空のファイル"),
        ("台帳.pdf", b"%PDF-1.7", "知らない種類"),
        ("台帳.csv", csv_bytes(grids()["申込"]), "1つのCSV"),
        ("台帳.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "古い形式のExcel"),
        (
            "台帳.xlsx",
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "パスワード付きのブック",
        ),
        ("台帳.xlsx", b"PK\x03\x04 no archive", "壊れたExcelブック"),
        ("台帳.zip", b"PK\x03\x04 no archive", "壊れたzip"),
        ("台帳.zip", zipped({"memo.txt": b"x"}), "CSVなし"),
        ("台帳.xlsx", zipped({"word/document.xml": b"<x/>"}), "Excelブックではない"),
        ("台帳.xlsx", edited(lambda p: p.update({"xl/vbaProject.bin": b"x"})), "マクロ付き"),
        ("台帳.xlsx", edited(replace(SHEET, b"<worksheet", BOMB + b"<worksheet")), "文書型宣言"),
        ("台帳.xlsx", edited(replace(SHEET, b'r="A2"', b'r="XFD1048576"')), "1,048,576行"),
        ("台帳.xlsx", edited(lambda p: p.pop("xl/_rels/workbook.xml.rels")), "壊れたExcelブック"),
        ("台帳.xlsx", edited(replace(SHEET, b"</sheetData>", b"")), "壊れたExcelブック"),
        ("台帳.zip", zipped({"a/申込.csv": b"x", "b/申込.csv": b"y"}), "申込.csv"),
    ],
)
def test_a_file_that_is_no_safe_ledger_is_refused_with_its_reason(name: str, data: bytes, found: str) -> None:
    faults = faults_of(name, data)
    assert any(fault.startswith(name) and found in fault for fault in faults), faults


def test_an_archive_that_unpacks_too_far_is_refused_by_its_directory() -> None:
    data = zipped({"xl/workbook.xml": b"<x/>", "xl/media/big": bytes(limits.MAX_UNPACKED)})
    assert len(data) < 1_000_000
    assert "展開すると200MiB" in faults_of("台帳.xlsx", data)[0]
    assert (
        "展開すると200MiB" in faults_of("台帳.zip", zipped({"申込.csv": bytes(limits.MAX_UNPACKED + 1)}))[0]
    )


def test_an_archive_that_understates_its_sizes_is_refused() -> None:
    data = bytearray(zipped({"xl/workbook.xml": b"<x/>" + bytes(100_000)}))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert "壊れたExcelブック" in faults_of("台帳.xlsx", bytes(data))[0]


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(csvs(grids()))
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    assert "パスワード付きのファイル" in faults_of("台帳.zip", bytes(data))[0]


def test_too_large_a_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "台帳.xlsx"
    with path.open("wb") as out:
        out.truncate(limits.MAX_FILE + 1)
    with pytest.raises(BadInput, match="20MiBまで"):
        read(path)
    with pytest.raises(BadInput, match="20MiBまで"):
        read_upload("台帳.xlsx", bytes(limits.MAX_FILE + 1))


def test_too_large_a_folder_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "申込.csv").open("wb") as out:
        out.truncate(limits.MAX_UNPACKED + 1)
    with pytest.raises(BadInput, match="200MiBまで"):
        read(tmp_path)


def test_a_missing_path_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="ファイルなし"):
        read(tmp_path / "nothing.xlsx")
    with pytest.raises(BadInput, match="CSVなし"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\x81\xff\xfe", "読めない文字コード"),
        ("受付番号,世帯番号".encode("utf-16"), "読めない文字コード"),
        ('受付番号,"世帯\n'.encode(), "CSVとして読めません"),
        (b"a\n" * (limits.MAX_ROWS + 1), "100,000行"),
        (b"a," * (limits.MAX_COLUMNS + 1), "1,000列まで"),
    ],
)
def test_a_csv_that_cannot_be_read_is_named(data: bytes, found: str) -> None:
    files = {f"{title}.csv": csv_bytes(grid) for title, grid in grids().items()} | {"希望の組.csv": data}
    assert [
        found in fault and fault.startswith("希望の組.csv") for fault in faults_of("台帳.zip", zipped(files))
    ] == [True]


def formula_book(cell: str, value: str) -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(book(grids())))
    workbook["申込"][cell] = value
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def test_a_formula_without_a_stored_result_is_a_fault_where_it_matters() -> None:
    faults = faults_of("台帳.xlsx", formula_book("M3", "=30+8"))
    assert [fault.split("。")[0] for fault in faults] == [
        "台帳.xlsx「申込」シート 3行「キー1」：「計算結果のない数式」"
    ]
    assert len(faults_of("台帳.xlsx", formula_book("L2", '=""'))) == 1
    assert faults_of("台帳.xlsx", formula_book("Z3", "=30+8")) == []


def test_a_formula_with_a_stored_result_reads_as_its_result() -> None:
    assert edited(replace(SHEET, b"<v>38</v>", b"<f>30+8</f><v>38</v>")) != book(grids())
    assert faults_of("台帳.xlsx", edited(replace(SHEET, b"<v>38</v>", b"<f>30+8</f><v>38</v>"))) == []


def test_a_number_of_more_digits_than_excel_keeps_is_a_fault() -> None:
    sheets = grids()
    sheets["申込"][1][-1] = 1234567890123456
    assert "15桁を超える" in "".join(faults_of("台帳.xlsx", book(sheets)))
    assert faults_of("台帳.zip", csvs(sheets)) == []


def test_merged_ranges_that_together_cover_too_much_are_refused() -> None:
    rows: list[list[values.Cell]] = [["x"] for _ in range(1001)]
    limits.fill_merged(rows, [((0, 0), (1000, 0))] * (limits.MAX_CELLS // 1000))
    with pytest.raises(ValueError, match="多すぎます"):
        limits.fill_merged(rows, [((0, 0), (1000, 0))] * (limits.MAX_CELLS // 1000 + 1))


def test_a_merged_range_outside_the_data_changes_nothing() -> None:
    rows: list[list[values.Cell]] = [["x", "y"], ["", ""]]
    limits.fill_merged(rows, [((5, 0), (9, 0)), ((0, 7), (1, 7)), ((0, 0), (9, 1))])
    assert rows == [["x", "y"], ["x", ""]]
