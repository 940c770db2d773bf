"""Foreign columns: proposed by name, kept as JSON, applied again; a wide sheet with one row a child."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.nursery.applications.helpers import Grids, book, csv_bytes, csvs, grids, read_book, zipped
from yakuba.nursery.applications import (
    BadInput,
    CodedFault,
    ColumnMapping,
    Reading,
    Rules,
    propose,
    read_upload,
)
from yakuba.nursery.applications.mapping import ROLES, WIDE, find_target, from_json, targets
from yakuba.nursery.applications.names import is_personal_number, wish_number
from yakuba.nursery.applications.sources import load_upload

HEADER = ["整理番号", "世帯コード", "申込児童氏名", "ふりがな", "児童生年月日", "クラス年齢", "送付先住所"]
HEADER += ["父氏名", "父就労時間", "父の事由", "母親氏名", "母就労時間（月）", "母判定", "世帯加点"]
HEADER += ["きょうだい条件", "第一希望施設", "第二希望施設", "備考"]
ROWS: list[list[Any]] = [
    [
        *("a", "h1", "𠮷田 葵", "よしだ あおい", "R7.5.1", 1, "帆風町1", "𠮷田 一郎", "１６８", "就労"),
        *("𠮷田 花", 120.5, "", "", "", "1", "2", "電話済み"),
    ],
    [
        *("b", "h2", "髙橋 蓮", "タカハシ レン", "2024/5/1", 2, "千鳥野町3", "髙橋 恵", 160, "就労"),
        *("髙橋 澪", "", "BIRTH", "", 7, "2", "1", ""),
    ],
    [
        *("c", "h2", "髙橋 凛", "タカハシ リン", "R7.8.1", 1, "", "髙橋 恵", 160, "就労"),
        *("髙橋 澪", "", "BIRTH", "", 7, "1", "", ""),
    ],
    [
        *("d", "h3", "葛󠄀西 湊", "カサイ ミナト", date(2024, 9, 1), 2, "汀町4", "", "", ""),
        *("葛󠄀西 凪", "", "JOB", "LONE", "", "1", "", ""),
    ],
]


def wide() -> Grids:
    return {"施設": grids()["施設"], "R9申込一覧": [list(HEADER), *(list(row) for row in ROWS)]}


def mapped(sheets: Grids, mapping: ColumnMapping | None = None) -> Reading:
    return read_upload("申込.xlsx", book(sheets), mapping=mapping)


def faults(sheets: Grids, mapping: ColumnMapping | None = None) -> list[CodedFault]:
    with pytest.raises(BadInput) as caught:
        mapped(sheets, mapping)
    return [fault for fault in caught.value.faults if isinstance(fault, CodedFault)]


def proposal(sheets: Grids) -> ColumnMapping:
    return propose(load_upload("申込.xlsx", book(sheets))[0])


def test_a_wide_sheet_reads_into_households_guardians_and_children() -> None:
    found = mapped(wide()).applications
    assert list(found.households) == ["h1", "h2", "h3"]
    first = found.households["h1"]
    assert first.address == "帆風町1"
    assert [(one.relation, one.name) for one in first.guardians] == [
        ("father", "𠮷田 一郎"),
        ("mother", "𠮷田 花"),
    ]
    assert first.guardians[0].facts == {"work_hours_month": 168}
    assert first.guardians[0].reasons == ("work",)
    assert first.guardians[1].facts == {"work_hours_month": Decimal("120.5")}
    assert [one.relation for one in found.households["h3"].guardians] == ["mother"]
    assert found.households["h3"].marks[0].code == "LONE"
    assert found.households["h2"].address == "千鳥野町3"  # the sibling's row leaves it blank
    assert [one.wishes for one in found.applicants] == [("1", "2"), ("2", "1"), ("1",), ("1",)]
    assert [one.row for one in found.applicants] == [2, 3, 4, 5]


def test_columns_and_sheets_that_are_not_read_are_named() -> None:
    sheets = wide() | {"メモ": [["電話", "番号"]]}
    told = {warning.code: warning for warning in mapped(sheets).warnings}
    assert told["column-unused"].found == "備考"
    assert told["sheet-unused"].sheet == "メモ"
    assert told["sheet-guessed"].expected.startswith(f"「{WIDE}」")


def test_a_single_csv_reads_with_the_classes_from_a_second_file(tmp_path: Any) -> None:
    from yakuba.nursery.applications import read

    (tmp_path / "申込.csv").write_bytes(csv_bytes(wide()["R9申込一覧"], "utf-8"))
    (tmp_path / "施設一覧.csv").write_bytes(csv_bytes(wide()["施設"], "cp932"))
    found = read(tmp_path / "申込.csv", also=tmp_path / "施設一覧.csv")
    assert found.applications.applicants == mapped(wide()).applications.applicants
    with pytest.raises(BadInput, match="「施設」なし"):
        read(tmp_path / "申込.csv")


def test_a_repeated_household_must_say_the_same() -> None:
    sheets = wide()
    sheets["R9申込一覧"][3][6] = "別の町"
    sheets["R9申込一覧"][3][8] = 150
    told = [(one.code, one.row, one.column, one.found) for one in faults(sheets)]
    assert told == [
        ("household-rows-differ", 4, "送付先住所", "別の町"),
        ("household-rows-differ", 4, "父就労時間", "150"),
    ]


def test_a_fault_in_a_wide_sheet_is_told_once_with_the_columns_own_name() -> None:
    sheets = wide()
    sheets["R9申込一覧"][2][1] = ""
    sheets["R9申込一覧"][1][11] = "多い"
    told = [(one.code, one.sheet, one.row, one.column) for one in faults(sheets)]
    assert told.count(("required-blank", "R9申込一覧", 3, "世帯コード")) == 1
    assert told.count(("number-unreadable", "R9申込一覧", 2, "母就労時間(月)")) == 1


def test_a_proposal_says_how_sure_it_is_and_likeness_needs_a_person() -> None:
    sheets = wide()
    sheets["R9申込一覧"][0][4] = "お子様の生年月日"
    found = proposal(sheets)
    how = found.sheets[1].how
    assert how["第一希望施設"] == how["母就労時間(月)"] == "alias"
    assert found.doubtful() == [("R9申込一覧", "お子様の生年月日", "児童:生年月日")]
    assert mapped(sheets).applications.applicants[0].birth is None  # likeness alone is never used
    assert mapped(sheets, found).applications.applicants[0].birth == date(2025, 5, 1)


def test_a_mapping_survives_json_and_reads_next_years_file() -> None:
    sheets = wide()
    sheets["R9申込一覧"][0] = [f"列{number}" for number in range(len(HEADER))]
    targets = dict(zip(sheets["R9申込一覧"][0], proposal(wide()).sheets[1].columns.values(), strict=False))
    classes = proposal(wide()).sheets[0]
    data = {
        "format": "yakuba.nursery.column-mapping/1",
        "sheets": [
            {"sheet": "R9申込一覧", "role": WIDE, "columns": targets},
            {"sheet": "施設", "role": "施設", "columns": dict(classes.columns)},
        ],
    }
    mapping = from_json(json.dumps(data))
    assert from_json(mapping.to_json()) == mapping
    assert mapped(sheets, mapping).applications.applicants == mapped(wide()).applications.applicants
    sheets["R10申込一覧"] = sheets.pop("R9申込一覧")  # known by its columns
    assert mapped(sheets, mapping).applications.applicants == mapped(wide()).applications.applicants


def test_the_signature_tells_whether_the_columns_are_the_same() -> None:
    mapping = proposal(wide())
    assert "mapping-other-file" not in {one.code for one in mapped(wide(), mapping).warnings}
    sheets = wide()
    sheets["R9申込一覧"][0][-1] = "特記事項"
    assert "mapping-other-file" in {one.code for one in mapped(sheets, mapping).warnings}


def test_columns_and_sheets_of_the_mapping_that_are_gone_are_faults() -> None:
    sheets = wide()
    sheets["R9申込一覧"][0][6] = "住んでいる所"
    (fault,) = faults(sheets, proposal(wide()))
    assert (fault.code, fault.found, fault.row) == ("mapping-column", "「送付先住所」列なし", 1)
    del sheets["施設"]
    assert {one.code for one in faults(sheets, proposal(wide()))} == {"sheet-missing", "mapping-column"}


def test_a_mapping_without_its_header_is_a_fault() -> None:
    sheets = wide()
    sheets["R9申込一覧"] = [["なし"]]
    assert "header-missing" in {one.code for one in faults(sheets, proposal(wide()))}
    sheets["R9申込一覧"] = []
    assert "header-missing" in {one.code for one in faults(sheets, proposal(wide()))}


GOOD = {"sheet": "申込", "role": "児童", "columns": {"番号": "児童:受付番号"}}
BAD_MAPPINGS: list[tuple[Any, str]] = [
    ("{", "JSONとして読めません"),
    ([], "対応づけではありません"),
    ({"format": "x", "sheets": []}, "対応づけではありません"),
    ({"format": "yakuba.nursery.column-mapping/1", "sheets": 3}, "対応づけではありません"),
    ([{"sheet": "申込"}], "が必要です"),
    ([GOOD | {"role": "名簿"}], "のどれかです"),
    ([GOOD | {"columns": {"番号": "児童:靴の大きさ"}}], "児童にない項目"),
    ([GOOD | {"columns": {"番号": "世帯:世帯番号"}}], "児童にない項目"),
    ([GOOD | {"columns": {"番号": "受付番号"}}], "児童にない項目"),
    ([GOOD | {"columns": {"番": "児童:受付番号", "号": "児童:受付番号"}}], "対応先が同じ"),
]


@pytest.mark.parametrize(("data", "words"), BAD_MAPPINGS)
def test_a_mapping_that_makes_no_sense_is_refused(data: Any, words: str) -> None:
    if isinstance(data, list) and data:
        data = {"format": "yakuba.nursery.column-mapping/1", "sheets": data}
    with pytest.raises(ValueError, match=words):
        from_json(data if isinstance(data, str) else json.dumps(data))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *(("第1希望", 1), ("第１希望", 1), ("第十希望", 10), ("第2志望園", 2), ("希望保育園ID_4", 4)),
        *(("利用希望施設(3)", 3), ("第51希望", 0), ("希望理由", 0), ("第0希望", 0), ("利用希望月", 0)),
    ],
)
def test_columns_of_wishes_are_known_by_their_number(name: str, number: int) -> None:
    assert wish_number(name) == number


@pytest.mark.parametrize(
    "name", ["個人番号", "父個人番号", "マイナンバー", "保護者1の個人番号", "個人番号(母)"]
)
def test_personal_number_columns_are_known(name: str) -> None:
    assert is_personal_number(name)
    sheets = wide()
    sheets["R9申込一覧"][0][-1] = name
    assert [(one.code, one.column) for one in faults(sheets)] == [("personal-number", name)]


def test_a_note_about_personal_numbers_is_no_column() -> None:
    assert not is_personal_number("個人番号は書かないでください")


def test_sheets_are_chosen_by_name_and_hidden_ones_are_told() -> None:
    sheets = grids() | {"児童（旧）": grids()["児童"]}
    data = book(sheets, hidden=("世帯",))
    found = read_upload("a.xlsx", data, sheets=["施設", "世帯", "保護者", "児童"])
    assert {one.code for one in found.warnings} == {"sheet-hidden"}
    with pytest.raises(BadInput, match="ファイルにないシート"):
        read_upload("a.xlsx", data, sheets=["児童", "昨年"])
    assert {one.code for one in read_upload("a.xlsx", data).warnings} == {
        "sheet-hidden",
        "sheet-guessed",
        "sheet-unused",
    }


def warned(change: Callable[[Grids], object], rules: Rules | None = None) -> dict[str, CodedFault]:
    sheets = grids()
    change(sheets)
    return {one.code: one for one in read_book(sheets, rules or Rules()).warnings}


def set_cell(sheet: str, row: int, column: str, value: Any) -> Callable[[Grids], object]:
    return lambda sheets: sheets[sheet][row - 1].__setitem__(sheets[sheet][0].index(column), value)


def test_a_nursery_with_two_names_is_told() -> None:
    told = warned(set_cell("施設", 3, "施設名", "浜風保育園"))["nursery-name-differs"]
    assert (told.row, told.column, told.found) == (3, "施設名", "浜風保育園")
    assert "2行では「はまかぜ保育園」" in told.expected


def test_a_household_without_a_child_is_told() -> None:
    def change(sheets: Grids) -> None:
        sheets["世帯"].append(["h4", *[""] * 11])
        sheets["保護者"].append(["h4", "母", "林", "就労", *[""] * 7])

    assert warned(change)["household-no-child"].row == 5


def test_a_guardian_without_any_reason_is_told() -> None:
    def change(sheets: Grids) -> None:
        set_cell("保護者", 3, "月の就労時間", "")(sheets)
        set_cell("保護者", 3, "事由", "")(sheets)

    assert warned(change)["guardian-no-reason"].row == 3


def test_a_birth_after_the_application_is_told() -> None:
    told = warned(set_cell("児童", 2, "申込日", "2025-04-30"))["birth-unborn"]
    assert (told.row, told.column, told.found) == (2, "生年月日", "2025-05-01")


def test_counts_of_children_below_those_who_apply_are_told() -> None:
    told = warned(set_cell("世帯", 3, "未就学児数", 1))["children-count-small"]
    assert (told.row, told.found) == (3, "1")


def test_pattern_1_without_a_common_nursery_is_told() -> None:
    def change(sheets: Grids) -> None:
        for row in (3, 4):
            set_cell("児童", row, "きょうだいパターン", 1)(sheets)
        set_cell("児童", 4, "第1希望", "3")(sheets)

    assert warned(change)["pattern-no-common"].row == 3


@pytest.mark.parametrize("sign", ["address", "guardian"])
def test_twins_in_two_households_are_told(sign: str) -> None:
    def change(sheets: Grids) -> None:
        set_cell("児童", 5, "生年月日", "2024-05-01")(sheets)
        if sign == "address":
            set_cell("世帯", 4, "住所", "千鳥野町3")(sheets)
        else:
            set_cell("保護者", 6, "氏名", "髙橋 澪")(sheets)

    told = warned(change)
    assert told["twins-unlinked"].row == 5
    assert "3行と" in told["twins-unlinked"].expected


def test_a_child_who_applies_twice_is_told() -> None:
    def change(sheets: Grids) -> None:
        set_cell("児童", 5, "生年月日", "2024-05-01")(sheets)
        set_cell("児童", 5, "児童氏名", "髙橋 蓮")(sheets)

    assert warned(change)["child-twice"].row == 5


def test_an_absent_couple_has_a_row_of_the_rule_book_instead_of_guardians() -> None:
    sheets = grids()
    del sheets["保護者"][5]
    set_cell("世帯", 4, "世帯の判定", "ABSENT2")(sheets)
    assert read_book(sheets).applications.households["h3"].guardians == ()


def test_csv_files_by_columns_and_unknown_ones_by_name() -> None:
    files = {f"{title}.csv": csv_bytes(grid) for title, grid in grids().items()}
    files["R9.csv"] = files.pop("保護者.csv")
    files["覚え書き.csv"] = csv_bytes([["電話", "時刻"]])
    found = read_upload("a.zip", zipped(files))
    assert found.applications == read_upload("b.zip", csvs(grids())).applications
    assert [(one.code, one.file) for one in found.warnings] == [("sheet-unused", "覚え書き.csv")]


@pytest.mark.parametrize("role", ROLES)
def test_every_target_offered_for_a_sheet_can_be_used_in_a_mapping(role: str) -> None:
    offered = targets(role, wishes=3)
    assert len({target for target, _ in offered}) == len(offered)
    for target, one in offered:
        found = find_target(role, target)
        assert found is not None
        assert found[1] == one
