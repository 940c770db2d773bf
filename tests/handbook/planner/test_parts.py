"""The planner's parts by themselves: days, gaps, steps, schedules."""

from __future__ import annotations

from datetime import date

import pytest

from tests.handbook.planner.parts import (
    DAY0,
    EIGHT_WEEKS,
    GAPS,
    HALF_YEAR,
    WEEKS4,
    chain,
    days,
    step,
    task,
)
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.offsets import Offset
from yakuba.handbook.domain.planner.days import FAR, OpenDays
from yakuba.handbook.domain.planner.plan import _fixed, _renumbered
from yakuba.handbook.domain.planner.schedule import Schedule
from yakuba.handbook.domain.planner.search import Fixed
from yakuba.handbook.domain.planner.steps import Limit
from yakuba.handbook.domain.planner.wishes import Booked, Wishes

# -- days and gaps ----------------------------------------------------------------------------------------


def test_the_next_open_day_passes_weekdays_holidays_and_illness() -> None:
    wishes = Wishes(
        closed_weekdays=frozenset({5, 6}),
        closed=lambda day: day == date(2026, 6, 8),
        blocked=((date(2026, 6, 9), date(2026, 6, 10)),),
    )
    found = OpenDays(wishes)
    assert [found.next(DAY0 + gap) - DAY0 for gap in (0, 4, 5, 7, 8, 9, 10)] == [0, 4, 10, 10, 10, 10, 10]
    assert [found.open(DAY0 + gap) for gap in (4, 5, 6, 7, 8, 9, 10)] == [True, *[False] * 5, True]
    assert [found.blocked(DAY0 + gap) for gap in (7, 8, 9, 10)] == [False, True, True, False]


def test_a_wished_weekday_is_sought_among_open_days() -> None:
    found = OpenDays(
        Wishes(preferred_weekdays=frozenset({2}), blocked=((date(2026, 6, 3), date(2026, 6, 3)),))
    )
    assert found.next(DAY0, True) - DAY0 == 9
    assert found.next(DAY0) == DAY0
    assert [found.preferred(DAY0 + gap) for gap in (1, 2, 3)] == [False, True, False]
    assert OpenDays(Wishes()).preferred(DAY0)


def test_a_clinic_that_never_opens_has_no_next_day() -> None:
    assert OpenDays(Wishes(closed=lambda day: True)).next(DAY0) == FAR
    only = OpenDays(Wishes(closed=lambda day: day != date(2026, 6, 1)))
    assert (only.next(DAY0), only.next(DAY0 + 1)) == (DAY0, FAR)


def test_a_clinic_is_looked_after_for_fifteen_hundred_days() -> None:
    for wait, found in ((1499, DAY0 + 1499), (1500, FAR)):
        opens = date.fromordinal(DAY0 + wait)
        assert OpenDays(Wishes(closed=lambda day, opens=opens: day < opens)).next(DAY0) == found
    assert date.fromordinal(FAR) == date(2999, 12, 31)


@pytest.mark.parametrize("gap", [WEEKS4, HALF_YEAR, EIGHT_WEEKS, Offset(months=18), Offset(days=1)])
def test_gaps_and_their_ends_agree_with_the_calendar(gap: Offset) -> None:
    calendar = JapaneseCalendar()
    for start in range(DAY0, DAY0 + 400, 13):
        day = date.fromordinal(start)
        assert GAPS.of(gap)[start] == calendar.after(day, gap).toordinal()
        last = GAPS.last(start, gap)
        assert last == calendar.window_end(day, gap).toordinal() - 1
        first = GAPS.needed(last, gap)
        assert GAPS.last(first, gap) >= last
        assert GAPS.last(first - 1, gap) < last
    assert GAPS.of(gap) is GAPS.of(gap)
    assert (GAPS.of(gap)[0], GAPS.last(0, gap)) == (0, 0)
    first = calendar.after(date.min, gap).toordinal()  # day 1 is a day, 0 is none
    assert (GAPS.of(gap)[1], GAPS.last(1, gap)) == (first, calendar.window_end(date.min, gap).toordinal() - 1)


# -- steps ------------------------------------------------------------------------------------------------


def test_a_step_waits_for_the_latest_of_its_limits_and_the_recommended_one_only_by_choice() -> None:
    one = step(
        1, Limit("age", day=DAY0 + 5), Limit("interval", after=0, gap=WEEKS4),
        Limit("recommended", day=DAY0 + 60, standard=True),
    )  # fmt: skip
    when = [DAY0, 0]
    assert one.earliest(True, when) == DAY0 + 60
    assert one.earliest(False, when) == DAY0 + 28
    assert one.earliest(False, [DAY0 - 40, 0]) == DAY0 + 5
    assert one.earliest(True, [DAY0 + 40, 0]) == DAY0 + 68
    assert step(0, last=10).earliest(True, [0]) == DAY0
    assert step(0, Limit("age", day=DAY0 + 11), last=10).earliest(True, [0]) == FAR
    assert step(0, Limit("age", day=DAY0 + 10), last=10).earliest(True, [0]) == DAY0 + 10


