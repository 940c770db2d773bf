"""Small rule books for tests: one antigen «X» in one group, ages and gaps written as texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from yakuba.handbook.domain.calendars import AGE, CdsiCalendar, Point
from yakuba.handbook.domain.engine.antigens import AntigenResult, evaluate_antigen
from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.evaluate import Verdict, evaluate
from yakuba.handbook.domain.offsets import Offset, parse_offset
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import (
    AgeWindow,
    Antigen,
    Association,
    Group,
    Interval,
    Period,
    Rulebook,
    Series,
    TargetDose,
    VaccineUse,
)

BIRTH = date(2020, 1, 1)
CALENDAR = CdsiCalendar()


@cache
def age(text: str | None) -> Point | None:
    return None if text is None else Point(AGE, parse_offset(text))


def gap(text: str | None) -> Offset | None:
    return None if text is None else parse_offset(text)


def window(
    from_: str | None = None,
    until: str | None = None,
    *,
    absolute: str | None = None,
    wanted: str | None = None,
    late: str | None = None,
    period: Period | None = None,
    source: str = "",
) -> AgeWindow:
    return AgeWindow(age(absolute), age(from_), age(wanted), age(late), age(until), period or Period(),
                     (source,) if source else ())  # fmt: skip


def interval(
    minimum: str | None,
    *,
    absolute: str | None = None,
    wanted: str | None = None,
    late: str | None = None,
    **others: object,
) -> Interval:
    plain = Interval(
        absolute=gap(absolute),
        minimum=gap(minimum),
        recommended_from=gap(wanted),
        recommended_until=gap(late),
    )
    return replace(plain, **others)  # type: ignore[arg-type]  # the caller names fields of Interval


def dose(number: int, *ages: AgeWindow, **others: object) -> TargetDose:
    plain = TargetDose(number, ages, preferable=(VaccineUse("x", offered=True),))
    return replace(plain, **others)  # type: ignore[arg-type]  # the caller names fields of TargetDose


def series(*doses: TargetDose, name: str = "standard", **others: object) -> Series:
    plain = Series(name, "X", "X", tuple(doses), preference=1)
    return replace(plain, **others)  # type: ignore[arg-type]  # the caller names fields of Series


def book(
    *found: Series, antigen: Mapping[str, object] | None = None, vaccines: Sequence[str] = ("x", "y", "z"),
    **others: object,
) -> Rulebook:  # fmt: skip
    one = replace(Antigen("X", found), **(antigen or {}))  # type: ignore[arg-type]  # fields of Antigen
    plain = Rulebook("test", "1", {"X": one}, {"X": Group("X", ("X",), source=("G",))},
                     {vaccine: (Association("X"),) for vaccine in vaccines})  # fmt: skip
    return replace(plain, **others)  # type: ignore[arg-type]  # fields of Rulebook


def given(*days: str, vaccine: str = "x") -> list[Given]:
    return [Given(vaccine, date.fromisoformat(day)) for day in days]


def run(
    rulebook: Rulebook,
    history: Iterable[Given] = (),
    on: str = "2021-01-01",
    observed: Iterable[str | tuple[str, str]] = (),
    person: Person | None = None,
) -> Verdict:
    return evaluate(rulebook, person or Person(BIRTH), history, _observations(observed),
                    date.fromisoformat(on), CALENDAR)  # fmt: skip


def result(
    rulebook: Rulebook,
    history: Iterable[Given] = (),
    on: str = "2021-01-01",
    observed: Iterable[str | tuple[str, str]] = (),
    person: Person | None = None,
) -> AntigenResult:
    """Every series of antigen «X», best or not."""
    context = Context(rulebook, person or Person(BIRTH), tuple(sorted(history, key=lambda one: one.date)),
                      _observations(observed), date.fromisoformat(on), CALENDAR)  # fmt: skip
    return evaluate_antigen(context, rulebook.antigens["X"])


def _observations(observed: Iterable[str | tuple[str, str]]) -> tuple[Observation, ...]:
    return tuple(
        Observation(one) if isinstance(one, str) else Observation(one[0], date.fromisoformat(one[1]))
        for one in observed
    )


def statuses(verdict: Verdict) -> list[str]:
    return [one.status for one in verdict.doses]


def reasons(verdict: Verdict, number: int) -> list[str]:
    return [reason.code for reason in verdict.doses[number].reasons]
