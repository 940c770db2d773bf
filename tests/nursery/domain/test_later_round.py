"""A later selection round: who goes on, which seats are left."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.nursery.domain.application import (
    Applicant,
    Applications,
    Guardian,
    Household,
    OfferedClass,
    WishTuple,
    class_id,
)
from yakuba.nursery.domain.later_round import CannotCarry, Leaving, next_round
from yakuba.nursery.domain.market import Family, Market
from yakuba.nursery.domain.solve import allocate


def applications(
    *children: Applicant,
    seats: dict[str, int] | None = None,
    tuples: tuple[WishTuple, ...] = (),
    enrolled: dict[str, tuple[str, ...]] | None = None,
) -> Applications:
    """Classes of age 1 at the nurseries 11 and 12, and a mother for every household."""
    offers = seats or {"11": 1, "12": 1}
    return Applications(
        classes=tuple(OfferedClass(nursery, f"{nursery}園", 1, count) for nursery, count in offers.items()),
        households={child.household: Household(child.household, (Guardian("mother"),)) for child in children},
        applicants=children,
        tuples=tuples,
        siblings_enrolled=enrolled or {},
    )


def child(number: str, *wishes: str, home: str = "", current: str | None = None) -> Applicant:
    kind = "transfer" if current else "entry"
    return Applicant(number, home or f"h{number}", f"児童{number}", 1, wishes, kind=kind, current=current)


def test_a_placed_child_leaves_and_a_waiting_child_goes_on_with_its_wishes() -> None:
    before = applications(child("1", "11"), child("2", "11", "12"), seats={"11": 1, "12": 0})
    carried = next_round(before, {"1": "11-1", "2": None})
    assert carried.placed == ("1",)
    assert carried.going_on == ("2",)
    assert [(one.id, one.wishes) for one in carried.applications.applicants] == [("2", ("11", "12"))]
    assert [row.recruits for row in carried.applications.classes] == [0, 0]
    assert set(carried.applications.households) == {"h2"}


def test_a_declined_seat_is_free_again_and_the_child_is_out() -> None:
    before = applications(child("1", "11"), child("2", "11"))
    carried = next_round(before, {"1": "11-1", "2": None}, Leaving(declined=frozenset({"1"})))
    assert [row.recruits for row in carried.applications.classes] == [1, 1]
    assert (carried.going_on, carried.left, carried.placed) == (("2",), ("1",), ())


def test_a_withdrawn_child_is_out_and_frees_nothing() -> None:
    before = applications(child("1", "11"), child("2", "11"))
    carried = next_round(before, {"1": "11-1", "2": None}, Leaving(withdrawn=frozenset({"2"})))
    assert carried.applications.applicants == ()
    assert [row.recruits for row in carried.applications.classes] == [0, 1]


def test_a_transfer_that_succeeded_leaves_its_old_seat_to_the_next_round() -> None:
    before = applications(child("1", "12", current="11"), seats={"11": 0, "12": 1})
    carried = next_round(before, {"1": "12-1"})
    assert [row.recruits for row in carried.applications.classes] == [1, 0]
    assert carried.placed == ("1",)


def test_a_transfer_that_failed_goes_on_holding_its_seat() -> None:
    before = applications(child("1", "12", current="11"), seats={"11": 0, "12": 0})
    carried = next_round(before, {"1": "11-1"})
    assert [row.recruits for row in carried.applications.classes] == [0, 0]
    assert carried.applications.applicants[0].current == "11"


def test_a_placed_sibling_counts_as_enrolled_from_the_next_round_on() -> None:
    before = applications(child("1", "11", home="h"), child("2", "11", home="h"), enrolled={"h": ("12",)})
    carried = next_round(before, {"1": "11-1", "2": None})
    assert carried.applications.siblings_enrolled == {"h": ("11", "12")}


def test_a_sibling_who_declined_does_not_count_as_enrolled() -> None:
    before = applications(child("1", "11", home="h"), child("2", "11", home="h"))
    carried = next_round(before, {"1": "11-1", "2": None}, Leaving(declined=frozenset({"1"})))
    assert carried.applications.siblings_enrolled == {}


def test_a_new_application_replaces_the_old_one_of_the_same_child() -> None:
    before = applications(child("1", "11"), child("2", "11"))
    later = applications(child("1", "12"), child("3", "12"))
    carried = next_round(before, {"1": None, "2": "11-1"}, new=later)
    assert (carried.replaced, carried.new, carried.going_on) == (("1",), ("3",), ())
    assert {one.id: one.wishes for one in carried.applications.applicants} == {"1": ("12",), "3": ("12",)}


def test_a_child_who_declined_may_apply_anew() -> None:
    before = applications(child("1", "11"))
    carried = next_round(
        before, {"1": "11-1"}, Leaving(declined=frozenset({"1"})), applications(child("1", "12"))
    )
    assert [one.wishes for one in carried.applications.applicants] == [("12",)]
    assert [row.recruits for row in carried.applications.classes] == [1, 1]


def test_explicit_wishes_lose_the_children_who_left_and_their_repetitions() -> None:
    wishes = (
        WishTuple("h", 1, {"1": "11", "2": "11"}),
        WishTuple("h", 2, {"1": "12", "2": "11"}),
        WishTuple("h", 3, {"1": "12", "2": None}),
        WishTuple("h", 4, {"1": None, "2": "12"}),
    )
    before = applications(child("1", "11", "12", home="h"), child("2", "11", "12", home="h"), tuples=wishes)
    carried = next_round(before, {"1": "12-1", "2": None})
    assert [(one.rank, dict(one.choices)) for one in carried.applications.tuples] == [
        (1, {"2": "11"}),
        (2, {"2": "12"}),
    ]


def test_a_household_that_applied_anew_has_only_its_new_explicit_wishes() -> None:
    before = applications(
        child("1", "11", home="h"),
        child("2", "11", home="h"),
        tuples=(WishTuple("h", 1, {"1": "11", "2": "11"}),),
    )
    later = applications(child("2", "12", home="h"), tuples=(WishTuple("h", 1, {"2": "12"}),))
    carried = next_round(before, {"1": None, "2": None}, new=later)
    assert [dict(one.choices) for one in carried.applications.tuples] == [{"2": "12"}]


@pytest.mark.parametrize(
    ("assignment", "leaving", "words"),
    [
        ({"1": None}, Leaving(declined=frozenset({"1"})), "内定していない"),
        ({"1": None}, Leaving(withdrawn=frozenset({"9"})), "児童9"),
        ({"1": "11-1"}, Leaving(withdrawn=frozenset({"1"})), "内定の辞退として"),
        ({}, Leaving(), "結果にありません"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    assignment: dict[str, str | None], leaving: Leaving, words: str
) -> None:
    with pytest.raises(CannotCarry, match=words):
        next_round(applications(child("1", "11")), assignment, leaving)


def test_a_result_beyond_the_seats_is_refused_with_its_class() -> None:
    before = applications(child("1", "11"), child("2", "11"))
    with pytest.raises(CannotCarry, match="クラス11-1：定員より 1人多く"):
        next_round(before, {"1": "11-1", "2": "11-1"})


def test_a_new_wish_to_a_class_that_is_not_there_is_refused() -> None:
    with pytest.raises(CannotCarry, match="児童3：希望「99」"):
        next_round(applications(child("1", "11")), {"1": None}, new=applications(child("3", "99")))


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Applications, dict[str, str | None], Leaving]:
    """A small round, allocated by the engine, and some who leave."""
    nurseries = ["11", "12", "13"]
    seats = {nursery: draw(st.integers(0, 2)) for nursery in nurseries}
    children = []
    for number in range(draw(st.integers(1, 7))):
        current = draw(st.sampled_from([None, None, *nurseries]))
        wishes = draw(st.permutations(nurseries))[: draw(st.integers(1, 3))]
        kept = tuple(nursery for nursery in wishes if nursery != current) or ("11",)
        children.append(child(str(number), *(one for one in kept if one != current), current=current))
    before = applications(*children, seats=seats)
    capacity = {
        f"{nursery}-1": count + sum(one.current == nursery for one in children)
        for nursery, count in seats.items()
    }
    order = draw(st.permutations([one.id for one in children]))
    holder = {one.id: one.current for one in children}
    market = Market(
        capacity,
        {name: tuple(sorted(order, key=lambda one: f"{holder[one]}-1" != name)) for name in capacity},
        tuple(
            Family(
                one.household,
                (one.id,),
                (f"{one.current}-1" if one.current else None,),
                tuple((f"{nursery}-1",) for nursery in one.wishes),
            )
            for one in children
        ),
    )
    result = dict(allocate(market).result.assignment)
    leavers = draw(st.sets(st.sampled_from([one.id for one in children])))
    placed = {one.id for one in children if result[one.id] not in (None, f"{one.current}-1")}
    return before, result, Leaving(frozenset(leavers & placed), frozenset(leavers - placed))


@given(rounds())
def test_seats_and_children_are_neither_lost_nor_doubled(
    given_round: tuple[Applications, dict[str, str | None], Leaving],
) -> None:
    before, result, leaving = given_round
    carried = next_round(before, result, leaving)
    everybody = Counter([*carried.going_on, *carried.placed, *carried.left])
    assert everybody == Counter(one.id for one in before.applicants)
    holders = Counter(one.current for one in before.applicants if one.current)
    sitting = Counter(seat for one, seat in result.items() if seat and one not in leaving.declined)
    for old, new in zip(before.classes, carried.applications.classes, strict=True):
        name = class_id(old.nursery, old.age, old.track)
        assert new.recruits + sitting[name] == old.recruits + holders[old.nursery]


@given(rounds())
def test_a_round_that_nobody_left_and_nobody_joined_has_no_seat_for_who_still_waits(
    given_round: tuple[Applications, dict[str, str | None], Leaving],
) -> None:
    before, result, _ = given_round
    carried = next_round(before, result)
    free = {row.nursery for row in carried.applications.classes if row.recruits}
    for one in carried.applications.applicants:
        assert not free & set(one.wishes), "a stable result leaves no wished seat empty"
