"""The planner against every possible plan of a thousand small cases."""

from __future__ import annotations

import pytest

from tests.handbook.planner.test_against_brute_force import check

ALL = 1000


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, ALL, 100))
def test_no_possible_plan_of_a_thousand_small_cases_is_better(first: int) -> None:
    for seed in range(first, first + 100):
        check(seed)
