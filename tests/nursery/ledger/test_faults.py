"""Every kind of fault, planted in a correct ledger, is named with its place, as Excel, BOM and CP932."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.nursery.ledger.helpers import Grids, book, csvs, faults_of, grids, plain_names
from yakuba.nursery.ledger import BadInput, Fault, read_upload


@dataclass
class Planted:
    plant: Callable[[Grids], object]
    sheet: str
    row: int | None
    column: str
    found: str
    expected: str


def put(sheet: str, row: int, column: str, value: object) -> Callable[[Grids], object]:
    def plant(sheets: Grids) -> None:
        grid = sheets[sheet]
        grid[row - 1][grid[0].index(column)] = value

    return plant


def add(sheet: str, *rows: list[object]) -> Callable[[Grids], object]:
    return lambda sheets: sheets.setdefault(sheet, []).extend(list(row) for row in rows)


def drop_column(sheet: str, column: str) -> Callable[[Grids], object]:
    def plant(sheets: Grids) -> None:
        position = sheets[sheet][0].index(column)
        for row in sheets[sheet]:
            del row[position]

    return plant


TUPLES = ["世帯番号", "順位", "受付番号", "施設番号"]
OVERRIDES = ["受付番号", "施設番号", "キー1", "キー2"]
FAULTS = {
    "missing column": Planted(drop_column("申込", "年齢"), "申込", 1, "", "「年齢」列なし", "必要な列"),
    "column twice": Planted(
        put("申込", 1, "第2希望", "第1希望"), "申込", 1, "第1希望", "第1希望", "同じ名前の列"
    ),
    "missing cell": Planted(put("申込", 2, "世帯番号", ""), "申込", 2, "世帯番号", "空欄", "必ず記入"),
    "age out of range": Planted(put("申込", 2, "年齢", 6), "申込", 2, "年齢", "6", "0から5まで"),
    "age not a number": Planted(put("施設", 3, "年齢", "二"), "施設", 3, "年齢", "二", "0から5まで"),
    "bad date": Planted(
        put("申込", 2, "生年月日", "2025/2/30"), "申込", 2, "生年月日", "2025/2/30", "ない日付"
    ),
    "no date": Planted(put("申込", 2, "生年月日", "春"), "申込", 2, "生年月日", "春", "日付として読めません"),
    "key not a number": Planted(put("申込", 3, "キー1", "高い"), "申込", 3, "キー1", "高い", "数を入力"),
    "key missing": Planted(put("申込", 3, "キー2", ""), "申込", 3, "キー2", "空欄", "必ず記入"),
    "seats negative": Planted(put("施設", 2, "募集人数", -1), "施設", 2, "募集人数", "-1", "0以上"),
    "seats halved": Planted(put("施設", 2, "募集人数", 1.5), "施設", 2, "募集人数", "1.5", "整数"),
    "unknown track": Planted(put("施設", 2, "枠", "特別"), "施設", 2, "枠", "特別", "一般・障害児"),
    "class twice": Planted(put("施設", 3, "年齢", 1), "施設", 3, "施設番号", "1-1", "2行と同じ施設"),
    "child twice": Planted(put("申込", 5, "受付番号", "a"), "申込", 5, "受付番号", "a", "2行と同じ番号"),
    "unknown nursery": Planted(put("申込", 2, "第2希望", "9"), "申込", 2, "第2希望", "9", "「施設」にない"),
    "no such class": Planted(
        put("申込", 5, "枠", "障害児"), "申込", 5, "第1希望", "1（2歳・障害児）", "ないクラス"
    ),
    "wish twice": Planted(put("申込", 2, "第2希望", "1"), "申込", 2, "第1希望", "1", "2回あります"),
    "gap between wishes": Planted(
        put("申込", 2, "第1希望", ""), "申込", 2, "第1希望", "空欄", "途中で空いて"
    ),
    "transfer to nowhere": Planted(
        put("申込", 5, "在籍施設番号", "7"), "申込", 5, "在籍施設番号", "7", "にない番号"
    ),
    "pattern 8": Planted(
        put("申込", 2, "きょうだいパターン", 8), "申込", 2, "きょうだいパターン", "8", "1から7"
    ),
    "pattern of an only child": Planted(
        put("申込", 2, "きょうだいパターン", 3),
        "申込",
        2,
        "きょうだいパターン",
        "3",
        "きょうだいの申込みがない",
    ),
    "patterns differ": Planted(
        put("申込", 4, "きょうだいパターン", 1),
        "申込",
        3,
        "きょうだいパターン",
        "b：7、c：1",
        "そろっていません",
    ),
    "pattern missing": Planted(
        lambda s: [put("申込", row, "きょうだいパターン", "")(s) for row in (3, 4)],
        *("申込", 3, "きょうだいパターン", "空欄", "番号が必要"),
    ),
    "direction unknown": Planted(
        put("優先順位の決め方", 3, "向き", "高い順"),
        "優先順位の決め方",
        3,
        "向き",
        "高い順",
        "「大きい順」か「小さい順」",
    ),
    "key without a column": Planted(
        add("優先順位の決め方", ["キー3", "待機", "大きい順"]), "申込", 1, "", "「キー3」列なし", "にあるキー"
    ),
    "key without a rule": Planted(
        lambda s: s["優先順位の決め方"].pop(), "申込", 1, "キー2", "キー2", "にないキー"
    ),
    "rule skipped": Planted(
        put("優先順位の決め方", 3, "列", "キー4"), "優先順位の決め方", 1, "列", "キー1、キー4", "続けて"
    ),
    "rule twice": Planted(
        put("優先順位の決め方", 3, "列", "キー1"), "優先順位の決め方", 3, "列", "キー1", "2行あります"
    ),
    "rule misnamed": Planted(
        put("優先順位の決め方", 3, "列", "指数"), "優先順位の決め方", 3, "列", "指数", "のような列名"
    ),
    "wish column skipped": Planted(
        put("申込", 1, "第2希望", "第4希望"), "申込", 1, "", "「第2希望」列なし", "続けて"
    ),
    "override of nobody": Planted(
        add("園別優先", OVERRIDES, ["zz", "1", 1, 1]), "園別優先", 2, "受付番号", "zz", "「申込」にない"
    ),
    "override nowhere": Planted(
        add("園別優先", OVERRIDES, ["a", "9", 1, 1]), "園別優先", 2, "施設番号", "9", "「施設」にない"
    ),
    "override twice": Planted(
        add("園別優先", OVERRIDES, ["a", "1", 1, 1], ["a", "1", 2, 1]),
        "園別優先",
        3,
        "受付番号",
        "a・1",
        "2行あります",
    ),
    "tuple of nobody": Planted(
        add("希望の組", TUPLES, ["h9", 1, "a", "1"]), "希望の組", 2, "世帯番号", "h9", "にない世帯"
    ),
    "tuple of a stranger": Planted(
        add("希望の組", TUPLES, ["h1", 1, "a", "1"], ["h1", 1, "b", "1"]),
        "希望の組",
        3,
        "受付番号",
        "b",
        "いない児童",
    ),
    "tuple without a sibling": Planted(
        add("希望の組", TUPLES, ["h2", 1, "b", "1"]), "希望の組", 2, "受付番号", "順位1に c なし", "全員の行"
    ),
    "tuple with a child twice": Planted(
        add("希望の組", TUPLES, ["h1", 1, "a", "1"], ["h1", 1, "a", "2"]),
        "希望の組",
        3,
        "受付番号",
        "順位1・a",
        "2回",
    ),
    "tuple rank zero": Planted(
        add("希望の組", TUPLES, ["h1", 0, "a", "1"]), "希望の組", 2, "順位", "0", "1以上"
    ),
    "tuple to no class": Planted(
        add("希望の組", TUPLES, ["h1", 1, "a", "9"]), "希望の組", 2, "施設番号", "9", "「施設」にない"
    ),
    "control character": Planted(
        put("申込", 2, "フリガナ", "ヨシ\x7fダ"), "申込", 2, "フリガナ", "ヨシ\x7fダ", "制御文字"
    ),
}


def matching(faults: list[Fault], planted: Planted) -> list[Fault]:
    return [
        fault
        for fault in faults
        if (fault.row, fault.column, fault.found) == (planted.row, planted.column, planted.found)
        and planted.expected in fault.expected
    ]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_planted_fault_in_a_workbook_is_named_with_sheet_row_and_column(kind: str) -> None:
    planted, sheets = FAULTS[kind], grids()
    planted.plant(sheets)
    with pytest.raises(BadInput) as caught:
        read_upload("台帳.xlsx", book(sheets))
    found = matching(caught.value.faults, planted)
    assert [(fault.file, fault.sheet) for fault in found] == [("台帳.xlsx", planted.sheet)], str(caught.value)
    assert found[0].advice


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("kind", FAULTS)
def test_a_planted_fault_in_csvs_is_named_with_file_row_and_column(kind: str, encoding: str) -> None:
    planted, sheets = FAULTS[kind], plain_names(grids())
    planted.plant(sheets)
    with pytest.raises(BadInput) as caught:
        read_upload("台帳.zip", csvs(sheets, encoding))
    found = matching(caught.value.faults, planted)
    assert [(fault.file, fault.sheet) for fault in found] == [(f"{planted.sheet}.csv", "")], str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    sheets = grids()
    for kind in ("age not a number", "unknown nursery", "key not a number", "pattern of an only child"):
        FAULTS[kind].plant(sheets)
    text = "\n".join(faults_of("台帳.xlsx", book(sheets)))
    for place in ("3行「年齢」", "2行「第2希望」", "3行「キー1」", "2行「きょうだいパターン」"):
        assert place in text


def test_the_message_has_place_finding_expectation_and_advice_in_this_order() -> None:
    sheets = grids()
    FAULTS["bad date"].plant(sheets)
    assert faults_of("台帳.xlsx", book(sheets)) == [
        "台帳.xlsx「申込」シート 2行「生年月日」：「2025/2/30」。ない日付です。記入を確認してください。"
    ]


@pytest.mark.parametrize("sheet", ["施設", "申込", "優先順位の決め方"])
def test_a_missing_sheet_is_named(sheet: str) -> None:
    sheets = grids()
    del sheets[sheet]
    assert f"「{sheet}」シートなし" in "".join(faults_of("台帳.xlsx", book(sheets)))
    assert f"「{sheet}」CSVなし" in "".join(faults_of("台帳.zip", csvs(sheets)))


def test_an_empty_table_is_a_fault() -> None:
    sheets = grids()
    del sheets["申込"][1:]
    del sheets["施設"][1:]
    text = "".join(faults_of("台帳.xlsx", book(sheets)))
    assert "施設なし" in text
    assert "申込なし" in text


def test_two_tables_of_one_kind_are_a_fault() -> None:
    sheets = grids()
    sheets["申込 "] = sheets["申込"]
    assert "2つ以上" in "".join(faults_of("台帳.zip", csvs(sheets)))


def test_a_stray_csv_is_a_fault_because_it_may_belong_to_the_ledger() -> None:
    sheets = grids() | {"名簿": [["番号", "氏名"], ["1", "山田"]]}
    assert "知らない表" in "".join(faults_of("台帳.zip", csvs(sheets)))


def test_nine_children_in_one_household_are_a_fault() -> None:
    sheets = grids()
    row = sheets["申込"][1]
    sheets["申込"] += [[f"x{n}", "h9", *row[2:8], 7, *row[9:]] for n in range(9)]
    assert "世帯 h9 に9人" in "".join(faults_of("台帳.xlsx", book(sheets)))


def test_faults_past_five_thousand_are_counted() -> None:
    sheets = grids()
    row = sheets["申込"][1]
    sheets["申込"] += [[f"x{n}", f"g{n}", *row[2:12], "?", 1] for n in range(5010)]
    faults = faults_of("台帳.xlsx", book(sheets))
    assert len(faults) == 5001
    assert "ほか10件" in faults[-1]


def test_a_row_without_its_numbers_is_a_fault_and_nothing_more() -> None:
    sheets = grids() | {"園別優先": [OVERRIDES, ["", "1", 1, 1]], "希望の組": [TUPLES, ["h1", "", "a", "1"]]}
    sheets["施設"].append(["", "園", 3, "", 1])
    sheets["申込"].append(["", *sheets["申込"][1][1:]])
    faults = faults_of("台帳.xlsx", book(sheets))
    assert [fault.split("。")[0].removeprefix("台帳.xlsx") for fault in faults] == [
        "「施設」シート 7行「施設番号」：「空欄」",
        "「申込」シート 6行「受付番号」：「空欄」",
        "「園別優先」シート 2行「受付番号」：「空欄」",
        "「希望の組」シート 2行「順位」：「空欄」",
    ]


def test_an_empty_sheet_lacks_its_columns() -> None:
    text = "".join(faults_of("台帳.xlsx", book(grids() | {"施設": []})))
    assert all(f"「{name}」列なし" in text for name in ("施設番号", "施設名", "年齢", "募集人数"))


def test_a_long_cell_is_quoted_in_part() -> None:
    sheets = grids()
    put("申込", 2, "生年月日", "あ" * 100)(sheets)
    assert f"「{'あ' * 60}…」" in faults_of("台帳.xlsx", book(sheets))[0]


def test_an_error_cell_is_no_blank() -> None:
    sheets = grids()
    sheets["申込"][4][7] = "#REF!"  # 在籍施設番号: a blank would make the transfer child a new one
    (found,) = faults_of("台帳.xlsx", book(sheets))
    assert "「申込」シート 5行「在籍施設番号」" in found
    assert "値が必要です" in found
