"""Class ages by law, codes by scope, and the cap on faults."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nursery.applications.helpers import Rules, book, grids, read_book
from yakuba.core.sheets.faults import MOST_FAULTS
from yakuba.nursery.applications import BadInput
from yakuba.nursery.applications.notes import CodedFault, Notes
from yakuba.nursery.applications.rules import class_age, fiscal_year


def birthdays_eve(birth: date, years: int) -> date:
    """An age is reached at the end of the day before the birthday (29 February: before 1 March)."""
    try:
        birthday = birth.replace(year=birth.year + years)
    except ValueError:
        birthday = date(birth.year + years, 3, 1)
    return birthday - timedelta(days=1)


@given(st.dates(date(2018, 1, 1), date(2027, 3, 31)), st.integers(2024, 2030))
def test_the_class_age_is_the_age_reached_by_the_day_before_april(birth: date, year: int) -> None:
    """Whoever has reached the age on 31 March is of the class; born 1 April reached it that day."""
    reached = [age for age in range(14) if birthdays_eve(birth, age) <= date(year, 3, 31)]
    assert class_age(birth, year) == (max(reached) if reached else -1) or birth > date(year, 3, 31)


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)))
def test_a_fiscal_year_starts_in_april(day: date) -> None:
    assert date(fiscal_year(day), 4, 1) <= day < date(fiscal_year(day) + 1, 4, 1)


@pytest.mark.parametrize(("birth", "age"), [("2025-04-01", 2), ("2025-04-02", 1), ("2026-04-01", 1)])
def test_the_eve_of_the_birthday_decides_the_class(birth: str, age: int) -> None:
    sheets = grids()
    sheets["児童"][1][4], sheets["児童"][1][5] = birth, age
    if age == 2:
        sheets["児童"][1][15:] = ["1", "2", ""]
    assert read_book(sheets, Rules()).applications.applicants[0].age == age


def test_without_a_rule_book_every_code_is_accepted() -> None:
    sheets = grids()
    sheets["児童"][1][11] = "ANYTHING×3"
    assert read_book(sheets, Rules()).applications.applicants[0].marks[0].times == 3
    assert not Rules().unknown("X", "child")
    assert Rules(codes={"child": frozenset()}).unknown("X", "child", "wish")
    assert not Rules(codes={"child": frozenset(), "wish": frozenset({"X"})}).unknown("X", "child", "wish")


def test_past_the_cap_only_the_number_of_faults_is_kept() -> None:
    notes = Notes()
    for row in range(MOST_FAULTS + 7):
        notes.note("wish-none", "希望なし", file="a.csv", row=row)
        notes.note("household-no-child", "h", file="a.csv", row=row)
    assert len(notes.coded_warnings) == MOST_FAULTS
    with pytest.raises(BadInput) as caught:
        notes.raise_if_any()
    assert len(caught.value.faults) == MOST_FAULTS + 1
    last = caught.value.faults[-1]
    assert isinstance(last, CodedFault)
    assert (last.code, last.found) == ("more-faults", "ほか7件")


def test_a_long_quotation_is_cut() -> None:
    notes = Notes()
    notes.note("wish-none", "長" * 100, file="a.csv")
    with pytest.raises(BadInput) as caught:
        notes.raise_if_any()
    assert caught.value.faults[0].found == "長" * 60 + "…"


def test_a_file_over_the_limit_is_refused() -> None:
    from yakuba.nursery.applications import read_upload

    with pytest.raises(BadInput, match="20MiBまで"):
        read_upload("a.csv", b"a" * (20 * 2**20 + 1))


def test_an_error_cell_of_a_workbook_is_not_taken_for_a_blank() -> None:
    """A reader of values alone would see nothing there."""
    sheets = grids()
    sheets["児童"][1][6] = "#N/A"  # 枠: blank would mean 一般
    with pytest.raises(BadInput, match="計算エラー"):
        read_book(sheets)
    assert b"PK" in book(sheets)[:2]
