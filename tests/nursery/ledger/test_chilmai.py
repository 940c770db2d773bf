"""The open two-table column format."""

from __future__ import annotations

import pytest

from tests.nursery.ledger.helpers import Grid, book, csv_bytes, faults_of, zipped
from yakuba.nursery.domain.market import Family
from yakuba.nursery.ledger import TiesFound, read_upload

SEATS = [f"{age}歳募集人数" for age in range(6)]


def tables() -> tuple[Grid, Grid]:
    children = [
        *(["申請者番号", "世帯番号", "年齢", "点数1", "点数2", "希望保育園ID_1", "希望保育園ID_2"]),
        *(["在籍保育所ID", "きょうだいパターン"]),
    ]
    return (
        [
            children,
            [9, 1, 2, 390000000137, "", 1, 2, "", 1],
            [10, 1, 2, 390000000136, "", 1, 2, "", ""],
            [11, 2, 2, 390000000138, 390000000100, 2, 1, "", ""],
            [12, 3, 2, 5, "", 1, "", 2, ""],
        ],
        [["保育所ID", "保育所名", *SEATS], [1, "園1", 0, 0, 2, 0, 0, 0], [2, "園2", 0, 0, 1, 0, 0, 0]],
    )


def archive(children: Grid, nurseries: Grid, encoding: str = "utf-8") -> bytes:
    return zipped({"x.csv": csv_bytes(children, encoding), "y.csv": csv_bytes(nurseries, encoding)})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_two_csvs_of_any_name_become_a_market(encoding: str) -> None:
    market = read_upload("m.zip", archive(*tables(), encoding)).market()
    assert market.families == (
        Family("1", ("9", "10"), (None, None), (("1-2", "1-2"), ("2-2", "2-2"))),
        Family("2", ("11",), (None,), (("2-2",), ("1-2",))),
        Family("3", ("12",), ("2-2",), (("1-2",),)),
    )
    assert (market.capacity["1-2"], market.capacity["2-2"], market.capacity["1-0"]) == (2, 2, 0)
    assert market.priority["1-2"] == ("9", "10", "11", "12")
    assert market.priority["2-2"] == ("12", "11", "9", "10")


def test_points_of_a_wish_are_its_priority_and_twelve_digits_stay_exact() -> None:
    extras = read_upload("m.zip", archive(*tables())).market_extras()
    assert extras["keys"] == {
        "names": ["点数"],
        "ascending": [False],
        "children": {"9": [390000000137], "10": [390000000136], "11": [390000000138], "12": [5]},
        "wishes": {"11": {"1-2": [390000000100]}},
    }


def test_equal_points_of_two_households_are_a_tie() -> None:
    children, nurseries = tables()
    children[3][3] = children[3][4] = 390000000137
    with pytest.raises(TiesFound, match="受付番号 9、11"):
        read_upload("m.zip", archive(children, nurseries)).market()


def test_slips_that_the_program_lets_pass_are_warnings() -> None:
    children, nurseries = tables()
    children[3][5:9] = [2, 2, "", 4]
    children[4][5:7] = ["", 1]
    ledger = read_upload("m.zip", archive(children, nurseries))
    assert {family.id: family.wishes for family in ledger.families}["2"] == (("2-2",),)
    text = "".join(ledger.warnings)
    assert "x.csv 4行「第1希望」：「2」。同じ希望が2回あります" in text
    assert "x.csv 4行「きょうだいパターン」：「4」。きょうだいの申込みがない世帯です" in text
    assert "x.csv 5行：「希望保育園ID_1」が空欄です" in text


def fault_text(row: int, column: int, value: object, *, nursery: bool = False) -> str:
    both = tables()
    both[int(nursery)][row][column] = value
    return "".join(faults_of("m.zip", archive(*both)))


def test_faults_speak_of_the_formats_own_columns() -> None:
    assert "x.csv 3行「申請者番号」：「9」。2行と同じ番号です" in fault_text(2, 0, 9)
    assert "x.csv 4行「希望保育園ID_2」：「7」。「施設」にない番号です" in fault_text(3, 6, 7)
    assert "x.csv 5行「在籍保育所ID」：「7」。「施設」にない番号です" in fault_text(4, 7, 7)
    assert "x.csv 4行「年齢」：「7」" in fault_text(3, 2, 7)
    assert "x.csv 4行「点数1」：「A」。数を入力する欄です" in fault_text(3, 3, "A")
    assert "x.csv 2行「点数1」：「空欄」。希望には点数が必要です" in fault_text(1, 3, "")
    assert "x.csv 2行「きょうだいパターン」：「空欄」" in fault_text(1, 8, "")
    assert "y.csv 3行「2歳募集人数」：「-1」。0以上の人数" in fault_text(2, 4, -1, nursery=True)
    assert "「3歳募集人数」列なし" in fault_text(0, 5, "三歳", nursery=True)


def test_both_tables_are_needed_and_nothing_else() -> None:
    children, nurseries = (csv_bytes(grid) for grid in tables())
    assert "「保育所」の表なし" in "".join(faults_of("m.zip", zipped({"c.csv": children})))
    assert "「申込者」の表なし" in "".join(faults_of("m.zip", zipped({"d.csv": nurseries})))
    twice = zipped({"c.csv": children, "c2.csv": children, "d.csv": nurseries})
    assert "c.csv、c2.csv" in "".join(faults_of("m.zip", twice))
    stray = zipped({"c.csv": children, "d.csv": nurseries, "e.csv": b"a,b\n1,2\n"})
    assert "e.csv：「知らない表」" in "".join(faults_of("m.zip", stray))


def test_the_same_two_tables_may_be_sheets_of_a_workbook() -> None:
    children, nurseries = tables()
    ledger = read_upload("m.xlsx", book({"表紙": [["一覧"]], "子": children, "園": nurseries}))
    assert ledger.market() == read_upload("m.zip", archive(children, nurseries)).market()
    assert "m.xlsx：「表紙」シートは読みません" in ledger.warnings


def test_cells_that_cannot_be_read_are_left_out_of_further_checks() -> None:
    children, nurseries = tables()
    children[1][0] = ""
    children[2][1] = ""
    nurseries[1][0] = ""
    text = "".join(faults_of("m.zip", archive(children, nurseries)))
    for place in (
        "x.csv 2行「申請者番号」：「空欄」",
        "x.csv 3行「世帯番号」：「空欄」",
        "y.csv 2行「保育所ID」：「空欄」",
    ):
        assert place in text
