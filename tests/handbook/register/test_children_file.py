"""Files of the resident register: every encoding, every fault with its place, what they change."""

from __future__ import annotations

import io
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.sheets.faults import BadInput
from yakuba.handbook.register.children import ChildLine, compare, district_of, read_children

TODAY = date(2026, 11, 23)
HEAD = "宛名番号,氏名,フリガナ,生年月日,性別,保護者,郵便番号,住所,転出日,言語,支援措置,出産予定日"
ROW = "0012,佐藤 凛,サトウ リン,令和8年4月2日,女,佐藤 葵,9990001,汐見区帆風町二丁目3-4,,,,"
CHILD = ChildLine(
    number="0012",
    name="佐藤 凛",
    kana="サトウ リン",
    birth=date(2026, 4, 2),
    sex="F",
    guardian="佐藤 葵",
    postal_code="999-0001",
    address="汐見区帆風町二丁目3-4",
    district="帆風町",
)


def read(*rows: str, head: str = HEAD, encoding: str = "utf-8") -> list[ChildLine]:
    return read_children("台帳.csv", "\r\n".join([head, *rows]).encode(encoding), today=TODAY)


def faults(*rows: str, head: str = HEAD) -> list[tuple[int | None, str, str]]:
    with pytest.raises(BadInput) as caught:
        read(*rows, head=head)
    return [(one.row, one.column, one.found) for one in caught.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_row_reads_the_same_in_every_encoding(encoding: str) -> None:
    assert read(ROW, encoding=encoding) == [CHILD]


def test_a_workbook_with_a_title_above_the_table_reads_the_same() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["対象者一覧", None])
    sheet.append(HEAD.split(","))
    cells: list[Any] = ROW.split(",")
    cells[3] = date(2026, 4, 2)
    sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    assert read_children("台帳.xlsx", out.getvalue(), today=TODAY) == [CHILD]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("R8.4.2", date(2026, 4, 2)),
        ("平成３１年４月３０日", date(2019, 4, 30)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("2026/4/2", date(2026, 4, 2)),
        ("20260402", date(2026, 4, 2)),
    ],
)
def test_birth_dates_are_read_as_town_halls_write_them(written: str, day: date) -> None:
    (found,) = read(ROW.replace("令和8年4月2日", written))
    assert found.birth == day


def test_every_fault_is_told_with_its_row_and_column() -> None:
    found = faults(
        ROW,
        "13,,x,令和8年2月30日,3,,123,,,,?,",
        "0012,別の子,,2026-01-01,,,,,,,,",
        "14,先の子,,2026-12-01,,,,,,,,",
        "15,日付のない子,,,,,,,,,,",
        "16,前に出た子,,2026-01-02,,,,,2026-01-01,,,",
        "17,遠い予定,,,,,,,,,,2028-01-01",
        "18,古い人,,1990-01-01,,,,,,,,",
    )
    assert set(found) == {
        (3, "支援措置", "?"),
        (3, "性別", "3"),
        (3, "氏名", "空欄"),
        (3, "生年月日", "令和8年2月30日"),
        (3, "郵便番号", "123"),
        (4, "宛名番号", "0012"),
        (5, "生年月日", "2026-12-01"),
        (6, "生年月日", "空欄"),
        (7, "転出日", "2026-01-01"),
        (8, "出産予定日", "2028-01-01"),
        (9, "生年月日", "1990-01-01"),
    }


def test_a_pregnancy_has_a_due_date_and_a_born_child_none() -> None:
    (found,) = read("98,森 葵,モリ アオイ,,,,,,,,,2027-02-01")
    assert (found.birth, found.due) == (None, date(2027, 2, 1))
    (born,) = read("98,森 凛,,2026-10-01,,,,,,,,2026-10-03")
    assert (born.birth, born.due) == (date(2026, 10, 1), None)


def test_marks_and_languages_are_read_as_written() -> None:
    rows = [
        f"{at},子,,2026-01-01,1,,,,,{language},{flag},"
        for at, (language, flag) in enumerate(
            [("英語", "有"), ("やさしい日本語", "0"), ("ベトナム語", ""), ("", "○")], 1
        )
    ]
    assert [(one.language, one.flagged, one.sex) for one in read(*rows)] == [
        ("en", True, "M"), ("ja-x-easy", False, "M"), ("ベトナム語", False, "M"), ("ja", True, "M"),
    ]  # fmt: skip


