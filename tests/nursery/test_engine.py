"""Known markets, invariance and the second solver."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery import generate
from yakuba.nursery.domain import minimal
from yakuba.nursery.domain.market import Market
from yakuba.nursery.domain.market_json import dumps, market_dict, parse, result_dict
from yakuba.nursery.domain.search import Limits
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.domain.verify import verify

Json = dict[str, Any]


def latin(size: int) -> Json:
    """Child i likes class i+k mod n k-th; class j ranks child j last: everyone's first choice is stable."""
    names = [f"{k:02d}-0" for k in range(size)]
    return {
        "format": generate.FORMAT,
        "capacity": dict.fromkeys(names, 1),
        "priority": {names[j]: [f"c{(j + 1 + k) % size}" for k in range(size)] for j in range(size)},
        "families": [
            {
                "id": f"f{i:02d}",
                "children": [f"c{i}"],
                "current": [None],
                "wishes": [[names[(i + k) % size]] for k in range(size)],
            }
            for i in range(size)
        ],
    }


def couples() -> Json:
    """A couple (both or neither) and an only child who chase one another: no stable assignment."""
    return {
        "format": generate.FORMAT,
        "capacity": {"A": 1, "B": 1},
        "priority": {"A": ["m", "s"], "B": ["s", "w"]},
        "families": [
            {"id": "couple", "children": ["m", "w"], "current": [None, None], "wishes": [["A", "B"]]},
            {"id": "single", "children": ["s"], "current": [None], "wishes": [["A"], ["B"]]},
        ],
    }


def test_a_latin_square_of_60_gives_everyone_the_first_choice() -> None:
    market = latin(60)
    result = allocate(parse(market)).result
    first = {family["children"][0]: family["wishes"][0][0] for family in market["families"]}
    assert dict(result.assignment) == first
    assert (result.status, result.unique) == ("stable", False)


def test_a_market_without_a_stable_assignment_is_answered_with_one_family_and_one_extra_seat() -> None:
    allocation = allocate(parse(couples()))
    assert allocation.result.status == "minimal"
    assert len(allocation.result.blocking_families) == allocation.result.blocking_lower_bound == 1
    assert allocation.proof["extra_seats"]["proven_fewest"]
    assert sum(allocation.proof["extra_seats"]["seats"].values()) == 1


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.integers(0, 99))
def test_the_order_of_the_input_changes_no_byte(seed: int, order: int) -> None:
    market = generate.tiny(seed)
    one, two = allocate(parse(market)), allocate(parse(generate.shuffled(market, order)))
    assert dumps(result_dict(one.result)) == dumps(result_dict(two.result))
    assert dumps(one.proof) == dumps(two.proof)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_one_more_seat_everywhere_never_makes_the_result_unverifiable(seed: int) -> None:
    market = generate.tiny(seed)
    market["capacity"] = {name: seats + 1 for name, seats in market["capacity"].items()}
    assert verify(market, result_dict(allocate(parse(market)).result)) == []


def test_a_shuffled_town_gives_the_same_bytes() -> None:
    market = generate.town(3, 400, 30)
    one, two = (allocate(parse(m)).result for m in (market, generate.shuffled(market, 5)))
    assert dumps(result_dict(one)) == dumps(result_dict(two))
    assert verify(market, result_dict(one)) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_hard_towns_with_siblings_ranked_apart_get_a_verified_answer(seed: int) -> None:
    market = generate.town(seed, 250, 24, 8, siblings=0.15, apart=True)
    allocation = allocate(parse(market))
    assert verify(market, result_dict(allocation.result)) == []
    assert allocation.result.blocking_lower_bound <= len(allocation.result.blocking_families)
    if allocation.result.status != "stable":
        extra = allocation.proof["extra_seats"]
        assert 1 <= extra["lower_bound"] <= sum(extra["seats"].values())
        more = {name: seats + extra["seats"].get(name, 0) for name, seats in market["capacity"].items()}
        assert allocate(parse({**market, "capacity": more})).result.status == "stable"


def test_a_number_of_seats_beyond_any_machine_word_is_just_enough_for_everyone() -> None:
    market = couples()
    market["capacity"]["B"] = 10**30
    enough = {**market, "capacity": {**market["capacity"], "B": 3}}
    assert allocate(parse(market)).result == allocate(parse(enough)).result


def test_localised_search_finds_what_the_exact_model_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = [
        seed for seed in range(1, 400, 2) if allocate(parse(generate.tiny(seed))).result.status != "stable"
    ]
    exact = [len(allocate(parse(generate.tiny(seed))).result.blocking_families) for seed in seeds]
    monkeypatch.setattr(minimal, "SMALL", 0)
    local = [allocate(parse(generate.tiny(seed))).result for seed in seeds]
    assert [len(result.blocking_families) for result in local] == exact
    assert {result.status for result in local} == {"minimal"}


def test_a_solve_without_time_still_answers_within_stated_bounds() -> None:
    limits = Limits(stability=0, objective=0, uniqueness=0, lower_bound=0, extra_seats=0)
    market = latin(12)
    result = allocate(parse(market), limits=limits).result
    assert verify(market, result_dict(result)) == []


def test_an_empty_market_is_stable() -> None:
    assert allocate(Market({}, {}, ())).result.assignment == {}


def test_progress_reports_and_may_cancel() -> None:
    class Cancelled(Exception):
        pass

    def stop(fraction: float, text: str) -> None:
        if fraction > 0.1:
            raise Cancelled(text)

    with pytest.raises(Cancelled):
        allocate(parse(couples()), progress=stop)


def second_opinion(market: Market) -> list[int]:
    """HiGHS in a process of its own: its library and OR-Tools' copy of it do not load together."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("highs_program.py"))],
        input=dumps(market_dict(market)),
        capture_output=True,
        text=True,
        check=True,
    )
    return list(json.loads(done.stdout))


@pytest.mark.slow
def test_highs_on_the_whole_500_child_market_gives_the_same_placed_count_and_positions() -> None:
    market = parse(generate.town(1, 500, 80, 6))
    result = allocate(market).result
    assert result.status == "stable"
    placed = sum(seat is not None for seat in result.assignment.values())
    positions = 0
    for family in market.families:
        has = tuple(result.assignment[child] for child in family.children)
        positions += [*family.wishes, family.current].index(has)
    assert [placed, positions] == second_opinion(market)
