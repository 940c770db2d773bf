"""Comparing permissions, and reading values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.people.domain.moves import ADMIN, compare, permissions
from yakuba.core.people.domain.tables import decode, read
from yakuba.core.people.domain.values import is_staff_number, parse_day, parse_role

SYSTEMS = st.lists(st.sampled_from(["nursery", "roads", "ocr"]), max_size=3)
ASSIGNMENTS = st.lists(
    st.tuples(SYSTEMS, st.sampled_from(["viewer", "officer", "approver", "admin"])), max_size=5
)
ORDER = ["viewer", "officer", "approver"]


@given(ASSIGNMENTS)
def test_permissions_are_the_highest_role_of_each_system(assignments: list[tuple[list[str], str]]) -> None:
    expected = set()
    for system in ("nursery", "roads", "ocr"):
        roles = [role for systems, role in assignments if system in systems and role != "admin"]
        if roles:
            expected.add((system, max(roles, key=ORDER.index)))
    if any(role == "admin" for _, role in assignments):
        expected.add(ADMIN)
    assert permissions(assignments) == expected


@given(ASSIGNMENTS, ASSIGNMENTS)
def test_gains_and_losses_lead_from_before_to_after(
    first: list[tuple[list[str], str]], second: list[tuple[list[str], str]]
) -> None:
    before, after = permissions(first), permissions(second)
    change = compare(before, after)
    assert (before - set(change.lost)) | set(change.gained) == after
    assert not set(change.gained) & before
    assert not set(change.lost) & after
    assert list(change.gained) == sorted(change.gained)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_day_is_read_in_each_way_of_writing(day: date) -> None:
    for text in (
        day.isoformat(),
        f"{day.year:04}/{day.month}/{day.day}",
        f"{day.year:04}年{day.month}月{day.day}日",
        f" {day.year:04}年{day.month}月{day.day}日 ",
    ):
        assert parse_day(text) == day


@pytest.mark.parametrize(
    "text", ["", "2026-02-30", "2026/13/1", "26-1-1", "2026-1/1", "20260101", "令和8年1月1日"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse_day(text) is None


def test_full_width_digits_are_digits() -> None:
    assert parse_day("２０２６／４／１") == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("text", "role"), [("承認", "approver"), ("Admin", "admin"), ("部長", None), ("", None)]
)
def test_roles_are_read_in_both_languages(text: str, role: str | None) -> None:
    assert parse_role(text) == role


@pytest.mark.parametrize(
    ("text", "fits"),
    [("1001", True), ("A-1.b_2", True), ("-1", False), ("x" * 20, True), ("x" * 21, False), ("", False)],
)
def test_staff_numbers(text: str, fits: bool) -> None:
    assert is_staff_number(text) is fits


def test_rows_are_counted_as_a_spreadsheet_counts_and_empty_rows_are_left_out() -> None:
    rows, faults = read("b,a\n1,2\n\n ,\n 3 ,4,\n5\n", required=["a", "b"])
    assert faults == []
    assert [(row.number, row["a"], row["b"], row["c"]) for row in rows] == [
        (2, "2", "1", ""),
        (5, "4", "3", ""),
        (6, "", "5", ""),
    ]


@given(st.text(alphabet=st.characters(codec="cp932", exclude_characters="¢£¬‖−〜"), max_size=40))
def test_text_that_cp932_holds_is_read_from_cp932_or_utf_8(text: str) -> None:
    assert decode(text.encode("utf-8")) == text.removeprefix("\ufeff")
    back = decode(("職" + text).encode("cp932"))
    assert back == "職" + text


def test_a_table_without_rows_is_asked_for_one_and_a_faulty_row_for_nothing_more() -> None:
    (empty,) = read("a,b\n", required=["a", "b"])[1]
    assert str(empty) == "2行：「空」は使えません。2行目から1人1行で入れてください。"
    rows, (fault,) = read("a,b\n1,2,3\n", required=["a", "b"])
    assert rows == []
    assert str(fault) == "2行：「3」は使えません。列は2個までです。"


def test_a_fault_names_the_row_and_the_column_or_the_file() -> None:
    (missing,) = read("a\n1\n", required=["a", "b"])[1]
    assert str(missing) == "1行「b」：「ない列」は使えません。見出し「b」の列を加えてください。"
    (open_quote,) = read('a\n"1', required=["a"])[1]
    assert str(open_quote).startswith("ファイル：「閉じていない引用符」は使えません。")
