"""Sums between fields."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yakuba.ocr.domain.form import PostalAddressRule, SumRule
from yakuba.ocr.domain.recheck import sum_fault, sum_faults, wanted_by_sums

RULE = SumRule(("a", "b"), "t")
NUMBERS = st.integers(-(10**9), 10**9)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_sum_is_a_fault_exactly_when_it_does_not_come_out(a: int, b: int, t: int) -> None:
    fault = sum_fault(RULE, {"a": str(a), "b": str(b), "t": str(t)})
    assert (fault is None) == (a + b == t)
    if fault is not None:
        assert (fault.found, fault.total) == (a + b, t)


@given(NUMBERS, NUMBERS)
def test_what_a_sum_wants_makes_it_come_out(a: int, b: int) -> None:
    known = {"a": str(a), "b": str(b), "t": str(a + b)}
    for name in known:
        others = {key: value for key, value in known.items() if key != name}
        assert wanted_by_sums([RULE], name, {**others, name: "?"}) == {known[name]}


def test_an_empty_part_counts_nothing_and_an_empty_total_says_nothing() -> None:
    assert sum_fault(RULE, {"a": "5", "b": "", "t": "5"}) is None
    assert sum_fault(RULE, {"a": "5", "b": "1", "t": ""}) is None
    assert wanted_by_sums([RULE], "a", {"b": "1", "t": ""}) == set()


def test_texts_and_missing_fields_are_no_fault() -> None:
    assert sum_fault(RULE, {"a": "x", "b": "1", "t": "5"}) is None
    assert sum_fault(RULE, {"a": "1", "t": "5"}) is None
    assert wanted_by_sums([RULE], "a", {"b": "x", "t": "5"}) == set()
    assert wanted_by_sums([RULE], "other", {"a": "1", "b": "1", "t": "2"}) == set()
    assert wanted_by_sums([RULE], "a", {"b": "1"}) == set()


def test_other_rules_are_left_alone() -> None:
    rules = [PostalAddressRule("p", "q"), RULE]
    assert len(sum_faults(rules, {"a": "1", "b": "1", "t": "3"})) == 1
    assert wanted_by_sums(rules, "p", {}) == set()