@pytest.mark.parametrize("head", ["宛名番号,氏名", "番号,生年月日", ""])
def test_a_file_without_the_columns_is_refused(head: str) -> None:
    with pytest.raises(BadInput):
        read(ROW, head=head)


def test_personal_numbers_are_refused_whatever_else_is_in_the_file() -> None:
    with pytest.raises(BadInput) as caught:
        read(ROW + ",123456789012", head=HEAD + ",個人番号")
    assert "個人番号は取り込みません" in str(caught.value)


def test_an_empty_file_and_broken_bytes_are_refused() -> None:
    for data in (b"", HEAD.encode(), b"\x00\x01", b"\xff\xfe\x00"):
        with pytest.raises(BadInput):
            read_children("台帳.csv", data, today=TODAY)


@pytest.mark.parametrize(
    ("address", "district"),
    [
        ("汐見区帆風町二丁目3-4", "帆風町"),
        ("汐見区潮ノ森１２番地", "潮ノ森"),
        ("東京都港区赤坂1-2-3", "赤坂"),
        ("", ""),
    ],
)
def test_the_town_of_an_address_is_its_district(address: str, district: str) -> None:
    assert district_of(address) == district


def kept(line: ChildLine, *, gone: bool = False) -> dict[str, Any]:
    return {**asdict(line), "gone": gone}


def test_new_changed_unchanged_and_gone_are_told_apart() -> None:
    other = replace(CHILD, number="2")
    moved = replace(CHILD, number="3", address="汐見区汀町1-1")
    existing = {
        "2": kept(other),
        "3": kept(replace(moved, address="")),
        "4": kept(replace(CHILD, number="4")),
    }
    found = compare(existing, [CHILD, other, moved], whole=True)
    assert found.new == (CHILD,)
    assert [(line.number, before["address"]) for line, before in found.changed] == [("3", "")]
    assert (found.gone, found.unchanged) == (("4",), 1)
    assert compare(existing, [CHILD, other, moved], whole=False).gone == ()


def test_a_child_that_had_gone_comes_back_and_a_pregnancy_never_goes() -> None:
    unborn = replace(CHILD, number="5", birth=None, due=date(2027, 1, 1))
    found = compare({"0012": kept(CHILD, gone=True), "5": kept(unborn)}, [CHILD], whole=True)
    assert [line.number for line, _ in found.changed] == ["0012"]
    assert found.gone == ()


LINES = st.lists(
    st.builds(
        lambda number, days: replace(CHILD, number=str(number), birth=TODAY - timedelta(days=days)),
        st.integers(1, 12),
        st.integers(0, 3),
    ),
    unique_by=lambda one: one.number,
)


@given(LINES, LINES)
def test_what_a_whole_file_changes_adds_up(before: list[ChildLine], after: list[ChildLine]) -> None:
    existing = {one.number: kept(one) for one in before}
    found = compare(existing, after, whole=True)
    assert len(found.new) + len(found.changed) + found.unchanged == len(after)
    assert len(found.changed) + found.unchanged + len(found.gone) == len(before)
    assert compare({one.number: kept(one) for one in after}, after, whole=True).unchanged == len(after)


def test_a_row_with_more_cells_than_the_header_is_told_and_an_empty_end_is_not() -> None:
    address = ROW.replace("帆風町二丁目3-4", "帆風町二丁目3-4,海辺荘")
    (fault,) = [one for one in faults(f"{ROW},メモ") if "右に" in one[2]]
    assert fault[0] == 2
    assert "見出しより右に「メモ」" in fault[2]
    assert faults(address)  # what stands behind the comma is no day of moving away
    assert len(read(f"{ROW},,")) == 1


def test_a_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        read(f"{ROW},令和8年4月3日", head=f"{HEAD},生年月日")
    assert "見出しに「生年月日」が2つ" in str(caught.value)
    assert len(read(f"{ROW},a,b", head=f"{HEAD},備考,備考")) == 1  # of columns that nobody reads
