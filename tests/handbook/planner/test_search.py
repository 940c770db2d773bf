"""The planner's search by itself: what it shares, its bounds, what it leaves out."""

from __future__ import annotations

from datetime import date

from tests.handbook.planner.parts import (
    DAY0,
    best,
    chain,
    days,
    step,
    task,
)
from yakuba.handbook.domain.planner.schedule import Schedule
from yakuba.handbook.domain.planner.search import Cost, Fixed, Search, _crowded, _disjoint, _meeting
from yakuba.handbook.domain.planner.steps import Limit
from yakuba.handbook.domain.planner.wishes import Wishes

# -- search -----------------------------------------------------------------------------------------------


def test_the_search_shares_visits_and_says_what_it_cost() -> None:
    first, second = chain()
    other = step(2, Limit("age", day=DAY0 + 10), ideal=DAY0 + 10)
    found = best(task(first, second, other)).run()
    assert days(found.schedule) == [0, 28]
    assert found.cost == (0, 0, 0, 2, 18, 0, 2 * DAY0 + 28)
    assert found.proven
    assert found.work > 0


def test_a_full_visit_opens_another() -> None:
    steps = [step(number, Limit("age", day=DAY0)) for number in range(3)]
    found = best(task(*steps, most=2)).run()
    assert (days(found.schedule), found.cost[3:5]) == ([0, 1], (2, 1))


def test_booked_visits_are_free_and_take_only_their_vaccines() -> None:
    one, two = step(0, Limit("age", day=DAY0)), step(1, Limit("age", day=DAY0))
    free = best(task(one, two), [Fixed(DAY0 + 7, True)]).run()
    assert (days(free.schedule), free.cost[3]) == ([7], 0)
    for_one = best(task(one, two), [Fixed(DAY0 + 7, True, frozenset({"V0"}))]).run()
    assert (days(for_one.schedule), for_one.cost[3]) == ([0], 1)
    full = best(task(one, two, most=1), [Fixed(DAY0 + 7, True)]).run()
    assert (days(full.schedule), full.cost[3]) == ([0, 7], 1)
    assert (free.cost[6], for_one.cost[6], full.cost[6]) == (0, DAY0, DAY0)  # only visits to be made count


def test_an_earlier_plan_costs_a_change_a_dose() -> None:
    one, two = step(0, Limit("age", day=DAY0)), step(1, Limit("age", day=DAY0))
    kept = best(task(one, two), [Fixed(DAY0 + 7), Fixed(DAY0 + 9)], {0: DAY0 + 7, 1: DAY0 + 9}).run()
    assert (days(kept.schedule), kept.cost[2:]) == ([7, 9], (0, 2, 16, 0, 0))
    gone = best(task(one, two), [Fixed(DAY0 + 7)], {0: DAY0 + 7, 1: DAY0 + 9}).run()
    assert (days(gone.schedule), gone.cost[2:4]) == ([7], (1, 1))


def test_what_cannot_be_given_is_left_out_with_all_that_follows_it() -> None:
    second = chain()[1]
    never = step(0, Limit("age", day=DAY0 + 2000))
    found = best(task(never, second)).run()
    assert (found.cost[0], found.schedule.at) == (2, [-1, -1])
    late = step(0, Limit("age", day=DAY0 + 50), catch_up=DAY0 + 40, standard_last=DAY0 + 30)
    outside = best(task(late)).run()
    assert (outside.cost[:2], days(outside.schedule)) == ((0, 1), [50])


