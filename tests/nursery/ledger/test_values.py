"""Cells to values: numbers, ages, codes, names, dates as town halls write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.core.sheets.dates import parse_day
from yakuba.core.ui.wareki import wareki
from yakuba.nursery.ledger import values


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("令和8年4月2日", date(2026, 4, 2)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R8.4.2", date(2026, 4, 2)),
        ("r8/4/2", date(2026, 4, 2)),
        ("Ｒ８．４．２", date(2026, 4, 2)),
        ("H30/1/5", date(2018, 1, 5)),
        ("平成３０年１月５日", date(2018, 1, 5)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("平成31年5月1日", date(2019, 5, 1)),
        ("S64.1.7", date(1989, 1, 7)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("M45-1-1", date(1912, 1, 1)),
        (" 2026/4/2 ", date(2026, 4, 2)),
        ("2026-04-02", date(2026, 4, 2)),
        ("2026-04-02 00:00:00", date(2026, 4, 2)),
        ("2026年4月2日", date(2026, 4, 2)),
        ("20260402", date(2026, 4, 2)),
        (20260402.0, date(2026, 4, 2)),
        (46114, date(2026, 4, 2)),
        ("46114", date(2026, 4, 2)),
        (date(2026, 4, 2), date(2026, 4, 2)),
        (datetime(2026, 4, 2, 10, 30), date(2026, 4, 2)),  # noqa: DTZ001 - as a spreadsheet yields it
    ],
)
def test_a_date_is_read_however_it_is_written(written: object, expected: date) -> None:
    assert parse_day(written) == expected
    assert type(parse_day(written)) is date


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2025/2/30", "ない日付"),
        ("20251301", "ない日付"),
        ("令和元年4月30日", "令和にない"),
        ("平成元年1月7日", "平成にない"),
        ("平成32年4月1日", "平成にない"),
        ("R0.5.1", "令和にない"),
        ("4月2日", "読めません"),
        ("X8.4.2", "読めません"),
        ("", "読めません"),
        (5, "読めません"),
        (46114.5, "読めません"),
        (True, "日付ではありません"),
        (None, "日付ではありません"),
    ],
)
def test_a_date_that_is_none_is_refused_with_its_reason(written: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_day(written)


@given(st.dates(date(1873, 1, 1), date(2117, 12, 31)))
def test_every_day_reads_back_from_its_japanese_form(day: date) -> None:
    assert parse_day(wareki(day, weekday=False)) == day
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (12.0, 12),
        (2.5, Decimal("2.5")),
        (0.1, Decimal("0.1")),
        ("１，２３４", 1234),
        (" 12 ", 12),
        ("▲3", -3),
        ("△０．５", Decimal("-0.5")),
        ("−7", -7),
        ("+4", 4),
        ("2.50", Decimal("2.5")),
        ("3.0", 3),
        ("390000000243", 390000000243),
        ("123456789012345678901234567890", 123456789012345678901234567890),
    ],
)
def test_a_number_is_read_exactly(cell: values.Cell, expected: int | Decimal) -> None:
    assert values.number(cell) == expected
    assert isinstance(values.number(cell), type(expected))


@pytest.mark.parametrize(
    "cell",
    ["", "x", "1e5", "1.2.3", "--1", "inf", "NaN", float("inf"), float("nan"), 1e15, True, date(2026, 1, 1)],
)
def test_what_is_no_exact_number_is_refused(cell: values.Cell) -> None:
    with pytest.raises(ValueError, match="数"):
        values.number(cell)


@pytest.mark.parametrize(
    ("cell", "expected"), [(0.0, 0), ("５歳児", 5), ("1歳", 1), ("２", 2), ("3歳児クラス", 3)]
)
def test_an_age_class_is_read(cell: values.Cell, expected: int) -> None:
    assert values.age(cell) == expected


@pytest.mark.parametrize("cell", ["6", -1.0, 1.5, "歳", "1歳2か月", ""])
def test_an_age_outside_0_to_5_is_refused(cell: values.Cell) -> None:
    with pytest.raises(ValueError, match="0から5まで"):
        values.age(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (12.0, "12"),
        ("００１２", "0012"),
        (" Ａ－１ ", "A-1"),
        ("\ufeff7", "7"),
        (1.5, "1.5"),
        ("受付\n番号", "受付番号"),
    ],
)
def test_a_code_is_half_width_without_spaces(cell: values.Cell, expected: str) -> None:
    assert values.code(cell) == expected


@pytest.mark.parametrize("name", ["𠮷田 葵", "髙﨑", "葛󠄀西", "ﾔﾏﾀﾞ", "㈱", "①", "神󠄀", "e\u0301"])
def test_a_name_keeps_every_character(name: str) -> None:
    assert values.text(f"　{name} ") == name


def test_a_name_given_as_a_number_is_text() -> None:
    assert values.text(12.0) == "12"
    assert values.shown(1e20) == "1e+20"
