"""Small tasks for tests of the planner's parts: doses, days counted from 2026-06-01, a search."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.offsets import Offset
from yakuba.handbook.domain.planner.days import FAR, Gaps, OpenDays
from yakuba.handbook.domain.planner.schedule import Schedule, Task
from yakuba.handbook.domain.planner.search import Fixed, Search
from yakuba.handbook.domain.planner.steps import Limit, Step
from yakuba.handbook.domain.planner.wishes import Wishes

DAY0 = date(2026, 6, 1).toordinal()  # a Monday
GAPS = Gaps(JapaneseCalendar())
WEEKS4, TWENTY, HALF_YEAR, EIGHT_WEEKS = Offset(days=27), Offset(days=20), Offset(months=6), Offset(days=56)


def step(index: int, *limits: Limit, last: int = 1000, **others: object) -> Step:
    """A dose that may be given from day 0 to day ``last``, both counted from 2026-06-01."""
    values: dict[str, object] = {
        "group": f"V{index}", "vaccine": f"V{index}", "product": "", "number": 1, "label": "", "course": "",
        "chain": index, "previous": None, "ideal": DAY0, "limits": limits, "last": DAY0 + last,
        "spans": ((DAY0, DAY0 + last),), "cap": FAR, "catch_up": DAY0,
    }  # fmt: skip
    made = Step(index=index, **(values | others))  # type: ignore[arg-type]  # the caller names fields of Step
    made.prepare(GAPS)
    return made


def task(*steps: Step, most: int = 99, wishes: Wishes | None = None) -> Task:
    return Task(
        steps, sorted(steps, key=lambda one: (one.ideal, one.index)), OpenDays(wishes or Wishes()), GAPS, most
    )


def best(one: Task, fixed: Iterable[Fixed] = (), before: dict[int, int] | None = None) -> Search:
    return Search(one, list(fixed), 10**6, False, before)


def days(found: Schedule) -> list[int]:
    return [day - DAY0 for day, shots in zip(found.days, found.shots, strict=True) if shots]


def chain(end: Offset | None = None, second_from: int = 0) -> tuple[Step, Step]:
    """Two doses four weeks apart; with ``end`` the second is in time up to so long after the first."""
    more: dict[str, object] = {} if end is None else {"standard_after": 0, "standard_gap": end}
    first = step(0, Limit("age", day=DAY0))
    second = step(1, Limit("interval", after=0, gap=WEEKS4), Limit("age", day=DAY0 + second_from),
                  chain=0, previous=0, ideal=DAY0 + 28, **more)  # fmt: skip
    return first, second
