"""Every planted fault is named with its code and place, in a workbook and in CSVs of three encodings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.nursery.applications.helpers import (
    Grids,
    book,
    codes_of,
    csv_bytes,
    csvs,
    faults_of,
    grids,
    plain_names,
    zipped,
)
from tests.nursery.applications.planted import PLANTED
from tests.nursery.applications.planting import Planted
from yakuba.nursery.applications import CodedFault
from yakuba.nursery.applications.kinds import FAULTS

CASES = [pytest.param(one, id=name.replace(" ", "-")) for name, one in PLANTED.items()]


def planted(one: Planted) -> Grids:
    sheets = grids()
    one.plant(sheets)
    return sheets


def the_fault(one: Planted, faults: list[CodedFault]) -> CodedFault:
    matching = [
        fault for fault in faults if (fault.code, fault.row, fault.column) == (one.code, one.row, one.column)
    ]
    matching = [fault for fault in matching if one.found in fault.found]
    assert matching, [f"{fault.code} {fault}" for fault in faults]
    return matching[0]


def test_the_unplanted_file_is_correct_in_every_form() -> None:
    assert faults_of("申込.xlsx", book(grids())) == []
    assert faults_of("申込.zip", csvs(grids())) == []
    assert faults_of("申込.zip", csvs(grids(), "utf-8")) == []
    assert faults_of("申込.zip", csvs(plain_names(grids()), "cp932")) == []


def test_at_least_seventy_kinds_of_fault_are_planted() -> None:
    assert len({one.code for one in PLANTED.values()}) >= 70
    assert {one.code for one in PLANTED.values()} <= {kind.code for kind in FAULTS if not kind.warning}


@pytest.mark.parametrize("one", CASES)
def test_a_workbook_names_the_fault_and_its_place(one: Planted) -> None:
    if one.code == "cell-error":  # in a workbook the error is no text: the cell has no value
        one = replace(one, code="formula-no-value", found="計算結果なし", expected="計算エラー")
    found = the_fault(one, faults_of("申込.xlsx", book(planted(one))))
    assert (found.file, found.sheet) == ("申込.xlsx", one.sheet)
    assert one.expected in found.expected
    assert found.advice


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("one", CASES)
def test_csvs_name_the_fault_and_its_place(one: Planted, encoding: str) -> None:
    sheets = planted(one)
    sheets = plain_names(sheets) if encoding == "cp932" else sheets
    found = the_fault(one, faults_of("申込.zip", csvs(sheets, encoding)))
    if one.sheet:
        assert found.file == f"{one.sheet}.csv"
    assert one.expected in found.expected


def test_all_faults_are_told_at_once() -> None:
    sheets = grids()
    names = ["negative hours", "postal code", "wish twice", "pattern 8", "class twice", "no date", "tier 0"]
    for name in names:
        PLANTED[name].plant(sheets)
    assert codes_of(faults_of("申込.xlsx", book(sheets))) >= {PLANTED[name].code for name in names}


def test_faults_come_in_the_order_of_the_file() -> None:
    sheets = grids()
    for name in ["wish twice", "no date", "pattern 8", "year without era", "tier 0", "number tag twice"]:
        PLANTED[name].plant(sheets)
    rows = [fault.row for fault in faults_of("申込.xlsx", book(sheets)) if fault.sheet == "児童"]
    assert rows == sorted(rows, key=lambda row: row or 0)
    assert len(rows) >= 6


@pytest.mark.parametrize("name", ["wish twice", "personal number", "sheet missing"])
def test_nothing_is_written_when_there_is_a_fault(name: str, tmp_path: Path) -> None:
    from yakuba.nursery.cli import nursery

    sheets = grids()
    PLANTED[name].plant(sheets)
    (tmp_path / "in.xlsx").write_bytes(book(sheets))
    done = CliRunner().invoke(
        nursery, ["applications", "export", str(tmp_path / "in.xlsx"), "-o", str(tmp_path / "out.xlsx")]
    )
    assert done.exit_code == 2, done.output
    assert PLANTED[name].found in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.xlsx"]


def test_a_title_row_merged_cells_and_a_two_row_header_do_not_move_the_place() -> None:
    import io

    import openpyxl

    sheets = grids()
    sheets["児童"][1][4] = "令和7年2月30日"
    plain = openpyxl.load_workbook(io.BytesIO(book(sheets)))
    sheet = plain["児童"]
    sheet.insert_rows(1, 2)
    sheet["A1"] = "令和9年4月入所　申込児童一覧"
    sheet.merge_cells("A1:H1")
    sheet.merge_cells(start_row=5, start_column=2, end_row=6, end_column=2)  # one 世帯番号 over two siblings
    out = io.BytesIO()
    plain.save(out)
    (found,) = faults_of("申込.xlsx", out.getvalue())
    assert (found.code, found.sheet, found.row, found.column) == ("date-impossible", "児童", 4, "生年月日")


def test_a_formula_without_a_value_is_named() -> None:
    sheets = grids()
    sheets["世帯"][1][8] = "=1+2"
    (found,) = faults_of("申込.xlsx", book(sheets))
    assert (found.code, found.sheet, found.row, found.column) == ("formula-no-value", "世帯", 2, "課税階層")


def test_control_characters_are_named() -> None:
    sheets = grids()
    sheets["児童"][1][2] = "佐藤\x01葵"
    (found,) = faults_of("申込.zip", csvs(sheets))
    assert (found.code, found.row, found.column) == ("control-character", 2, "児童氏名")


def test_two_tables_of_one_kind_are_refused() -> None:
    files = {f"{title}.csv": csv_bytes(grid) for title, grid in grids().items()}
    files["施設一覧.csv"] = csv_bytes(grids()["施設"])
    assert faults_of("申込.zip", zipped(files)) == []  # the one with the exact title is read
    files["募集.csv"] = files.pop("施設.csv")
    assert codes_of(faults_of("申込.zip", zipped(files))) == {"sheet-duplicate"}
