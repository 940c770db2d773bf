"""Ledgers and results out of the product and back."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery.ledger.helpers import grids, read_book
from yakuba.core.sheets.csvs import read_csv
from yakuba.core.sheets.faults import Findings
from yakuba.core.sheets.xlsx import read_workbook
from yakuba.nursery.ledger import read
from yakuba.nursery.ledger.export import CannotEncode, Value, find_losses, result_table, safe, to_csv, to_xlsx
from yakuba.nursery.ledger.ours import read_ours
from yakuba.nursery.ledger.rows import ChildRow, ClassRow, KeyRule, LedgerRows, OverrideRow, TupleRow
from yakuba.nursery.ledger.write import write_folder, write_workbook

NAMES = (
    st.text("山田𠮷髙﨑葛\U000e0100辻󠄀々ヶアイﾔ 'a", min_size=1, max_size=8)
    .map(str.strip)
    .filter(lambda name: name and name[0] not in "\U000e0100")
)
KEYS = st.one_of(st.integers(-(10**12), 10**12), st.decimals(-1000, 1000, places=1).map(lambda d: Decimal(d)))


@st.composite
def ledgers(draw: st.DrawFn) -> LedgerRows:
    nurseries = draw(st.lists(st.integers(1, 99).map(str), min_size=1, max_size=3, unique=True))
    classes = [
        ClassRow(nursery, f"園{nursery}", age, draw(st.integers(0, 9)))
        for nursery in nurseries
        for age in range(6)
    ]
    children = []
    for number in range(draw(st.integers(1, 5))):
        wishes = tuple(draw(st.lists(st.sampled_from(nurseries), unique=True)))
        children.append(
            ChildRow(
                id=f"{number:03}",
                household=str(500 + number),
                name=draw(NAMES),
                age=draw(st.integers(0, 5)),
                wishes=wishes,
                keys=(draw(KEYS), draw(KEYS)),
                kana=draw(st.sampled_from(["", "ヤマダ"])),
                birth=draw(st.one_of(st.none(), st.dates(date(2020, 4, 2), date(2026, 10, 31)))),
                current=draw(st.one_of(st.none(), st.sampled_from(nurseries))),
            )
        )
    overrides = (OverrideRow("000", nurseries[0], (draw(KEYS), draw(KEYS))),) if draw(st.booleans()) else ()
    tuples = (
        (TupleRow("500", 1, "000", nurseries[0]), TupleRow("500", 2, "000", None))
        if draw(st.booleans())
        else ()
    )
    return LedgerRows(
        tuple(classes),
        tuple(children),
        (KeyRule("指数"), KeyRule("階層", draw(st.booleans()))),
        overrides,
        tuples,
    )


def bare(rows: LedgerRows) -> tuple[object, ...]:
    """The rows without where they were read."""

    def strip(row: object) -> tuple[object, ...]:
        return tuple(getattr(row, name) for name in type(row).__slots__ if name != "row")  # type: ignore[attr-defined]

    return (
        *(
            [strip(row) for row in group]
            for group in (rows.classes, rows.children, rows.overrides, rows.tuples)
        ),
        rows.rules,
    )


@settings(max_examples=40, deadline=None)
@given(ledgers())
def test_a_written_workbook_reads_back_row_for_row(
    tmp_path_factory: pytest.TempPathFactory, rows: LedgerRows
) -> None:
    path = tmp_path_factory.mktemp("book") / "台帳.xlsx"
    write_workbook(rows, path)
    assert [item.name for item in path.parent.iterdir()] == ["台帳.xlsx"]
    assert bare(read_ours(read_workbook("台帳.xlsx", path.read_bytes()), Findings())) == bare(rows)


@settings(max_examples=40, deadline=None)
@given(ledgers())
def test_written_csvs_read_back_row_for_row(
    tmp_path_factory: pytest.TempPathFactory, rows: LedgerRows
) -> None:
    folder = tmp_path_factory.mktemp("csvs")
    write_folder(rows, folder)
    raws = [read_csv(path.name, path.read_bytes(), Findings()) for path in sorted(folder.iterdir())]
    assert bare(read_ours([raw for raw in raws if raw], Findings())) == bare(rows)


def test_csvs_in_cp932_are_all_written_or_none(tmp_path: Path) -> None:
    rows = LedgerRows(
        (ClassRow("1", "園", 0, 1),), (ChildRow("1", "1", "𠮷田", 0, ("1",), (1,)),), (KeyRule("指数"),)
    )
    with pytest.raises(UnicodeEncodeError):
        write_folder(rows, tmp_path / "out", encoding="cp932")
    assert not (tmp_path / "out").exists()
    write_folder(rows, tmp_path / "out")
    assert read(tmp_path / "out").labels.children == {"1": "𠮷田"}


ASSIGNMENT = {"a": "1-1", "b": None, "c": None, "d": "2-2"}


def table() -> list[list[Value]]:
    return result_table(read_book(grids()), ASSIGNMENT)


def test_the_result_table_says_what_was_decided() -> None:
    rows = {str(row[0]): row for row in table()}
    assert rows["a"][-3:] == ["1-1", "はまかぜ保育園 1歳", "内定"]
    assert rows["b"][-3:] == ["", "", "保留"]
    assert rows["d"][-4:] == ["2-2", "2-2", "なぎさ保育園 2歳", "在籍のまま"]
    moved = result_table(read_book(grids()), ASSIGNMENT | {"d": "1-2"})
    assert moved[-1][-1] == "転園"


def test_names_survive_excel_and_utf8_csv() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(table()))).active
    assert sheet is not None
    data = to_csv(table())
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    for names in ([row[2] for row in sheet.iter_rows(values_only=True)], [line[2] for line in lines]):
        assert names == ["児童氏名", "𠮷田 葵", "髙橋 蓮", "髙橋 凛", "葛󠄀西 湊"]


def test_cp932_lists_what_it_lacks_with_row_and_column_and_writes_nothing() -> None:
    with pytest.raises(CannotEncode) as caught:
        to_csv(table(), encoding="cp932")
    assert [(loss.row, loss.column, loss.character) for loss in caught.value.losses] == [
        (2, "児童氏名", "𠮷"),
        (5, "児童氏名", "葛󠄀"),
    ]
    assert "cp932で表せない文字が2か所あります" in str(caught.value)
    assert "5行「児童氏名」：「葛󠄀西 湊」の「葛󠄀」（U+845B U+E0100）" in str(caught.value)


def test_cp932_is_written_with_the_marks_that_the_caller_chose() -> None:
    lines = to_csv(table(), encoding="cp932", replace_missing=True).decode("cp932").splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["〓田 葵", "髙橋 蓮", "髙橋 凛", "〓西 湊"]


@given(st.text(max_size=12))
def test_a_cp932_export_loses_exactly_what_it_lists(text: str) -> None:
    grid: list[list[Value]] = [["氏名"], [text]]
    written = to_csv(grid, encoding="cp932", replace_missing=True).decode("cp932")
    expected = io.StringIO(newline="")
    csv.writer(expected).writerows([["氏名"], [safe(text)]])
    assert (written == expected.getvalue()) == (not find_losses(grid, "cp932"))


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_a_cell_that_would_run_as_a_formula_gets_an_apostrophe(start: str) -> None:
    assert safe(f"{start}cmd") == f"'{start}cmd"
    assert safe(f"a{start}") == f"a{start}"
    grid: list[list[Value]] = [["氏名"], [f"{start}cmd"]]
    assert to_csv(grid).decode("utf-8-sig").splitlines()[1].strip('"').startswith("'")
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(grid))).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    assert str(sheet["A2"].value).startswith("'")


def test_numbers_and_dates_are_left_alone() -> None:
    assert safe(-3) == -3
    assert to_csv([["a", "b"], [-3, date(2026, 4, 2)], [None, ""]]).decode("utf-8-sig") == (
        "a,b\r\n-3,2026-04-02\r\n,\r\n"
    )