def test_a_new_visit_is_tried_only_where_its_bound_may_win() -> None:
    one = step(0, Limit("age", day=DAY0 + 6))
    board = Schedule(task(one))

    def tried(cost: Cost | None, before: dict[int, int] | None = None) -> bool:
        search = best(task(one), before=before)
        search._cost = cost
        return search._another(board, 0, frozenset(), 0, True)

    assert tried(None)
    assert tried((0, 0, 0, 1, 6, 0, 0))
    assert not tried((0, 0, 0, 1, 5, 0, 0))
    assert not tried((0, 0, 0, 0, 9, 0, 0))
    in_time = step(0, ideal=DAY0 + 3)
    search = best(task(in_time))
    search._cost = (0, 0, 0, 1, 0, 0, 0)
    assert search._another(Schedule(search._task), 0, frozenset(), 0, True)
    assert not tried((0, 0, 0, 1, 9, 0, 0), {0: DAY0 + 7})  # on another day than in the earlier plan
    assert tried((0, 0, 1, 1, 9, 0, 0), {0: DAY0 + 7})


def test_the_bound_of_doses_by_themselves_is_what_they_cost() -> None:
    one, two = step(0, Limit("age", day=DAY0 + 6)), step(1, Limit("age", day=DAY0 + 2), ideal=DAY0 + 2)
    early = step(2, last=5)
    search = best(task(one, two, early))
    board = Schedule(search._task)
    assert search._bound(board, 0, frozenset(), 0) == (0, 0, 0, 2, 6, 0, 0)
    assert search._bound(board, 1, frozenset({2}), 1) == (1, 0, 0, 1, 0, 0, 0)
    later = board.opened(one, 0, True)
    assert later is not None
    assert search._bound(later, 1, frozenset(), 0) == (0, 0, 0, 2, 6, 0, DAY0 + 6)
    assert best(task(one, two, early)).run().cost == (0, 0, 0, 2, 8, 0, 2 * DAY0 + 8)


def test_room_for_more_is_in_visits_that_are_not_full_and_in_booked_ones() -> None:
    steps = [step(0), step(1, last=9), step(2, catch_up=DAY0 + 3, standard_last=DAY0 + 3, last=7)]
    shared = task(*steps, most=2)
    search = best(shared, [Fixed(DAY0 + 5, True), Fixed(DAY0 + 8)])
    board = Schedule(shared, [DAY0 + 5, DAY0 + 8])
    assert search._hosts(board) == [(DAY0 + 5, DAY0 + 5)]  # the day of the earlier plan would cost a visit
    kept = board.joined(steps[0], 1, True)
    assert kept is not None
    assert search._hosts(kept) == [(DAY0 + 5, DAY0 + 5), (DAY0 + 8, DAY0 + 8)]
    new = Schedule(shared).opened(steps[0], 0, True)
    assert new is not None
    assert search._hosts(new) == [(DAY0, DAY0 + 1000)]
    full = new.joined(steps[1], 0, True)
    assert full is not None
    assert search._hosts(full) == []
    for standard, end in ((True, DAY0 + 3), (False, DAY0 + 7)):
        alone = Schedule(shared).opened(steps[2], 0, standard)
        assert alone is not None
        assert search._hosts(alone) == [(DAY0, end)]


def test_a_dose_is_tried_in_every_place_up_to_its_last_day_and_in_none_behind_it() -> None:
    others = [step(number, Limit("age", day=DAY0 + 20 * (number + 1))) for number in range(3)]
    third = step(3, Limit("age", day=DAY0), last=40)
    search = best(task(*others, third))
    board = Schedule(search._task)
    for position, one in enumerate(others):
        board = board.opened(one, position, True) or board
    assert days(board) == [20, 40, 60]
    tried = [days(child) for child in search._children(board, third, True, True)]
    assert tried == [[20, 40, 60], [20, 40, 60], [0, 20, 40, 60], [20, 21, 40, 60]]
    assert search._work == len(tried)  # no place was tried for nothing
    again = best(search._task)
    assert len(list(again._children(board, third, True, False))) == again._work == 2


def test_of_plans_that_wait_equally_long_the_one_with_the_earlier_visits_is_best() -> None:
    steps = [step(number, Limit("age", day=DAY0 + day), ideal=DAY0 + day)
             for number, day in enumerate((0, 10, 20))]  # fmt: skip
    plans = task(*steps, most=2)
    found = best(plans).run()
    assert (days(found.schedule), found.cost[3:]) == ([0, 20], (2, 10, 0, 2 * DAY0 + 20))


