"""What the rule book does not know is a fault that names the child or household, never ignored."""

from decimal import Decimal
from typing import Any

import pytest

from tests.nursery.domain.scores.helpers import (
    APRIL,
    WORK,
    applications,
    book,
    child,
    dec,
    guardian,
    home,
    marks,
)
from yakuba.nursery.domain.application import Guardian, Mark
from yakuba.nursery.domain.market import BadInput, Fault
from yakuba.nursery.domain.scores.result import Decisions
from yakuba.nursery.domain.scores.score import score

RULES = book(
    "  - {code: BOTH, category: absence, label: 不存在, who: household, judge: true, points: 40}\n"
    "  - {code: PLACE, category: home, when: {place: {eq: home}, paid: {eq: true}}, points: 3}\n"
    "tiers:\n  - {tier: 1, label: 先}\n  - {tier: 2, label: 後, default: true}\n"
    "adjustments:\n"
    "  - {code: KID, label: 児童, scope: child, points: 3}\n"
    "  - {code: DOWN, label: 辞退, scope: child, points: -2, per: times}\n"
    "  - {code: STAFF, label: 特別, scope: child, discretionary: true, range: {least: 1, most: 9}}\n",
    WORK,
)


def faults(household: Any = None, applicant: Any = None, decisions: Decisions | None = None) -> list[Fault]:
    round_ = applications((household or home(),), (applicant or child(row=7),))
    with pytest.raises(BadInput) as caught:
        score(RULES, round_, decisions, on=APRIL)
    return caught.value.faults


@pytest.mark.parametrize(
    ("household", "applicant", "column", "found"),
    [
        (home(marks=marks("NOPE")), None, "世帯 h1", "NOPE"),
        (None, child(row=7, marks=marks("NOPE")), "受付番号 c1", "NOPE"),
        (None, child(row=7, marks=(Mark("KID", 2),)), "受付番号 c1", "KID×2"),
        (None, child(row=7, marks=(Mark("DOWN", 0),)), "受付番号 c1", "DOWN×0"),
        (None, child(row=7, marks=marks("ILL")), "受付番号 c1", "ILL"),
        (None, child(row=7, tier=3), "受付番号 c1", "優先区分 3"),
        (home(rows=("NOPE",)), None, "世帯 h1", "NOPE"),
        (home(rows=("ILL",)), None, "世帯 h1", "ILL"),
        (home(guardians=(guardian("mother", 160, "NOPE"),)), None, "世帯 h1 母", "NOPE"),
        (home(guardians=(guardian("mother", 160, "W160"),)), None, "世帯 h1 母", "W160"),
        (home(guardians=(guardian("mother", 160, "BOTH"),)), None, "世帯 h1 母", "BOTH"),
        (home(guardians=(guardian("father", 160, "BIRTH"),)), None, "世帯 h1 父", "BIRTH"),
        (home(guardians=(Guardian("mother", marks=marks("NOPE")),)), None, "世帯 h1 母", "NOPE"),
        (home(guardians=(guardian("mother", -1),)), None, "世帯 h1 母", "work_hours_month＝-1"),
        (
            home(guardians=(Guardian("mother", facts={"work_hours_month": "many"}),)),
            None,
            "世帯 h1 母",
            "work_hours_month＝many",
        ),
        (
            home(guardians=(Guardian("mother", facts={"work_hours_month_with_breaks": True}),)),
            None,
            "世帯 h1 母",
            "work_hours_month_with_breaks＝True",
        ),
        (
            home(guardians=(Guardian("mother", facts={"place": "moon"}),)),
            None,
            "世帯 h1 母",
            "place＝moon",
        ),
        (home(guardians=(Guardian("mother", facts={"paid": 1}),)), None, "世帯 h1 母", "paid＝1"),
    ],
)
def test_each_unknown_or_impossible_entry_is_one_fault_with_its_place(
    household: Any, applicant: Any, column: str, found: str
) -> None:
    (fault,) = faults(household, applicant)
    assert (fault.column, fault.found, fault.row) == (column, found, 7)
    assert fault.expected


@pytest.mark.parametrize(
    ("points", "found"),
    [
        ({("c1", "NOPE"): dec(1)}, "c1 NOPE"),
        ({("c9", "STAFF"): dec(1)}, "c9 STAFF"),
        ({("c1", "STAFF"): dec(10)}, "STAFF 10点"),
        ({("c1", "STAFF"): dec(0)}, "STAFF 0点"),
    ],
)
def test_a_decision_that_fits_nothing_or_leaves_its_range_is_a_fault(points: Any, found: str) -> None:
    (fault,) = faults(decisions=Decisions(points=points))
    assert fault.found == found


def test_an_order_by_staff_names_children_once() -> None:
    assert [one.expected for one in faults(decisions=Decisions(order=(("c1", "c9"), ("c1",))))] == [
        "受付番号が必要です",
        "同じ児童が2回あります",
    ]


def test_all_faults_are_told_at_once() -> None:
    house = home(guardians=(guardian("mother", -1, "NOPE"),), marks=marks("X"), rows=("Y",))
    assert len(faults(house, child(marks=marks("Z"), tier=9))) == 6


def test_a_guardian_who_is_neither_parent_may_have_a_mothers_row() -> None:
    house = home(guardians=(guardian("other", None, "BIRTH"),))
    scores = score(RULES, applications((house,), (child(),)), on=APRIL)
    assert scores.children["c1"].total == Decimal(10)
