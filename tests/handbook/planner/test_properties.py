"""What holds for every plan: the engine accepts every dose, nothing due is forgotten, wishes are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.outlook import NextDose, outlook
from yakuba.handbook.domain.person import Given, Person
from yakuba.handbook.domain.planner.plan import plan, replan
from yakuba.handbook.domain.planner.result import Plan, Shot
from yakuba.handbook.domain.planner.wishes import Booked, Wishes
from yakuba.handbook.rulebooks.load import builtin

BOOK, CALENDAR = builtin(), JapaneseCalendar()
DAY = timedelta(days=1)
births = st.dates(date(2026, 4, 1), date(2027, 3, 31))
KINDS = [("HEPB", ""), ("ROTA", "RV1"), ("ROTA", "RV5"), ("PCV", "PCV20"), ("DPT_IPV_HIB", ""), ("BCG", ""),
         ("MR", ""), ("VAR", ""), ("MUMPS", "")]  # fmt: skip
doses = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(40, 800)), max_size=8)
weekdays = st.frozensets(st.integers(0, 6), max_size=4)


@st.composite
def children(draw: st.DrawFn) -> tuple[date, list[Given], date]:
    """A birth date, doses at any age, right or wrong, and a day of planning after them."""
    birth = draw(births)
    on = birth + DAY * draw(st.integers(0, 800))
    history = [Given(vaccine, birth + DAY * age, product) for (vaccine, product), age in draw(doses)]
    return birth, [one for one in history if one.date < on], on


@st.composite
def wishes(draw: st.DrawFn) -> Wishes:
    return Wishes(
        closed_weekdays=draw(weekdays),
        max_shots=draw(st.sampled_from((None, None, 2, 4))),
        preferred_weekdays=draw(st.sampled_from((frozenset(), frozenset(), frozenset({2, 5})))),
        work=400,
    )


def planned(child: tuple[date, list[Given], date], wanted: Wishes | None = None) -> Plan:
    birth, history, on = child
    return plan(BOOK, Person(birth, "F"), history, [], on, CALENDAR, wanted)


def shots(found: Plan) -> list[tuple[date, Shot]]:
    return [(visit.date, shot) for visit in found.visits for shot in visit.shots]


def dose(day: date, shot: Shot) -> Given:
    return Given(shot.given_as, day, shot.product)


@settings(max_examples=40)
@given(children(), wishes())
def test_the_engine_accepts_every_planned_dose_on_its_day(child, wanted) -> None:  # type: ignore[no-untyped-def]
    birth, history, on = child
    found = planned(child, wanted)
    given_so_far = list(history)
    for visit in found.visits:
        assert visit.date >= on
        new = [dose(visit.date, shot) for shot in visit.shots]
        given_so_far += new
        lines = outlook(BOOK, Person(birth, "F"), given_so_far, [], visit.date, CALENDAR).doses
        assert [line.valid for line in lines[len(given_so_far) - len(new) :]] == [True] * len(new)
    assert not [one for one in found.not_planned if one.reason == "ask_staff"]


@settings(max_examples=40)
@given(children(), wishes())
def test_after_the_plan_nothing_that_was_due_is_left(child, wanted) -> None:  # type: ignore[no-untyped-def]
    birth, history, on = child
    found = planned(child, wanted)
    everything = [*history, *(dose(day, shot) for day, shot in shots(found))]
    last = max([on, *(visit.date for visit in found.visits)])
    without = {one.vaccine for one in found.not_planned}
    for one in outlook(BOOK, Person(birth, "F"), everything, [], last, CALENDAR).forecasts:
        if one.vaccine not in without and one.recommended_from is not None:
            assert max(one.recommended_from, last + DAY) > found.until


@settings(max_examples=30)
@given(children(), wishes())
def test_each_shot_tells_the_windows_that_the_engine_gives(child, wanted) -> None:  # type: ignore[no-untyped-def]
    birth, history, _ = child
    found = planned(child, wanted)
    everything = [*history, *(dose(day, shot) for day, shot in shots(found))]
    for day, shot in shots(found):
        before = [one for one in everything if one.date < day]
        one = forecast(birth, before, day, shot.vaccine)
        assert (one.dose, one.label, one.course) == (shot.dose, shot.label, shot.course)
        assert (one.legal_from, one.recommended_from) == (shot.legal_from, shot.recommended_from)
        assert one.recommended_until == shot.recommended_until
        if one.legal_until is not None and shot.legal_until is not None:
            assert shot.legal_until <= one.legal_until  # a later course may still be open to begin with
        assert shot.legal_from <= day
        assert shot.source
        assert [why for why in shot.why if why.day > day] == []
        assert max(why.day for why in shot.why) == day


def forecast(birth: date, history: list[Given], on: date, vaccine: str) -> NextDose:
    found = outlook(BOOK, Person(birth, "F"), history, [], on, CALENDAR)
    return next(one for one in found.forecasts if one.vaccine == vaccine)


@settings(max_examples=30)
@given(children(), wishes(), st.randoms(use_true_random=False))
def test_the_order_of_the_history_is_irrelevant(child, wanted, random) -> None:  # type: ignore[no-untyped-def]
    birth, history, on = child
    shuffled = list(history)
    random.shuffle(shuffled)
    assert planned(child, wanted) == planned((birth, shuffled, on), wanted)


@settings(max_examples=30)
@given(children(), weekdays, st.integers(0, 60), st.integers(0, 20), st.sampled_from((None, 3)))
def test_wishes_are_kept(child, closed, begins, lasts, most) -> None:  # type: ignore[no-untyped-def]
    on = child[2]
    ill = (on + DAY * begins, on + DAY * (begins + lasts))
    booked = Booked(on + DAY * 30, frozenset({"MR", "BCG", "PCV"}))
    wanted = Wishes(
        closed_weekdays=closed,
        blocked=(ill,),
        max_shots=most,
        booked=(booked,),
        not_before=on + DAY,
        work=400,
    )
    for visit in planned(child, wanted).visits:
        assert visit.date > on
        assert not ill[0] <= visit.date <= ill[1]
        assert visit.booked == (visit.date == booked.day)
        assert visit.booked or visit.date.weekday() not in closed
        assert len(visit.shots) <= (most or 99)
        if visit.booked:
            assert {shot.vaccine for shot in visit.shots} <= booked.vaccines


@settings(max_examples=25)
@given(children(), st.integers(0, 40), st.integers(0, 30), st.frozensets(st.integers(0, 6), max_size=2))
def test_planning_again_changes_nothing_that_need_not_change(child, begins, lasts, closed) -> None:  # type: ignore[no-untyped-def]
    birth, history, on = child
    first = planned(child)
    again = replan(first.visits, BOOK, Person(birth, "F"), history, [], on, CALENDAR)
    assert days(again) == days(first)
    assert again.cost["changes"] == 0
    wanted = Wishes(
        blocked=((on + DAY * begins, on + DAY * (begins + lasts)),), closed_weekdays=closed, work=10_000
    )
    moved = replan(first.visits, BOOK, Person(birth, "F"), history, [], on, CALENDAR, wanted)
    twice = replan(moved.visits, BOOK, Person(birth, "F"), history, [], on, CALENDAR, wanted)
    if moved.proven:
        assert days(twice) == days(moved)
    fresh = plan(BOOK, Person(birth, "F"), history, [], on, CALENDAR, wanted)
    if moved.proven and fresh.proven:
        assert moved.cost["left_out"] == fresh.cost["left_out"]
        assert moved.cost["outside_standard"] == fresh.cost["outside_standard"]
        assert moved.cost["visits"] >= fresh.cost["visits"]
    kept = [key for key, day in days(first).items() if days(moved).get(key) == day]
    if not lasts and not closed and all(day != on + DAY * begins for day in days(first).values()):
        assert len(kept) == len(days(first))


def days(found: Plan) -> dict[tuple[str, int], date]:
    return {(shot.vaccine, shot.dose): day for day, shot in shots(found)}


@settings(max_examples=20)
@given(children())
def test_a_plan_without_wishes_is_proven_and_needs_no_more_visits_than_legal_windows_plus_standard_ones(
    child,  # type: ignore[no-untyped-def]
) -> None:
    standard = planned(child, replace(Wishes(), work=100_000))  # the usual work leaves a few open
    assert standard.proven
    legal = planned(child, replace(Wishes(), within="legal", work=400))
    assert legal.cost["visits"] <= standard.cost["visits"] or standard.cost["outside_standard"]