def test_a_search_that_has_used_up_its_work_does_not_say_that_nothing_is_better() -> None:
    first, second = chain()
    plans = task(first, second, step(2, Limit("age", day=DAY0 + 10), ideal=DAY0 + 10))
    whole = best(plans).run()
    again = Search(plans, [], whole.work + 1, False).run()
    assert (again.cost, again.work, again.proven) == (whole.cost, whole.work, True)
    assert not Search(plans, [], whole.work, False).run().proven
    hasty = Search(plans, [], 0, False).run()
    assert (hasty.proven, hasty.cost[0]) == (False, 0)
    assert hasty.work < whole.work


def test_a_weekday_wished_for_is_waited_for_up_to_thirteen_days() -> None:
    one = step(0, Limit("age", day=DAY0))
    for closed, day, misses in (([], 6, 0), ([7], 13, 0), ([7, 14], 0, 1)):
        wishes = Wishes(preferred_weekdays=frozenset({6}), closed=lambda on, closed=closed: on.day in closed)
        found = Search(task(one, wishes=wishes), [], 10**6, True).run()
        assert (days(found.schedule), found.cost) == ([day], (0, 0, 0, 1, 0, misses, DAY0 + day))
    unasked = best(task(one, wishes=Wishes(preferred_weekdays=frozenset({6})))).run()
    assert days(unasked.schedule) == [0]


def test_of_two_visits_the_one_with_its_weekday_near_is_moved_and_the_other_stays() -> None:
    first, second = chain()
    closed = {date.fromordinal(DAY0 + day) for day in (33, 40)}  # Saturdays after the second dose's day
    wishes = Wishes(preferred_weekdays=frozenset({5}), closed=lambda on: on in closed)
    found = Search(task(first, second, wishes=wishes), [], 10**6, True).run()
    assert (days(found.schedule), found.cost[3:]) == ([5, 33 + 1], (2, 0, 1, 2 * DAY0 + 39))


def test_disjoint_windows_need_a_visit_each() -> None:
    assert _disjoint([(1, 5), (2, 3), (4, 9), (6, 7), (8, 8)]) == [(2, 3), (6, 7), (8, 8)]
    assert _disjoint([(1, 3), (3, 5)]) == [(1, 3)]
    assert _disjoint([(1, 3), (4, 5)]) == [(1, 3), (4, 5)]
    assert _disjoint([]) == []


def test_a_window_that_meets_one_visit_alone_puts_it_off() -> None:
    assert _meeting([(1, 9)], [(1, 9), (5, 20)]) == [(5, 9)]
    assert _meeting([(1, 9), (12, 20)], [(1, 9), (5, 12), (14, 30)]) == [(1, 9), (14, 20)]
    assert _meeting([(1, 9), (12, 20)], [(5, 11), (9, 30)]) == [(5, 9), (12, 20)]


def test_crowds_need_more_than_one_visit() -> None:
    assert _crowded([(1, 5)], [(1, 5)] * 2, 2) == 0
    assert _crowded([(1, 5)], [(1, 5)] * 3, 2) == 1
    assert _crowded([(1, 5)], [(1, 5)] * 5, 2) == 2
    apart = [(1, 5)] * 3 + [(10, 15)] * 3
    assert _crowded([(1, 5), (10, 15)], apart, 2) == 2
    meeting = [(1, 5), (1, 5), (1, 12), (10, 15), (10, 15), (8, 15)]
    assert _crowded([(1, 5), (10, 15)], meeting, 2) == 1  # one dose may be given with either crowd
    near = [(1, 9), (1, 5), (1, 5), (10, 15), (9, 15), (10, 15)]
    assert _crowded([(1, 5), (10, 15)], near, 2) == 1  # their days meet: counted once
    assert _crowded([(1, 5), (10, 15)], [(1, 5), (10, 15), (2, 4)], 2) == 0
