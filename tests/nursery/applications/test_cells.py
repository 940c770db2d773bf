"""One cell to one value, in the many ways in which files write it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from yakuba.nursery.applications.cells import Unreadable, read_cell
from yakuba.nursery.applications.fields import field
from yakuba.nursery.domain.application import Mark

HOURS = ("保護者", "work_hours_month")
READS: list[tuple[tuple[str, str], Any, Any]] = [
    (HOURS, "１６８", 168),
    (HOURS, " 1,200 ", 1200),
    (HOURS, 120.5, Decimal("120.5")),
    (HOURS, 168.0, 168),
    (HOURS, 119.99999999999999, 120),
    (HOURS, 5e-229, 0),
    (HOURS, 33.333333333333336, Decimal("33.3333333333")),
    (("児童", "id"), "Ａ－１ 2", "A-12"),
    (("児童", "id"), 100001.0, "100001"),
    (("児童", "name"), "  𠮷田　葵 ", "𠮷田　葵"),
    (("児童", "name"), "'=1", "=1"),
    (("児童", "name"), "''＝1", "＝1"),
    (("児童", "name"), "'quoted'", "'quoted'"),
    (("児童", "name"), "一\r\n二", "一\n二"),
    (("児童", "kana"), "ﾖｼﾀﾞ ｱｵｲ", "ﾖｼﾀﾞ ｱｵｲ"),
    (("児童", "kana"), "Silva José", "Silva José"),
    (("児童", "age"), "１歳児", 1),
    (("児童", "birth"), "令和元年5月1日", date(2019, 5, 1)),
    (("児童", "birth"), "平成31年4月30日", date(2019, 4, 30)),
    (("児童", "birth"), "R7.5.1", date(2025, 5, 1)),
    (("児童", "birth"), 45778, date(2025, 5, 1)),
    (("児童", "birth"), datetime(2025, 5, 1, 0, 0), date(2025, 5, 1)),  # noqa: DTZ001 - what a workbook gives
    (("児童", "wished_start"), "令和9年4月", date(2027, 4, 1)),
    (("児童", "wished_start"), "R9/4", date(2027, 4, 1)),
    (("児童", "wished_start"), "２０２７年４月", date(2027, 4, 1)),
    (("児童", "wished_start"), date(2027, 4, 15), date(2027, 4, 1)),
    (("児童", "multiple_birth"), "○", True),
    (("児童", "multiple_birth"), True, True),
    (("児童", "multiple_birth"), 0, False),
    (("児童", "multiple_birth"), "無し", False),
    (("児童", "kind"), "転所", "transfer"),
    (("児童", "track"), "障害児", "障害児"),
    (("保護者", "reasons"), "就労，求職活動、就労", ("work", "job_seeking")),
    (("保護者", "reasons"), "虐待・DV\n介護・看護", ("abuse_dv", "care")),
    (("世帯", "postal_code"), "〒１００－０００１", "100-0001"),
    (("世帯", "postal_code"), 600001, "060-0001"),
    (("世帯", "siblings_enrolled"), "1、２,1", ("1", "2")),
    (("世帯", "siblings_enrolled"), 12, ("12",)),
    (("世帯", "rows"), "'-A、B", ("-A", "B")),
    (
        ("児童", "marks"),
        "A、B×２＠１２，C@3",
        (Mark("A"), Mark("B", 2, "12"), Mark("C", 1, "3")),
    ),
    (("児童", "marks"), "A、A", (Mark("A"),)),
]
REFUSED: list[tuple[tuple[str, str], Any, str]] = [
    (HOURS, "", "number-unreadable"),
    (HOURS, True, "number-unreadable"),
    (HOURS, date(2026, 1, 1), "number-unreadable"),
    (HOURS, -0.5, "number-negative"),
    (HOURS, "#DIV/0!", "cell-error"),
    (("児童", "tier"), 1.5, "number-not-whole"),
    (("児童", "id"), "1、2", "code-character"),
    (("児童", "id"), "9" * 51, "text-too-long"),
    (("児童", "name"), "a\ufffeb", "control-character"),
    (("児童", "name"), "a\x07b", "control-character"),
    (("児童", "birth"), "8年4月1日", "date-era-missing"),
    (("児童", "birth"), "2026-02-29", "date-impossible"),
    (("児童", "birth"), True, "date-unreadable"),
    (("児童", "birth"), 3.5, "date-unreadable"),
    (("児童", "wished_start"), "令和9年13月", "month-unreadable"),
    (("児童", "wished_start"), 4, "month-unreadable"),
    (("児童", "multiple_birth"), 2, "yes-no-unreadable"),
    (("児童", "marks"), "×2", "mark-unreadable"),
    (("児童", "marks"), "A×100", "mark-times"),
    (("児童", "marks"), "A" * 101, "mark-unreadable"),
    (("世帯", "postal_code"), "12345678", "postal-code"),
    (("世帯", "rows"), "A@1", "code-character"),
]


@pytest.mark.parametrize(("where", "cell", "value"), READS)
def test_a_cell_is_read(where: tuple[str, str], cell: Any, value: Any) -> None:
    found = read_cell(field(*where), cell)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("where", "cell", "code"), REFUSED)
def test_a_cell_is_refused_with_its_code(where: tuple[str, str], cell: Any, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_cell(field(*where), cell)
    assert caught.value.code == code