def test_legal_windows_may_have_holes() -> None:
    one = step(0, Limit("age", day=DAY0), spans=((DAY0 + 1, DAY0 + 2), (DAY0 + 10, DAY0 + 20)), last=20)
    assert [one.fit(DAY0 + day) - DAY0 for day in (0, 1, 2, 3, 10, 20)] == [1, 1, 2, 10, 10, 20]
    assert one.fit(DAY0 + 21) == FAR
    assert one.earliest(True, [0]) == DAY0 + 1


def test_the_end_is_the_standard_one_within_what_may_be_put_off_and_caught_up() -> None:
    plain = step(0, last=100, cap=DAY0 + 60, catch_up=DAY0 + 28, standard_last=DAY0 + 40)
    assert (plain.top, plain.latest(True, [0], GAPS), plain.latest(False, [0], GAPS)) == (
        DAY0 + 40, DAY0 + 40, DAY0 + 100,
    )  # fmt: skip
    assert step(0, last=100, cap=DAY0 + 30, catch_up=DAY0 + 28, standard_last=DAY0 + 40).top == DAY0 + 30
    assert step(0, last=100, cap=DAY0 + 60, catch_up=DAY0 + 28, standard_last=DAY0 + 9).top == DAY0 + 28
    assert step(0, last=20, cap=DAY0 + 60, catch_up=DAY0 + 28, standard_last=DAY0 + 9).top == DAY0 + 20


def test_an_end_that_counts_from_another_dose_moves_with_it() -> None:
    one = step(1, last=200, cap=DAY0 + 150, catch_up=DAY0 + 28, standard_after=0, standard_gap=EIGHT_WEEKS)
    assert one.latest(True, [DAY0, 0], GAPS) == DAY0 + 57
    assert one.latest(True, [DAY0 - 100, 0], GAPS) == DAY0 + 28
    assert one.latest(True, [DAY0 + 120, 0], GAPS) == DAY0 + 150
    assert (one.window_end([DAY0, 0], GAPS), step(0).window_end([0], GAPS)) == (DAY0 + 57, FAR)
    assert step(1, last=20, catch_up=DAY0 + 28, standard_after=0).latest(True, [DAY0, 0], GAPS) == DAY0 + 20


# -- schedules --------------------------------------------------------------------------------------------


def test_a_schedule_holds_the_least_days() -> None:
    first, second = chain()
    board = Schedule(task(first, second))
    one = board.opened(first, 0, True)
    assert one is not None
    two = one.opened(second, 1, True)
    assert two is not None
    assert (days(one), days(two), two.at, two.when) == ([0], [0, 28], [0, 1], [DAY0, DAY0 + 28])
    assert days(board) == []  # the first board is as it was


def test_an_end_pulls_the_dose_that_it_counts_from() -> None:
    first, second = chain(EIGHT_WEEKS, second_from=100)
    board = Schedule(task(first, second)).opened(first, 0, True)
    assert board is not None
    pulled = board.opened(second, 1, True)
    assert pulled is not None
    assert days(pulled) == [43, 100]
    legal = board.opened(second, 1, False)
    assert legal is not None
    assert (days(legal), legal.standard) == ([0, 100], [True, False])


def test_what_waits_for_a_pulled_dose_moves_with_it() -> None:
    first, second = chain(EIGHT_WEEKS, second_from=100)
    other = step(2, Limit("interval", after=0, gap=WEEKS4))
    board = Schedule(task(first, second, other)).opened(first, 0, True)
    assert board is not None
    between = board.opened(other, 1, True)
    assert between is not None
    assert days(between) == [0, 28]
    pulled = between.opened(second, 2, True)
    assert pulled is not None
    assert (days(pulled), pulled.when) == ([43, 71, 100], [DAY0 + 43, DAY0 + 100, DAY0 + 71])


def test_a_pulled_dose_that_cannot_move_makes_a_schedule_impossible() -> None:
    first, second = chain(EIGHT_WEEKS, second_from=100)
    early = step(0, Limit("age", day=DAY0), last=42)
    board = Schedule(task(early, second)).opened(early, 0, True)
    assert board is not None
    assert board.opened(second, 1, True) is None
    fixed = Schedule(task(first, second), [DAY0 + 2]).joined(first, 0, True)
    assert fixed is not None
    assert fixed.opened(second, 1, True) is None
    assert fixed.opened(second, 1, False) is not None


def test_a_fixed_visit_never_moves() -> None:
    one = step(0, Limit("age", day=DAY0 + 3))
    assert Schedule(task(one), [DAY0 + 2]).joined(one, 0, True) is None
    board = Schedule(task(one), [DAY0 + 3]).joined(one, 0, True)
    assert board is not None
    assert (days(board), board.fixed) == ([3], [True])
    before = Schedule(task(one), [DAY0 + 3]).opened(one, 0, True)
    assert before is None  # a visit before the third day would have to lie on it
    after = Schedule(task(one), [DAY0 + 3]).opened(one, 1, True)
    assert after is not None
    assert days(after) == [4]


