"""Keys that depend on the outcome: a fixed point, or a circle that an officer has to break."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nursery.domain.scores.helpers import applications, child, home
from yakuba.nursery.domain.scores.outcome import Settled, settle, together


def test_an_outcome_that_agrees_with_its_own_keys_is_fixed() -> None:
    settled = settle(0, lambda outcome: outcome, lambda keys: min(keys + 1, 3))
    assert (settled.status, settled.outcome, settled.rounds) == ("fixed", 3, 4)
    assert "一致" in str(settled)


def test_a_start_that_is_fixed_already_is_confirmed_by_a_second_round() -> None:
    assert settle(3, lambda outcome: outcome, lambda keys: 3) == Settled("fixed", (3,), 2)


def test_two_outcomes_that_alternate_are_shown_to_the_officer() -> None:
    settled = settle("start", lambda outcome: outcome, lambda keys: "b" if keys != "b" else "a")
    assert (settled.status, set(settled.outcomes), settled.outcome) == ("cycle", {"a", "b"}, None)
    assert "2通り" in str(settled)
    assert "職員" in str(settled)


def test_a_longer_circle_is_shown_whole_without_the_way_into_it() -> None:
    step = {0: 1, 1: 2, 2: 3, 3: 4, 4: 2}
    assert settle(0, lambda outcome: outcome, step.__getitem__).outcomes == (2, 3, 4)


def test_the_limit_ends_a_search_that_never_repeats() -> None:
    settled = settle(0, lambda outcome: outcome, lambda keys: keys + 1, limit=5)
    assert (settled.status, settled.outcomes, settled.rounds) == ("undecided", (5,), 5)
    assert settled.outcome is None
    assert "5回" in str(settled)


def test_siblings_are_together_when_all_others_of_the_family_are_placed() -> None:
    children = (child("a", "h1", "N1", "N2"), child("b", "h1", "N1"), child("c", "h2", "N1"))
    round_ = applications((home("h1"), home("h2")), children)
    assert together(round_, {"a": None, "b": "N1-1", "c": "N1-1"}) == {("a", "N1"), ("a", "N2")}
    assert together(round_, {"a": "N1-1", "b": "N1-1", "c": None}) == {("a", "N1"), ("a", "N2"), ("b", "N1")}
    assert together(round_, {}) == frozenset()


Case = tuple[Any, dict[str, int], dict[str, int]]


@st.composite
def markets(draw: st.DrawFn) -> Case:
    """Up to three families of one or two children who each want one of two places."""
    children, homes = [], []
    for h in range(draw(st.integers(1, 3))):
        homes.append(home(f"h{h}"))
        for c in range(draw(st.integers(1, 2))):
            wishes = draw(st.permutations(["N1", "N2"]))
            children.append(child(f"h{h}{c}", f"h{h}", *wishes[: draw(st.integers(1, 2))]))
    points = {one.id: draw(st.integers(0, 2)) for one in children}
    seats = {place: draw(st.integers(0, 2)) for place in ("N1", "N2")}
    return applications(tuple(homes), tuple(children)), points, seats


def _allocate(case: Case, bonus: frozenset[tuple[str, str]]) -> Mapping[str, str | None]:
    """Serial: points, then «siblings enter together», then id; each takes its best free place."""
    round_, points, seats = case
    left = dict(seats)
    placed: dict[str, str | None] = {}
    order = sorted(
        round_.applicants,
        key=lambda one: (-points[one.id], not any(pair[0] == one.id for pair in bonus), one.id),
    )
    for one in order:
        placed[one.id] = next((place for place in one.wishes if left[place]), None)
        if placed[one.id]:
            left[str(placed[one.id])] -= 1
    return placed


def _every_bonus(round_: Any) -> list[frozenset[tuple[str, str]]]:
    """Every set that ``together`` could ever return: whole children, all their wishes."""
    ids = [one.id for one in round_.applicants]
    wishes = {one.id: one.wishes for one in round_.applicants}
    return [
        frozenset((one, place) for one in chosen for place in wishes[one])
        for size in range(len(ids) + 1)
        for chosen in combinations(ids, size)
    ]


@given(markets())
@settings(max_examples=150, deadline=None)
def test_on_tiny_markets_the_loop_agrees_with_trying_everything(case: Case) -> None:
    round_ = case[0]
    settled = settle({}, lambda outcome: together(round_, outcome), lambda bonus: _allocate(case, bonus))
    fixed = []
    for bonus in _every_bonus(round_):
        outcome = _allocate(case, bonus)
        if together(round_, outcome) == bonus:
            fixed.append(outcome)
    if settled.status == "fixed":
        assert settled.outcome in fixed
    else:
        assert settled.status == "cycle"
        after = [_allocate(case, together(round_, one)) for one in settled.outcomes]
        assert after == [*settled.outcomes[1:], settled.outcomes[0]]
        assert len(settled.outcomes) > 1
    if not fixed:
        assert settled.status == "cycle"


@pytest.mark.parametrize("seats", [1, 2])
def test_haebaru_step_three_is_settled_through_the_real_engine(seats: int) -> None:
    """Two families with equal points; only where both siblings find a seat does the step favour them."""
    from tests.nursery.domain.scores.helpers import guardian
    from yakuba.nursery.domain.priority import rank
    from yakuba.nursery.domain.scores.result import Decisions
    from yakuba.nursery.domain.scores.score import score
    from yakuba.nursery.rulebooks.load import load_builtin

    parents = (guardian("father", 170), guardian("mother", 170))
    homes = (home("h1", parents), home("h2", parents))
    children = (child("a", "h1", "N1"), child("b", "h1", "N2"), child("z", "h2", "N1"))
    round_ = applications(homes, children)
    capacity = {"N1": 1, "N2": seats - 1}
    book = load_builtin("haebaru")

    def allocate(bonus: frozenset[tuple[str, str]]) -> dict[str, str | None]:
        scores = score(book, round_, Decisions(together=bonus), on=book.effective_from)  # type: ignore[arg-type]
        keys = {(id_, w.nursery): w.keys for id_, one in scores.children.items() for w in one.wishes}
        wanted = {"N1": ["a", "z"], "N2": ["b"]}
        order = rank(wanted, lambda c, n: keys[c, n], {"a": "h1", "b": "h1", "z": "h2"}, {}, seed=3).priority
        placed: dict[str, str | None] = dict.fromkeys(("a", "b", "z"))
        for place, ids in order.items():
            placed |= dict.fromkeys(ids[: capacity[place]], place)
        return placed

    settled = settle({}, lambda outcome: together(round_, outcome), allocate)
    assert settled.status == "fixed"
    assert settled.outcome is not None
    if seats == 2:
        assert settled.outcome["a"] == "N1"
