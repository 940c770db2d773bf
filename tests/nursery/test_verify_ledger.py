"""A market that says other than its ledger is found, whatever form the ledger has."""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from yakuba.nursery.domain.verify_ledger import check

Grid = list[list[Any]]
SEED = 7


def _lot(household: str) -> str:
    return hashlib.sha256(f"{SEED}:{household}".encode()).hexdigest()


FIRST, SECOND = sorted(["H2", "H3"], key=_lot)  # the drawn order of two households with equal keys
NUMBER = {"H2": "2", "H3": "3"}

TABLES: dict[str, Grid] = {
    "施設": [
        ["施設番号", "施設名", "年齢", "枠", "募集人数"],
        [10, "はまかぜ保育園", 1, "一般", 1],
        [10, "はまかぜ保育園", 1, "障害児", 1],
        ["20", "ちどり保育園", "１歳児", None, 2],
        [20, "ちどり保育園", 3, None, 1],
    ],
    "申込": [
        [
            "受付番号",
            "世帯番号",
            "児童氏名",
            "フリガナ",
            "生年月日",
            "年齢",
            "枠",
            "在籍施設番号",
            "きょうだいパターン",
            "第1希望",
            "第2希望",
            "キー1",
            "キー2",
        ],
        [1, "H1", "網代 はる", "アジロ ハル", "2025-05-01", 1, None, 20, None, 10, None, 40, 3],
        [2, "H2", "𠮷田 あお", "", None, 1, "一般", None, None, "１０", 20, "41.5", 2],
        [3, "H3", "髙橋 そら", "", None, 1, None, None, None, 10, 20, 41.5, 2],
        [4, "H4", "﨑山 りく", "", None, 1, "障害児", None, None, 10, None, 30, 1],
        [5, "H5", "葛󠄀城 うみ", "", None, 1, None, None, 4, 20, None, 35, 1],
        [6, "H5", "葛󠄀城 なみ", "", None, 3, None, None, 4, 20, None, 35, 1],
    ],
    "優先順位の決め方": [
        ["列", "名称", "向き"],
        ["キー1", "指数", "大きい順"],
        ["キー2", "申込順", "小さい順"],
    ],
    "園別優先": [["受付番号", "施設番号", "キー1", "キー2"], [5, 20, "1,000", "▲1"]],
}


def _market(sha256: str) -> dict[str, Any]:
    drawn = [NUMBER[FIRST], NUMBER[SECOND]]
    return {
        "capacity": {"10-1": 1, "10-1-障害児": 1, "20-1": 3, "20-3": 1},
        "priority": {
            "10-1": [*drawn, "1"],
            "10-1-障害児": ["4"],
            "20-1": ["1", "5", *drawn],
            "20-3": ["6"],
        },
        "families": [
            {"id": "H1", "children": ["1"], "current": ["20-1"], "wishes": [["10-1"]]},
            {"id": "H2", "children": ["2"], "current": [None], "wishes": [["10-1"], ["20-1"]]},
            {"id": "H3", "children": ["3"], "current": [None], "wishes": [["10-1"], ["20-1"]]},
            {"id": "H4", "children": ["4"], "current": [None], "wishes": [["10-1-障害児"]]},
            {"id": "H5", "children": ["6", "5"], "current": [None, None], "wishes": [["20-3", "20-1"]]},
        ],
        "ledger": {"name": "台帳", "sha256": sha256},
        "keys": {
            "names": ["指数", "申込順"],
            "children": {
                "1": [40, -3],
                "2": ["41.5", -2],
                "3": ["41.5", -2],
                "4": [30, -1],
                "5": [35, -1],
                "6": [35, -1],
            },
            "wishes": {"5": {"20-1": [1000, 1]}},
        },
        "lottery": {"seed": SEED, "method": "sha256", "groups": [drawn]},
    }


def _book(path: Path, tables: dict[str, Grid], *, titles: int = 0) -> str:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, grid in tables.items():
        sheet = book.create_sheet(name)
        for number in range(titles):
            sheet.append([f"令和9年度 {name} その{number}"])
        for row in grid:
            sheet.append(row)
    book.save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _csv_bytes(grid: Grid, encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["" if cell is None else cell for cell in row] for row in grid])
    return out.getvalue().encode(encoding, errors="replace")


def _folder_digest(parts: dict[str, bytes]) -> str:
    lines = (f"{name}\t{hashlib.sha256(parts[name]).hexdigest()}" for name in sorted(parts))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _good(tmp_path: Path) -> tuple[dict[str, Any], Path]:
    path = tmp_path / "台帳.xlsx"
    return _market(_book(path, TABLES)), path