def test_visits_lie_on_open_days_inside_every_window() -> None:
    wishes = Wishes(closed=lambda day: day < date(2026, 6, 6))
    holes = step(0, Limit("age", day=DAY0), spans=((DAY0, DAY0 + 2), (DAY0 + 9, DAY0 + 9)), last=9)
    board = Schedule(task(holes, wishes=wishes)).opened(holes, 0, True)
    assert board is not None
    assert days(board) == [9]
    early = step(0, Limit("age", day=DAY0), last=4)
    assert Schedule(task(early, wishes=wishes)).opened(early, 0, True) is None


def test_a_dose_without_an_end_finds_no_visit_in_a_clinic_that_never_opens() -> None:
    one = step(0, Limit("age", day=DAY0), spans=((DAY0, FAR),), last=FAR - DAY0)
    assert Schedule(task(one, wishes=Wishes(closed=lambda day: True))).opened(one, 0, True) is None
    assert Schedule(task(one)).opened(one, 0, True) is not None


def test_live_vaccines_share_a_day_or_keep_their_gap() -> None:
    first = step(0, Limit("age", day=DAY0), conflicts=((1, WEEKS4, ()),))
    second = step(1, Limit("age", day=DAY0 + 3), conflicts=((0, WEEKS4, ()),))
    board = Schedule(task(first, second)).opened(first, 0, True)
    assert board is not None
    together = board.joined(second, 0, True)
    apart = board.opened(second, 1, True)
    turned = board.opened(second, 0, True)
    assert together is not None
    assert apart is not None
    assert turned is not None
    assert (days(together), days(apart), days(turned)) == ([3], [0, 28], [3, 31])


def test_a_dose_too_late_for_its_window_is_no_schedule() -> None:
    late = step(0, Limit("age", day=DAY0 + 50), catch_up=DAY0 + 40, standard_last=DAY0 + 30)
    board = Schedule(task(late))
    assert board.opened(late, 0, True) is None
    assert board.opened(late, 0, False) is not None
    over = step(0, Limit("age", day=DAY0), last=30)
    closed = Schedule(task(over, wishes=Wishes(closed=lambda day: day < date(2026, 7, 2))))
    assert closed.opened(over, 0, False) is None


def test_steps_that_are_left_when_a_vaccine_goes_to_staff_name_each_other_anew() -> None:
    gap = (WEEKS4, ("L",))
    first = step(0, conflicts=((1, *gap), (2, *gap)))
    left = step(1, Limit("age", day=DAY0), conflicts=((0, *gap), (2, *gap)))
    start = step(2, Limit("live", after=0, gap=WEEKS4), Limit("age", day=DAY0), conflicts=((1, *gap),))
    again = step(3, Limit("interval", after=2, gap=WEEKS4), group="V2", number=2, previous=2,
                 standard_after=2, standard_gap=HALF_YEAR, conflicts=((0, *gap), (1, *gap)))  # fmt: skip
    steps = [first, left, start, again]
    assert _renumbered(steps, set()) is steps
    one, two, three = _renumbered(steps, {"V0"})
    assert [(found.group, found.index, found.previous) for found in (one, two, three)] == [
        ("V1", 0, None), ("V2", 1, None), ("V2", 2, 1),
    ]  # fmt: skip
    assert one.conflicts == ((1, *gap),)
    assert (two.conflicts, two.limits) == (((0, *gap),), (Limit("age", day=DAY0),))
    assert (three.conflicts, three.standard_after) == (((0, *gap),), 1)
    assert three.limits == (Limit("interval", after=1, gap=WEEKS4),)


def test_booked_visits_and_days_of_the_earlier_plan_stand_from_the_first_possible_day_on() -> None:
    def on(day: int) -> date:
        return date.fromordinal(DAY0 + day)

    only = frozenset({"V0"})
    wishes = Wishes(
        booked=(Booked(on(-1)), Booked(on(0), only), Booked(on(3)), Booked(on(5))),
        blocked=((on(3), on(4)),), closed_weekdays=frozenset({5, 6}),
    )  # fmt: skip
    open_days, kept = OpenDays(wishes), [DAY0 + day for day in (-3, 0, 1, 4, 5, 7)]
    assert _fixed(wishes, open_days, on(0), kept) == [
        Fixed(DAY0, True, only), Fixed(DAY0 + 5, True), Fixed(DAY0 + 1), Fixed(DAY0 + 7),
    ]  # fmt: skip
    assert _fixed(Wishes(), open_days, on(0), kept) == [Fixed(DAY0), Fixed(DAY0 + 1), Fixed(DAY0 + 7)]
