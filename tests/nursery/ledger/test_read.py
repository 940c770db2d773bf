"""From a town hall's file to a market."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from tests.nursery.ledger.helpers import (
    CHILD_HEADER,
    book,
    csv_bytes,
    csvs,
    grids,
    plain_names,
    read_book,
    zipped,
)
from yakuba.core.sheets.faults import Findings
from yakuba.core.sheets.xlsx import read_workbook
from yakuba.nursery.domain.market import Family
from yakuba.nursery.ledger import Ledger, TiesFound, read, read_upload
from yakuba.nursery.ledger.build import build
from yakuba.nursery.ledger.ours import read_ours


def same(one: Ledger, other: Ledger) -> bool:
    return (one.market(1), one.children, one.labels, one.keys) == (
        other.market(1),
        other.children,
        other.labels,
        other.keys,
    )


def test_a_workbook_becomes_families_seats_and_priorities() -> None:
    ledger = read_book(grids())
    market = ledger.market()
    assert market.families == (
        Family("h1", ("a",), (None,), (("1-1",), ("2-1",))),
        Family(
            "h2",
            ("b", "c"),
            (None, None),
            (("2-2", "1-1"), ("1-2", "1-1"), ("2-2", None), (None, "1-1"), ("1-2", None)),
        ),
        Family("h3", ("d",), ("2-2",), (("1-2",),)),
    )
    assert market.capacity == {"1-1": 2, "1-2": 1, "2-1": 1, "2-2": 1, "2-2-障害児": 1}
    assert market.priority == {
        "1-1": ("a", "c"),
        "1-2": ("b", "d"),
        "2-1": ("a",),
        "2-2": ("d", "b"),
        "2-2-障害児": (),
    }


def test_a_key_ordered_from_small_to_large_is_turned_and_published() -> None:
    extras = read_book(grids()).market_extras(None)
    assert extras["keys"]["names"] == ["指数", "課税階層"]
    assert extras["keys"]["children"]["a"] == [40, -3]
    assert extras["keys"]["wishes"] == {}
    assert "lottery" not in extras


def test_facts_and_labels_keep_names_letter_by_letter() -> None:
    ledger = read_book(grids())
    facts = {child.id: child for child in ledger.children}
    assert [facts[child].name for child in "abd"] == ["𠮷田 葵", "髙橋 蓮", "葛󠄀西 湊"]
    assert (facts["d"].family, facts["d"].current, facts["d"].age, facts["d"].track) == (
        "h3",
        "2-2",
        2,
        "一般",
    )
    assert str(facts["a"].birth) == "2025-05-01"
    assert ledger.labels.children["d"] == "葛󠄀西 湊"
    assert ledger.labels.classes["2-2-障害児"] == "なぎさ保育園 2歳（障害児）"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csvs_say_the_same_as_the_workbook(encoding: str) -> None:
    sheets = plain_names(grids())
    assert same(read_upload("台帳.zip", csvs(sheets, encoding)), read_book(sheets))


def test_csvs_are_known_by_their_columns_when_their_names_are_others() -> None:
    sheets = grids()
    files = {f"表{number}.csv": csv_bytes(grid) for number, grid in enumerate(sheets.values())}
    assert same(read_upload("台帳.zip", zipped(files)), read_book(sheets))


def test_a_folder_a_zip_and_their_hash_agree(tmp_path: Path) -> None:
    for title, grid in grids().items():
        (tmp_path / f"{title}.csv").write_bytes(csv_bytes(grid))
    (tmp_path / ".隠し.csv").write_text("x")
    (tmp_path / "memo.txt").write_text("x")
    folder, archive = read(tmp_path), read_upload("台帳.zip", csvs(grids()))
    names = sorted(f"{title}.csv" for title in grids())
    lines = [f"{name}\t{sha256((tmp_path / name).read_bytes()).hexdigest()}" for name in names]
    assert folder.sha256 == archive.sha256 == sha256("\n".join(lines).encode()).hexdigest()
    assert folder.name == tmp_path.name
    assert same(folder, archive)


def test_a_workbook_on_disk_has_the_hash_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "台帳.xlsx"
    path.write_bytes(book(grids()))
    ledger = read(path)
    assert (ledger.name, ledger.sha256) == ("台帳.xlsx", sha256(path.read_bytes()).hexdigest())


def test_a_zip_made_on_windows_reads() -> None:
    """Its names are in CP932 without a word about it."""
    sheets = plain_names(grids())
    stand_ins = {title: "ABC"[number] * len(title.encode("cp932")) for number, title in enumerate(sheets)}
    data = zipped({f"{stand_ins[title]}.csv": csv_bytes(grid, "cp932") for title, grid in sheets.items()})
    for title, stand_in in stand_ins.items():
        data = data.replace(f"{stand_in}.csv".encode(), f"{title}.csv".encode("cp932"))
    ledger = read_upload("台帳.zip", data)
    assert same(ledger, read_book(sheets))
    assert ledger.sha256 == read_upload("台帳.zip", csvs(sheets, "cp932")).sha256


def test_shuffled_rows_give_the_same_market() -> None:
    sheets = grids()
    shuffled = {title: [grid[0], *reversed(grid[1:])] for title, grid in sheets.items()}
    shuffled["優先順位の決め方"] = sheets["優先順位の決め方"]
    assert same(read_book(sheets), read_book(shuffled))


def test_ties_are_listed_without_a_seed_and_drawn_and_logged_with_one() -> None:
    sheets = grids()
    sheets["申込"][1][-2:] = [38, 5]
    ledger = read_book(sheets)
    with pytest.raises(TiesFound) as caught:
        ledger.market()
    assert [(tie.class_id, tie.children) for tie in caught.value.ties] == [("1-1", ("a", "c"))]
    assert ledger.ties() == caught.value.ties
    drawn = list(ledger.market(4).priority["1-1"])
    assert ledger.market_extras(4)["lottery"] == {
        "seed": 4,
        "method": "sha256(seed:household) ascending; inside one household child id ascending",
        "groups": [drawn],
    }
    assert drawn == sorted("ac", key=lambda child: sha256({"a": b"4:h1", "c": b"4:h2"}[child]).hexdigest())


def test_a_nursery_with_its_own_keys_ranks_by_them() -> None:
    sheets = grids()
    sheets["園別優先"] = [
        ["受付番号", "施設番号", "キー1", "キー2"],
        ["c", "1", "40.5", 5],
        ["a", "2", 40, 3],
    ]
    ledger = read_book(sheets)
    assert ledger.market().priority["1-1"] == ("c", "a")
    assert ledger.market_extras()["keys"]["wishes"] == {"c": {"1-1": ["40.5", -5]}}


def test_explicit_tuples_replace_the_pattern_and_end_at_the_present_places() -> None:
    sheets = grids()
    sheets["申込"][3][8] = sheets["申込"][2][8] = ""
    sheets["希望の組"] = [
        ["世帯番号", "順位", "受付番号", "施設番号"],
        ["h2", 2, "b", "1"], ["h2", 2, "c", "入所しない"],
        ["h2", 1, "c", "1"], ["h2", 1, "b", "2"],
        ["h3", 1, "d", "1"], ["h3", 2, "d", ""], ["h3", 3, "d", "1"],
    ]  # fmt: skip
    ledger = read_book(sheets)
    families = {family.id: family.wishes for family in ledger.families}
    assert families["h2"] == (("2-2", "1-1"), ("1-2", None))
    assert families["h3"] == (("1-2",),)


def test_wishes_below_the_present_nursery_are_cut_with_a_warning() -> None:
    sheets = grids()
    sheets["申込"][4][9:11] = ["2", "1"]
    ledger = read_book(sheets)
    assert ledger.families[-1].wishes == ()
    assert any("いまの在籍より下の希望 1件" in warning for warning in ledger.warnings)


def test_more_than_the_allowed_tuples_are_cut_with_a_warning_that_names_the_household() -> None:
    rows = read_ours(read_workbook("x", book(grids())), Findings())
    ledger = build(rows, "x", "", Findings(), most_tuples=3)
    assert len(ledger.families[1].wishes) == 3
    assert any("世帯 h2：希望の組が3件を超える" in warning for warning in ledger.warnings)
    assert not any("世帯 h1：希望の組" in warning for warning in ledger.warnings)


def test_twins_ranked_apart_and_children_without_wishes_are_warned_of() -> None:
    sheets = grids()
    sheets["申込"].append(["e", "h2", "髙橋 葵", "", "2025-08-01", 1, "", "", 7, "1", "", "", 37, 5])
    sheets["申込"].append(["f", "h5", "森 新", "", "", 1, "", "", "", "", "", "", 37, 4])
    warnings = "".join(read_book(sheets).warnings)
    assert "世帯 h2：同じ年齢のきょうだい（受付番号 c、e）" in warnings
    assert "世帯 h5：入所を選べる希望がありません（受付番号 f）" in warnings


def test_the_eldest_stands_first_by_age_then_birthday() -> None:
    sheets = grids()
    sheets["申込"][2][4:6] = ["2025-09-01", 1]
    assert read_book(sheets).families[1].children == ("c", "b")


def town_hall_book() -> bytes:
    """Titles above the header, merged cells, full-width digits, eras, stray spaces, unused sheets."""
    workbook = openpyxl.Workbook()
    first = workbook.active
    assert first is not None
    first.title = "表紙"
    for title, grid in grids().items():
        sheet = workbook.create_sheet(title if title != "施設" else " 施設 ")
        sheet["B2"] = f"令和9年度 {title}一覧"
        sheet.merge_cells("B2:E2")
        for number, row in enumerate(grid, 4):
            for column, value in enumerate(row, 2):
                sheet.cell(number, column, value if value != "" else None)
    children = workbook["申込"]
    children["B4"] = "受付\n番号"
    children["C6"] = "　ｈ２ "
    children["F5"], children["F6"] = "令和7年5月1日", "R6.5.1"
    children["F7"] = 45870
    children["G5"], children["G6"] = "１歳", "２歳児"
    children["J6"] = "７"
    children["K5"] = " １"
    children["N5"] = "４０"
    children["P4"] = "備考"
    children.merge_cells("C6:C7")
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def test_a_workbook_as_town_halls_make_them_reads_the_same() -> None:
    ledger = read_upload("台帳.xlsx", town_hall_book())
    assert same(ledger, read_book(grids()))
    assert ledger.warnings == [
        "台帳.xlsx「申込」シート：使わない列 備考",
        "台帳.xlsx：「表紙」シートは読みません",
    ]


def test_a_header_merged_over_two_rows_is_one_header() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(book(grids())))
    sheet = workbook["申込"]
    sheet.insert_rows(2)
    for column in range(1, len(CHILD_HEADER) + 1):
        sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
    out = io.BytesIO()
    workbook.save(out)
    assert same(read_upload("台帳.xlsx", out.getvalue()), read_book(grids()))


def test_a_hidden_sheet_of_the_right_name_is_read_with_a_warning() -> None:
    ledger = read_upload("台帳.xlsx", book(grids(), hidden=("施設",)))
    assert ledger.warnings == ["台帳.xlsx：「施設」シートは非表示ですが、読みました"]


def test_a_renamed_sheet_is_known_by_its_columns_with_a_warning() -> None:
    sheets = {("申込一覧" if title == "申込" else title): grid for title, grid in grids().items()}
    ledger = read_book(sheets)
    assert ledger.warnings == ["台帳.xlsx：「申込一覧」シートを「申込」の表として読みました"]


def test_a_nursery_with_two_names_is_warned_of() -> None:
    sheets = grids()
    sheets["施設"][2][1] = "浜風保育園"
    assert any("「はまかぜ保育園」と「浜風保育園」" in warning for warning in read_book(sheets).warnings)
