"""A municipality's overlay: voucher mailing by its month-end rules, read strictly."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from yakuba.handbook.domain.vouchers import Mailing, mailing_day, mailings_of_month
from yakuba.handbook.rulebooks.faults import BadRulebook
from yakuba.handbook.rulebooks.load import builtin
from yakuba.handbook.rulebooks.overlay import example, load_overlay, parse_overlay

SMALL = """format: yakuba.handbook.overlay/1
name: small
municipality: 汐見区
as_of: 2026-04-01
source: {url: "https://example.jp/", what: a page}
vouchers:
  - {vaccine: BCG, title: BCG, month_end_before: 3m}
"""


@pytest.mark.parametrize(
    ("birth", "months", "day"),
    [("2026-07-31", 2, "2026-08-31"), ("2026-08-01", 2, "2026-08-31"), ("2026-08-02", 2, "2026-09-30"),
     ("2026-12-15", 2, "2027-01-31"), ("2026-01-01", 12, "2026-11-30")],
)  # fmt: skip
def test_vouchers_leave_at_the_end_of_the_month_before_the_age_is_reached(
    birth: str, months: int, day: str
) -> None:
    assert mailing_day(Mailing("PCV", "", months=months), date.fromisoformat(birth)) == date.fromisoformat(
        day
    )


@pytest.mark.parametrize(
    ("birth", "turning", "day"),
    [("2020-04-01", 6, "2025-04-01"), ("2020-04-02", 6, "2026-04-01"), ("2014-04-02", 12, "2026-04-01")],
)
def test_school_year_vouchers_leave_in_april(birth: str, turning: int, day: str) -> None:
    assert mailing_day(Mailing("MR", "", turning=turning), date.fromisoformat(birth)) == date.fromisoformat(
        day
    )


def test_a_months_mailing_lists_each_child_once_a_rule() -> None:
    overlay = example(builtin())
    births = [("a", date(2026, 9, 20)), ("b", date(2026, 8, 15)), ("c", date(2025, 12, 10))]
    sent = [(person, rule.title) for person, rule, _ in mailings_of_month(overlay, births, 2026, 10)]
    assert sent == [
        ("a", "ロタウイルス"), ("a", "小児用肺炎球菌"), ("a", "B型肝炎"), ("a", "五種混合"), ("b", "BCG"),
    ]  # fmt: skip
    assert {day for _, _, day in mailings_of_month(overlay, births, 2026, 10)} == {date(2026, 10, 31)}
    assert mailings_of_month(overlay, births, 2026, 12) == []


def test_every_mailing_of_the_example_goes_out_before_its_vaccine_may_be_given_too_late() -> None:
    overlay = example(builtin())
    assert overlay.municipality == "東京都港区"
    assert len(overlay.mailings) == 14
    assert overlay.on_request == ("HIB", "DPT_IPV")
    for rule in overlay.mailings:
        assert mailing_day(rule, date(2026, 5, 20)) > date(2026, 5, 20)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("overlay/1", "overlay/2", "yakuba.handbook.overlay/1 が必要です"),
        ("vaccine: BCG", "vaccine: XYZ", "「XYZ」"),
        ("month_end_before: 3m", "month_end_before: soon", "期間（2m、27d など）が必要です"),
        (", month_end_before: 3m", "", "どちらか1つが必要です"),
        ("month_end_before: 3m", "month_end_before: 3m, april_of_turning: 6", "どちらか1つが必要です"),
        ("month_end_before: 3m", "month_end_before: 3m, doses: [x]", "回数の並びが必要です"),
        ("as_of: 2026-04-01\n", "", "いつの、どこの規則かが必要です"),
        ("name: small", "name: small\nunknown: 1", "使える項目は"),
    ],
)
def test_a_wrong_overlay_names_its_faults(old: str, new: str, told: str) -> None:
    assert old in SMALL
    with pytest.raises(BadRulebook) as refused:
        parse_overlay("o.yaml", SMALL.replace(old, new).encode(), builtin())
    assert told in str(refused.value)


def test_an_overlay_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "o.yaml"
    path.write_text(SMALL, "utf-8")
    assert load_overlay(path, builtin()).mailings == (Mailing("BCG", "BCG", months=3),)
    with pytest.raises(BadRulebook, match="読めるファイルが必要です"):
        load_overlay(tmp_path / "none.yaml", builtin())
