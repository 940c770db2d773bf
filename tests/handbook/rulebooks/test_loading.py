"""The rule book file is read strictly: every fault with its line, its place, what was found and expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from tests.handbook.children import look, next_of, window
from yakuba.core import strict_yaml
from yakuba.handbook.domain.rules import SignOff
from yakuba.handbook.rulebooks.faults import BadRulebook
from yakuba.handbook.rulebooks.load import builtin, load, parse

TEXT = (resources.files("yakuba.handbook.rulebooks") / "jp/2026.yaml").read_text("utf-8")
SMALL = """format: yakuba.handbook.rulebook/1
name: small
version: "1"
sources:
  S1: {url: "https://example.jp/", what: "a page", date: "2026"}
vaccines:
  BCG:
    title: BCG
    law: A
    src: [S1]
    courses:
      - name: BCG
        doses:
          - {n: 1, from: birth, until: 1y}
"""


def faults(text: str) -> list[str]:
    with pytest.raises(BadRulebook) as refused:
        parse("book.yaml", text.encode())
    return [str(fault) for fault in refused.value.faults]


def test_the_shipped_book_keeps_sources_recalled_marks_and_questions() -> None:
    book = builtin()
    assert (book.name, book.version, book.signed_off) == ("jp", "2026-11-draft1", None)
    assert len(book.sources) == 31
    assert book.sources["S04"].url.startswith("https://")
    assert "vaccines.HIB.courses[0].doses[4].after[0]" in book.recalled
    assert len(book.questions) >= 6
    assert len(book.sha256) == 64
    assert {check.id for check in book.health_checks} >= {"KENSHIN_1Y6M", "KENSHIN_3Y"}


def test_a_small_book_is_read() -> None:
    book = parse("book.yaml", SMALL.encode())
    assert list(book.groups) == ["BCG"]
    assert book.antigens["BCG"].series[0].doses[0].ages[0].source == ("S1",)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("rulebook/1", "rulebook/9", "「format」：「yakuba.handbook.rulebook/9」"),
        ("until: 1y", "until: 1 moon", "14行「vaccines.BCG.courses[0].doses[0].until」：「1 moon」"),
        ("n: 1", "n: one", "doses[0].n」：「one」。整数が必要です"),
        ("n: 1", "n: 2", "n は1からの続き番号です"),
        ("law: A", "law: C", "A、B、optional のどれかが必要です"),
        ("src: [S1]", "src: [S9]", "sources にある番号が必要です"),
        ("    src: [S1]\n", "", "すべての規則に src か ev: RECALLED が必要です"),
        ("title: BCG", "titel: BCG", "「vaccines.BCG.titel」：「titel」。使える項目は"),
        ("title: BCG", "title: [BCG]", "文字が必要です"),
        ("until: 1y}", "until: 1y, after: [{dose: first, days: 1}]}", "dose は previous か回数です"),
        (
            "until: 1y}",
            "until: 1y, after: [{dose: 1, days: 1, months: 1}]}",
            "days、months、length のどれか1つ",
        ),
        ("until: 1y}", "until: 1y, after: [{dose: 1}]}", "days、months、length のどれか1つ"),
        ("until: 1y}", "until: 1y, after: [{dose: 1, days: 1, standard_days: [1]}]}", "2つの整数が必要です"),
        ("until: 1y}", "until: 1y, lapses: maybe}", "true、false のどれか"),
        ("until: 1y}", "until: 1y, effective_from: soon}", "日付（YYYY-MM-DD）が必要です"),
        ("          - {n: 1, from: birth, until: 1y}\n", "", "1回以上の接種が必要です"),
        (
            "courses:\n      - name: BCG",
            "courses:\n      - BCG\n      - name: BCG",
            "項目名と値の組が必要です",
        ),
    ],
)
def test_every_fault_names_place_found_and_expected(old: str, new: str, told: str) -> None:
    assert old in SMALL
    assert any(told in fault for fault in faults(SMALL.replace(old, new)))


def test_faults_of_the_whole_book_are_named() -> None:
    found = faults(
        SMALL
        + "conflicts:\n  - {title: t, earlier: [BCG], later: [XYZ], days: 27, src: [S1]}\n"
        + "extensions:\n  - {name: e, observation: O, within: 2y, until_age: {ABC: none}, src: [S1]}\n"
        + "signed_off: {name: 看護師}\n"
    )
    assert any("XYZ" in fault for fault in found)
    assert any("ABC" in fault for fault in found)
    assert any("確認した日付が必要です" in fault for fault in found)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "空のファイル"),
        (b"\xff\xfe", "UTF-8の文字が必要です"),
        (b"a: &x 1\nb: *x\n", "参照は使えません"),
        (b"a: !!python/name:os.system 1\n", "型の指定は使えません"),
        (b"a: 1\na: 2\n", "同じ項目が2つあります"),
        (b"a: 1\n---\nb: 2\n", "文書は1つです"),
        (b"[" * 20 + b"]" * 20, "入れ子は"),
        (b"a: [1\n", "YAMLとして読める書き方"),
        (b"? [a]\n: 1\n", "項目名は文字です"),
        (b"a: \x00\n", "YAMLとして読める文字"),
        (b"a: " + b"x" * strict_yaml.MOST_BYTES, "バイトまでです"),
    ],
)
def test_clever_broken_and_endless_yaml_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(BadRulebook) as refused:
        parse("book.yaml", content)
    assert told in str(refused.value)


def test_a_book_is_loaded_from_a_file_and_a_missing_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8")
    assert load(path).name == "small"
    with pytest.raises(BadRulebook, match="none\\.yaml"):
        load(tmp_path / "none.yaml")
    for name in ("xx", "../jp"):
        with pytest.raises(BadRulebook, match="備え付けの規則は jp です"):
            builtin(name)


def test_widening_a_window_from_a_future_day_is_one_edit_and_changes_nothing_before_that_day() -> None:
    """The rule change drill: BCG up to two years for those assessed from 2027-04-01 on."""
    old = "{n: 1, from: birth, until: 1y, standard_from: 5m, standard_until: 8m}"
    new = (
        "{n: 1, windows: [{from: birth, until: 1y, standard_from: 5m, standard_until: 8m,"
        " effective_until: 2027-03-31}, {from: birth, until: 2y, standard_from: 5m, standard_until: 8m,"
        " effective_from: 2027-04-01}]}"
    )
    assert TEXT.count(old) == 1
    changed = parse("changed.yaml", TEXT.replace(old, new).encode())
    for birth in ("2026-03-31", "2026-04-01", "2026-09-15"):
        for on in ("2026-10-01", "2027-03-31"):
            assert look(birth, on=on, rulebook=changed).forecasts == look(birth, on=on).forecasts
        early = f"BCG {birth[:4]}-12-01"
        assert (
            look(birth, early, on="2028-01-01", rulebook=changed).doses
            == look(birth, early, on="2028-01-01").doses
        )
    assert window(next_of(look("2026-09-15", on="2027-04-01", rulebook=changed), "BCG"))[1] == "2028-09-14"
    assert window(next_of(look("2026-09-15", on="2027-04-01"), "BCG"))[1] == "2027-09-14"
    given = look("2026-01-10", "BCG 2027-04-01", on="2027-04-02", rulebook=changed)
    assert given.doses[0].valid
    assert not look("2026-01-10", "BCG 2027-03-31", on="2027-04-02", rulebook=changed).doses[0].valid


@pytest.mark.parametrize(
    ("signed", "on", "holds"),
    [
        ("2026-04-01", "2026-04-01", True),
        ("2026-04-01", "2027-03-31", True),
        ("2026-04-01", "2027-04-01", False),
        ("2026-03-31", "2026-03-31", True),
        ("2026-03-31", "2026-04-01", False),
        ("2026-05-01", "2026-04-30", False),
    ],
)  # fmt: skip
def test_a_sign_off_holds_until_the_next_first_of_april(signed: str, on: str, holds: bool) -> None:
    assert SignOff("看護師", date.fromisoformat(signed)).holds_on(date.fromisoformat(on)) is holds
    book = parse("s.yaml", (SMALL + f"signed_off: {{name: 看護師, date: {signed}}}\n").encode())
    assert replace(book).signed_off == SignOff("看護師", date.fromisoformat(signed))