@pytest.mark.parametrize("titles", [0, 3])
def test_a_market_made_from_the_workbook_agrees_with_it(tmp_path: Path, titles: int) -> None:
    path = tmp_path / "台帳.xlsx"
    assert check(_market(_book(path, TABLES, titles=titles)), path) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_folder_and_an_archive_of_csvs_agree_too(tmp_path: Path, encoding: str) -> None:
    parts = {f"{name}.csv": _csv_bytes(grid, encoding) for name, grid in TABLES.items()}
    folder = tmp_path / "台帳"
    folder.mkdir()
    for name, data in parts.items():
        (folder / name).write_bytes(data)
    (folder / "~$lock.csv").write_bytes(b"x")
    (folder / "memo.txt").write_bytes(b"x")
    market = _market(_folder_digest(parts))
    assert check(market, folder) == []
    archive = tmp_path / "台帳.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name, data in parts.items():
            file.writestr(f"台帳/{name}", data)
    assert check(market, archive) == []


def test_a_merged_household_number_counts_for_every_row(tmp_path: Path) -> None:
    path = tmp_path / "台帳.xlsx"
    _book(path, TABLES)
    book = openpyxl.load_workbook(path)
    book["申込"].merge_cells("B6:B7")
    book.save(path)
    market = _market(hashlib.sha256(path.read_bytes()).hexdigest())
    assert check(market, path) == []


def test_explicit_tuples_of_wishes_are_compared_one_by_one(tmp_path: Path) -> None:
    tuples: Grid = [
        ["世帯番号", "順位", "受付番号", "施設番号"],
        ["H5", 2, 5, 20],
        ["H5", 2, 6, "入所しない"],
        ["H5", 1, 5, 20],
        ["H5", 1, 6, 20],
    ]
    path = tmp_path / "台帳.xlsx"
    market = _market(_book(path, {**TABLES, "希望の組": tuples}))
    assert check(market, path) == ["世帯 H5：第2希望から、市場と台帳の希望が違います。"]
    market["families"][4]["wishes"].append([None, "20-1"])
    assert check(market, path) == []


def _swap(queue: list[str], one: int, other: int) -> None:
    queue[one], queue[other] = queue[other], queue[one]


FALSEHOODS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("another file", lambda m: m["ledger"].update(sha256="0" * 64), "SHA-256が違います"),
    ("no digest", lambda m: m.pop("ledger"), "SHA-256が記録されていません"),
    (
        "one more seat",
        lambda m: m["capacity"].update({"20-1": 4}),
        "クラス 20-1：定員は市場では 4、台帳では 3",
    ),
    ("a class too many", lambda m: m["capacity"].update({"99-1": 1}), "クラス 99-1"),
    ("a class lost", lambda m: m["capacity"].pop("20-3"), "クラス 20-3"),
    ("a seat count that is true", lambda m: m["capacity"].update({"10-1": True}), "クラス 10-1"),
    ("a household lost", lambda m: m["families"].pop(3), "世帯 H4：台帳にありますが"),
    ("a household twice", lambda m: m["families"].append(m["families"][3]), "世帯 H4：市場に2回"),
    ("a child lost", lambda m: m["families"][4].update(children=["6"]), "世帯 H5：児童は"),
    ("another current seat", lambda m: m["families"][0].update(current=[None]), "世帯 H1：在籍は"),
    ("a wish lost", lambda m: m["families"][1]["wishes"].pop(), "世帯 H2：第2希望から"),
    ("wishes turned round", lambda m: m["families"][1]["wishes"].reverse(), "世帯 H2：第1希望から"),
    (
        "a sibling wish never asked",
        lambda m: m["families"][4]["wishes"].append(["20-3", "10-1"]),
        "世帯 H5：市場の第2希望",
    ),
    ("another key name", lambda m: m["keys"].update(names=["点", "申込順"]), "名称は市場では"),
    ("another key", lambda m: m["keys"]["children"].update({"1": [41, -3]}), "児童 1：優先順位のキー"),
    (
        "a key of another sign",
        lambda m: m["keys"]["children"].update({"1": [40, 3]}),
        "児童 1：優先順位のキー",
    ),
    (
        "a key that is no number",
        lambda m: m["keys"]["children"].update({"1": ["x", 3]}),
        "児童 1：優先順位のキー",
    ),
    ("a key of nobody", lambda m: m["keys"]["children"].update({"9": [1, 1]}), "児童 9：優先順位のキー"),
    ("a special key lost", lambda m: m["keys"].update(wishes={}), "児童 5：クラス 20-1 でのキー"),
    (
        "a special key too many",
        lambda m: m["keys"]["wishes"].update({"1": {"10-1": [99, 0]}}),
        "児童 1：クラス 10-1",
    ),
    ("a holder moved down", lambda m: _swap(m["priority"]["20-1"], 0, 1), "在籍又はキーの順と違います"),
    ("keys disregarded", lambda m: _swap(m["priority"]["10-1"], 1, 2), "在籍又はキーの順と違います"),
    ("the lottery reversed", lambda m: _swap(m["priority"]["10-1"], 0, 1), "抽選の順と違います"),
    ("the lottery lost", lambda m: m.pop("lottery"), "抽選の記録がありません"),
    ("another seed", lambda m: m["lottery"].update(groups=[["2", "9"]]), "記録された抽選の組"),
    (
        "a child not listed",
        lambda m: m["priority"]["10-1"].remove("1"),
        "希望する児童 1 が優先順位にありません",
    ),
    ("a child who never asked", lambda m: m["priority"]["20-3"].append("1"), "このクラスを希望していません"),
    ("a stranger", lambda m: m["priority"]["20-3"].append("99"), "児童 99 は台帳にありません"),
    ("a child twice", lambda m: m["priority"]["20-3"].append("6"), "同じ児童が2回"),
]


