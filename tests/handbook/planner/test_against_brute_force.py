"""The planner against every possible plan of small cases."""

from __future__ import annotations

import pytest

from tests.handbook.planner.brute import BOOK, CALENDAR, Case, best_cost
from tests.handbook.planner.cases import small_case
from yakuba.handbook.domain.person import Person
from yakuba.handbook.domain.planner.plan import COST, plan_from
from yakuba.handbook.domain.planner.result import Plan

QUICK = 40


def planned(case: Case) -> Plan:
    earlier = None if case.before is None else dict(case.before)
    return plan_from(earlier, BOOK, Person(case.birth, "F"), case.history, [], case.on, CALENDAR, case.wishes)


def check(seed: int) -> None:
    case = small_case(seed)
    found = planned(case)
    assert found.proven
    assert not [one for one in found.not_planned if one.reason == "ask_staff"]
    assert case.wishes.until is not None
    assert tuple(found.cost[name] for name in COST[:-1]) == best_cost(case, case.wishes.until), seed


@pytest.mark.parametrize("first", range(0, QUICK, 10))
def test_no_possible_plan_of_a_small_case_is_better(first: int) -> None:
    for seed in range(first, first + 10):
        check(seed)
