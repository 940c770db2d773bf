"""A vaccine of the file → its series: courses, doses, windows and intervals."""

from __future__ import annotations

import re
from dataclasses import replace

from yakuba.handbook.domain import japan
from yakuba.handbook.domain.calendars import Point
from yakuba.handbook.domain.engine import skip as skip_kinds
from yakuba.handbook.domain.offsets import Offset, parse_offset
from yakuba.handbook.domain.rules import (
    ALWAYS,
    PREVIOUS,
    TARGET,
    AgeWindow,
    Condition,
    ConditionSet,
    Interval,
    Period,
    Series,
    Skip,
    TargetDose,
    VaccineUse,
)
from yakuba.handbook.rulebooks.fields import Fields

_RANGE = re.compile(r"\d+")


def courses(vaccine: str, fields: Fields, source: tuple[str, ...]) -> tuple[Series, ...]:
    """The courses of a vaccine, in the order of the file (which is their preference)."""
    sex = fields.text("sex", "")
    takes = _takes(vaccine, fields)
    found = []
    for number, course in enumerate(fields.each("courses"), start=1):
        found.append(_course(vaccine, course, number, takes, frozenset(sex), course.source(source)))
        course.done()
    return _banded(found)


def _banded(found: list[Series]) -> tuple[Series, ...]:
    """Mark the ends that only tell courses apart by the age at the start: all but the last of them."""
    if len(found) < 2 or any(series.product_path or series.born != ALWAYS for series in found):
        return tuple(found)
    ends = [_months(window) for series in found for dose in series.doses for window in dose.ages]
    return tuple(
        replace(
            series,
            doses=tuple(
                replace(dose, ages=tuple(replace(w, band=_months(w) < max(ends)) for w in dose.ages))
                for dose in series.doses
            ),
        )
        for series in found
    )


def _months(window: AgeWindow) -> int:
    return window.until.offset.whole_months if window.until else 0


def _takes(vaccine: str, fields: Fields) -> tuple[VaccineUse, ...]:
    """The vaccines that count for this one; itself alone unless the file says otherwise."""
    uses = []
    for one in fields.each("takes"):
        uses.append(
            VaccineUse(
                one.text("vaccine"),
                one.text("product", ""),
                offered=one.one_of("offered", ("true", "false"), "true") == "true",
                period=one.period(),
                source=one.source(),
            )
        )
        one.done()
    return tuple(uses) or (VaccineUse(vaccine, offered=True),)


def _course(
    vaccine: str,
    fields: Fields,
    preference: int,
    takes: tuple[VaccineUse, ...],
    sexes: frozenset[str],
    source: tuple[str, ...],
) -> Series:
    product = fields.text("product", "")
    if product:
        takes = tuple(
            VaccineUse(vaccine, name, offered=name == product) for name in (product, *fields.texts("also"))
        )
    period = fields.period()
    doses = []
    for dose in fields.each("doses"):
        doses.append(_dose(dose, takes, period, source))
        dose.done()
    if not doses:
        fields.reader.fault(fields.place, "doses", "1回以上の接種が必要です")
    window = doses[0].ages[0] if doses and doses[0].ages else AgeWindow()
    return Series(
        name=fields.text("name"),
        antigen=vaccine,
        group=vaccine,
        doses=tuple(doses),
        sexes=sexes,
        product_path=bool(product),
        preference=preference,
        start_from=window.from_,
        start_until=window.until,
        born=fields.period("born_from", "born_until"),
        requires_due_date=fields.flag("pregnancy"),
        source=source,
    )


def _dose(
    fields: Fields, takes: tuple[VaccineUse, ...], period: Period, inherited: tuple[str, ...]
) -> TargetDose:
    source = fields.source(inherited)
    windows = []
    for one in fields.each("windows"):
        windows.append(_window(one, one.source(source), period))
        one.done()
    return TargetDose(
        number=fields.number("n", 0),
        label=fields.text("label", ""),
        ages=tuple(windows) or (_window(fields, source, period),),
        intervals=_intervals(fields, "after", source),
        allowed_intervals=_intervals(fields, "or_after", source),
        preferable=tuple(use for use in takes if use.offered),
        allowable=tuple(use for use in takes if not use.offered),
        skips=_skips(fields, frozenset(use.vaccine for use in takes)),
        lapses=fields.flag("lapses"),
        named=fields.flag("named"),
    )


def _window(fields: Fields, source: tuple[str, ...], inherited: Period) -> AgeWindow:
    school_year = fields.read("standard_school_year", int, "年齢（整数）が必要です")
    period = fields.period()
    wanted, wanted_until = fields.point("standard_from"), fields.point("standard_until", end=True)
    if school_year is not None:
        turning = Offset(years=school_year)
        wanted = Point(japan.SCHOOL_YEAR_START, turning)
        wanted_until = Point(japan.SCHOOL_YEAR_END, turning, plus_days=1)
    return AgeWindow(
        from_=fields.point("from"),
        recommended_from=wanted,
        recommended_until=wanted_until,
        until=fields.point("until", end=True),
        period=inherited if period == ALWAYS else period,
        source=source,
    )


def _intervals(fields: Fields, key: str, inherited: tuple[str, ...]) -> tuple[Interval, ...]:
    found = []
    for one in fields.each(key):
        dose = one.text("dose")
        minimum = _length(one)
        standard = _standard(one)
        found.append(
            Interval(
                PREVIOUS if dose == "previous" else TARGET,
                0 if dose == "previous" or not dose.isdigit() else int(dose),
                minimum=minimum,
                recommended_from=standard[0],
                recommended_until=standard[1],
                period=one.period(),
                source=one.source(inherited),
                only_for=frozenset(one.texts("only_for")),
            )
        )
        if dose != "previous" and not dose.isdigit():
            one.reader.fault(one.place, dose, "dose は previous か回数です")
        one.done()
    return tuple(found)


def _length(fields: Fields) -> Offset | None:
    days = fields.read("days", int, "日数が必要です")
    months = fields.read("months", int, "月数が必要です")
    written = fields.read("length", parse_offset, "期間（2m15d など）が必要です")
    given = [value for value in (days, months, written) if value is not None]
    if len(given) != 1:
        fields.reader.fault(fields.place, len(given), "days、months、length のどれか1つが必要です")
    if written is not None:
        return written
    return Offset(days=days) if days is not None else Offset(months=months or 0)


def _standard(fields: Fields) -> tuple[Offset | None, Offset | None]:
    """The recommended gap, «[20, 56]» in days or months, both ends inclusive."""
    for key, part in (("standard_days", "days"), ("standard_months", "months")):
        values = fields.texts(key)
        if not values:
            continue
        if len(values) != 2 or not all(_RANGE.fullmatch(value) for value in values):
            fields.reader.fault(f"{fields.place}.{key}", values, "［最短, 最長］の2つの整数が必要です")
            continue
        first, last = (Offset(**{part: int(value)}) for value in values)
        return first, last
    return None, None


def _skips(fields: Fields, vaccines: frozenset[str]) -> tuple[Skip, ...]:
    rule = fields.sub("skip_when")
    if rule is None:
        return ()
    rule.source()
    fewer = rule.read("given_fewer_than", int, "回数が必要です")
    more = rule.read("given_more_than", int, "回数が必要です")
    condition = Condition(
        skip_kinds.COUNT,
        from_age=rule.point("given_from"),
        count=fewer if fewer is not None else more or 0,
        comparison="<" if fewer is not None else ">",
        valid_only=True,
        vaccines=vaccines,
    )
    rule.done()
    return (Skip((ConditionSet((condition,)),)),)
