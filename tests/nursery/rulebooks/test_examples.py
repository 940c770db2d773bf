"""Working out examples: what cannot be compared says so, and decided ties name their step."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.nursery.domain.scores.helpers import dec
from yakuba.nursery.domain.scores.rulebook import Example, TieExample
from yakuba.nursery.rulebooks.examples import run_example, run_tie
from yakuba.nursery.rulebooks.load import load_builtin

BOOK = load_builtin("shiomi")
GIVEN = {"mother": {"facts": {"work_hours_month": dec(160)}}}


def points(given: Mapping[str, Any], expect: Mapping[str, Any]) -> Any:
    return run_example(BOOK, Example("e", "constructed", given, expect))


def test_an_example_of_one_parent_uses_the_row_of_the_absent_one() -> None:
    assert points(GIVEN, {"father": dec(20), "mother": dec(20), "total": dec(40), "total_else": dec(40)}).ok


def test_the_start_of_care_and_staff_decisions_can_be_given() -> None:
    given = GIVEN | {"on": "2027-09-01", "marks": ["SPECIAL"], "decided": {"SPECIAL": dec(3)}}
    assert points(given, {"total": dec(43), "rank": None, "tier": None}).ok


@pytest.mark.parametrize(
    ("given", "expect", "words"),
    [
        (GIVEN, {"sum": dec(40)}, "比べられない値です：sum"),
        (GIVEN | {"marks": ["NOPE"]}, {"total": dec(40)}, "NOPE"),
        ({"mother": "full time"}, {"total": dec(40)}, "書き方に誤り"),
        (GIVEN | {"on": "spring"}, {"total": dec(40)}, "書き方に誤り"),
    ],
)
def test_an_example_that_cannot_be_worked_out_fails_and_says_why(
    given: Mapping[str, Any], expect: Mapping[str, Any], words: str
) -> None:
    result = points(given, expect)
    assert not result.ok
    assert words in str(result)


def tie(
    a: Mapping[str, Any], b: Mapping[str, Any], first: Any, decided_by: str = "", book: Any = BOOK
) -> Any:
    return run_tie(book, TieExample("t", "constructed", a, b, first, decided_by))


def test_a_tie_names_the_step_that_decides_it() -> None:
    a, b = (
        {"total": dec(40), "municipal_income_tax_total": dec(5)},
        {"total": dec(40), "municipal_income_tax_total": dec(4)},
    )
    assert tie(a, b, "b", "municipal_income_tax_total").ok
    wrong = tie(a, b, "a", "lone_parent")
    assert (wrong.ok, wrong.found) == (False, {"first": "b", "decided_by": "municipal_income_tax_total"})
    assert "first=a" in str(wrong)
    assert tie(a | {"municipal_income_tax_total": dec(4)}, b, "tie").ok


def test_points_go_before_the_tie_order() -> None:
    assert tie({"total": dec(39), "lone_parent": True}, {"total": dec(40)}, "b", "total").ok


def test_a_value_that_one_side_lacks_is_worse() -> None:
    assert tie({"preschool_children_count": dec(1)}, {}, "a", "preschool_children_count").ok
    assert tie({"lone_parent": True}, {"municipal_income_tax_total": dec(0)}, "a", "lone_parent").ok


def test_a_value_that_is_no_key_fails_with_what_is_expected() -> None:
    assert "true・false" in str(tie({"lone_parent": dec(1)}, {"lone_parent": False}, "a"))


def test_dates_and_ranks_are_compared_as_such() -> None:
    itoman, yokohama = load_builtin("itoman"), load_builtin("yokohama")
    early = tie({"wished_start_date": "2026-04-01"}, {"wished_start_date": "2026-05-01"}, "a", book=itoman)
    assert early.ok
    assert tie({"rank": "B", "total": dec(9)}, {"rank": "A", "total": dec(0)}, "b", "rank", book=yokohama).ok