@pytest.mark.parametrize(
    ("falsehood", "words"), [case[1:] for case in FALSEHOODS], ids=[case[0] for case in FALSEHOODS]
)
def test_a_falsehood_is_named(
    tmp_path: Path, falsehood: Callable[[dict[str, Any]], object], words: str
) -> None:
    market, path = _good(tmp_path)
    false = copy.deepcopy(market)
    falsehood(false)
    assert any(words in fault for fault in check(false, path)), check(false, path)


def test_a_bare_market_is_checked_as_far_as_it_goes(tmp_path: Path) -> None:
    market, path = _good(tmp_path)
    del market["keys"]
    assert check(market, path) == []


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
        "ledger": {"name": "x", "sha256": _folder_digest(parts)},
        "keys": {
            "names": ["点数"],
            "children": {"1": [30], "2": [40], "3": [45]},
            "wishes": {"1": {"8-0": [50]}},
        },
    }
    assert check(market, tmp_path) == []
    _swap(market["priority"]["8-0"], 0, 1)
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


def test_a_workbook_with_a_document_type_is_refused(tmp_path: Path) -> None:
    market, path = _good(tmp_path)
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    _replace_part(path, "xl/workbook.xml", lambda part: bomb + part)
    (fault,) = check(market, path)
    assert "文書型宣言" in fault


def test_a_broken_part_is_reported(tmp_path: Path) -> None:
    market, path = _good(tmp_path)
    _replace_part(path, "xl/workbook.xml", lambda part: part[:-20])
    (fault,) = check(market, path)
    assert fault.startswith("台帳：表を読めません")


def test_shared_strings_are_read_without_the_readings_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "台帳.xlsx"
    _book(path, TABLES)
    inline, shared = b'<c r="B3" t="inlineStr"><is><t>H2</t></is></c>', b'<c r="B3" t="s"><v>1</v></c>'
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>x</t></si>'
        "<si><r><t>H</t></r><r><t>2</t></r><rPh sb='0' eb='1'><t>エイチ</t></rPh></si></sst>"
    )
    with zipfile.ZipFile(path, "a") as archive:
        assert inline in archive.read("xl/worksheets/sheet2.xml")
        archive.writestr("xl/sharedStrings.xml", strings)
    _replace_part(path, "xl/worksheets/sheet2.xml", lambda part: part.replace(inline, shared))
    assert check(_market(hashlib.sha256(path.read_bytes()).hexdigest()), path) == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"just text"])
def test_a_file_that_is_no_ledger_is_reported(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(data)
    (fault,) = check(_market(""), path)
    assert fault.startswith("台帳：")


def test_a_missing_file_and_an_incomplete_folder_are_reported(tmp_path: Path) -> None:
    (fault,) = check(_market(""), tmp_path / "none.xlsx")
    assert fault.startswith("台帳：")
    (tmp_path / "施設.csv").write_bytes(_csv_bytes(TABLES["施設"], "utf-8"))
    (fault,) = check(_market(""), tmp_path)
    assert "そろっていません" in fault
    (tmp_path / "施設.csv").write_bytes(b"\xff\xff\x81")
    (fault,) = check(_market(""), tmp_path)
    assert "文字コード" in fault


def test_a_number_that_is_none_is_reported(tmp_path: Path) -> None:
    tables = copy.deepcopy(TABLES)
    tables["申込"][1][11] = "四十"
    path = tmp_path / "台帳.xlsx"
    (fault,) = check(_market(_book(path, tables)), path)
    assert "「四十」は数ではありません" in fault
