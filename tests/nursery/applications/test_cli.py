"""The commands: exit 0 and a file, or exit 2 with every fault and nothing written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.nursery.applications.helpers import book, csv_bytes, grids, plain_names
from tests.nursery.applications.planted import PLANTED
from tests.nursery.applications.test_mapping import wide
from yakuba.nursery.applications import read
from yakuba.nursery.cli import nursery
from yakuba.site.demo.cli import demo


def run(*arguments: object) -> Result:
    return CliRunner().invoke(nursery, ["applications", *map(str, arguments)])


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "申込.xlsx"
    path.write_bytes(book(grids()))
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    sheets = grids()
    PLANTED["wish twice"].plant(sheets)
    PLANTED["postal code"].plant(sheets)
    path = tmp_path / "誤り.xlsx"
    path.write_bytes(book(sheets))
    return path


def test_check_says_what_was_read(good: Path) -> None:
    done = run("check", good, "--fiscal-year", 2027, "--deadline", "2026-11-30", "--most-wishes", 3)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "児童 4人、世帯 3、クラス 5" in done.stdout


def test_check_lists_every_fault_with_its_code(faulty: Path) -> None:
    done = run("check", faulty)
    assert (done.exit_code, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert any(
        "「児童」シート 2行「第3希望」" in line and line.endswith("[wish-duplicate]") for line in lines
    )
    assert any(line.endswith("[postal-code]") for line in lines)


def test_check_gives_faults_and_warnings_as_json_lines(faulty: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in run("check", faulty, "--json").stdout.splitlines()]
    assert {line["code"] for line in lines} == {"wish-duplicate", "postal-code"}
    assert next(line for line in lines if line["code"] == "postal-code") | {"advice": ""} == {
        "kind": "fault",
        "code": "postal-code",
        "file": "誤り.xlsx",
        "sheet": "世帯",
        "row": 2,
        "column": "郵便番号",
        "found": "100-001",
        "expected": "7桁の郵便番号を入力する欄です",
        "advice": "",
    }
    (tmp_path / "広い.xlsx").write_bytes(book(wide()))
    done = run("check", tmp_path / "広い.xlsx", "--json")
    assert done.exit_code == 0
    assert {json.loads(line)["kind"] for line in done.stdout.splitlines()} == {"warning"}


def test_options_reach_the_checks(good: Path) -> None:
    done = run("check", good, "--deadline", "2026-11-04", "--most-wishes", 1, "--fiscal-year", 2028)
    codes = {line.rpartition("[")[2].rstrip("]") for line in done.stderr.splitlines()}
    assert codes == {"applied-late", "wish-too-many", "birth-class"}
    done = run("check", good, "--sheet", "児童")
    assert "「施設」なし" in done.stderr


@pytest.mark.parametrize("name", ["出力.xlsx", "出力.zip"])
def test_export_writes_what_reads_back_the_same(good: Path, tmp_path: Path, name: str) -> None:
    done = run("export", good, "-o", tmp_path / name)
    assert (done.exit_code, done.stderr) == (0, "")
    assert read(tmp_path / name).applications == read(good).applications


def test_export_in_cp932_lists_lost_letters_and_writes_nothing(good: Path, tmp_path: Path) -> None:
    done = run("export", good, "-o", tmp_path / "出力.zip", "--cp932")
    assert done.exit_code == 2
    assert "「𠮷田 葵」の「𠮷」（U+20BB7）" in done.stderr
    assert not (tmp_path / "出力.zip").exists()
    good.write_bytes(book(plain_names(grids())))
    assert run("export", good, "-o", tmp_path / "出力.zip", "--cp932").exit_code == 0
    assert read(tmp_path / "出力.zip").applications == read(good).applications


def test_export_refuses_faults_and_unknown_endings(faulty: Path, good: Path, tmp_path: Path) -> None:
    assert run("export", faulty, "-o", tmp_path / "出力.xlsx").exit_code == 2
    assert run("export", good, "-o", tmp_path / "出力.pdf").exit_code == 2
    assert not list(tmp_path.glob("出力*"))


def test_places_that_cannot_be_written_are_told(good: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for command in ("export", "map"):
        done = run(command, good, "-o", tmp_path / "file" / "出力.xlsx")
        assert done.exit_code == 2
        assert "読み書きできません" in done.stderr
        assert "Traceback" not in done.output


def test_a_mapping_is_proposed_kept_and_used(tmp_path: Path) -> None:
    sheets = wide()
    sheets["R9申込一覧"][0][4] = "お子様の生年月日"
    path, mapping = tmp_path / "広い.xlsx", tmp_path / "mapping.json"
    path.write_bytes(book(sheets))
    done = run("map", path, "-o", mapping)
    assert done.exit_code == 0
    assert "R9申込一覧：児童と世帯として" in done.stdout
    assert "「お子様の生年月日」→「児童:生年月日」" in done.stdout
    done = run("check", path, "--mapping", mapping, "--fiscal-year", 2027)
    assert (done.exit_code, "児童 4人" in done.stdout) == (0, True)
    assert "[column-unused]" in done.stderr


def test_a_single_csv_with_its_classes_beside_it(tmp_path: Path) -> None:
    (tmp_path / "申込.csv").write_bytes(csv_bytes(wide()["R9申込一覧"], "utf-8-sig"))
    (tmp_path / "施設.csv").write_bytes(csv_bytes(wide()["施設"], "cp932"))
    assert run("check", tmp_path / "申込.csv", "--also", tmp_path / "施設.csv").exit_code == 0


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_a_mapping_that_cannot_be_used_is_told(good: Path, tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "m.json").write_text(text)
    done = run("check", good, "--mapping", tmp_path / "m.json")
    assert done.exit_code == 2
    assert "m.json：" in done.stderr


def test_files_that_are_none_of_ours_are_told(tmp_path: Path) -> None:
    for name, data, word in [
        ("なし.xlsx", None, "ファイルなし"),
        ("空.csv", b"", "空のファイル"),
        ("絵.png", b"\x89PNG", "知らない種類"),
        ("壊れ.xlsx", b"PK\x03\x04", "壊れた"),
        ("壊れ.zip", b"PK\x03\x04", "壊れた"),
        ("読めない.csv", b"\xff\xfe\x00", "読めない文字コード"),
    ]:
        if data is not None:
            (tmp_path / name).write_bytes(data)
        for command in (("check",), ("map", "-o", tmp_path / "m.json")):
            done = run(command[0], tmp_path / name, *command[1:])
            assert done.exit_code == 2, name
            assert word in done.stderr
        assert "[file-unreadable]" in done.stderr
    (tmp_path / "空の場所").mkdir()
    assert "CSVなし" in run("check", tmp_path / "空の場所").stderr
    assert not (tmp_path / "m.json").exists()


def test_a_folder_of_csvs_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "台帳"
    folder.mkdir()
    for title, grid in grids().items():
        (folder / f"{title}.csv").write_bytes(csv_bytes(grid, "utf-8"))
    assert run("check", folder).exit_code == 0


def test_the_demo_city_writes_applications_without_faults(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        demo, ["applications", "-o", str(tmp_path / "d.xlsx"), "--children", "60", "--nurseries", "8"]
    )
    assert done.exit_code == 0, done.output
    checked = run("check", tmp_path / "d.xlsx", "--fiscal-year", 2027, "--deadline", "2026-11-30")
    assert (checked.exit_code, "児童 60人" in checked.stdout) == (0, True)
