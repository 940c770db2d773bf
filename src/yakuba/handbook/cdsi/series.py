"""Antigen supporting data (XML) → series, target doses and what forbids them."""

from __future__ import annotations

import re

from yakuba.handbook.cdsi import fields
from yakuba.handbook.cdsi.element import Element
from yakuba.handbook.domain.calendars import FIRST_DAY
from yakuba.handbook.domain.engine import skip as skip_kinds
from yakuba.handbook.domain.rules import (
    EVALUATION_ONLY,
    OBSERVATION,
    PREVIOUS,
    PRODUCT,
    RISK,
    STANDARD,
    TARGET,
    AgeWindow,
    Antigen,
    BornBefore,
    Condition,
    ConditionSet,
    Contraindication,
    Indication,
    Interval,
    Series,
    Skip,
    TargetDose,
    VaccineUse,
)

_KINDS = {"standard": STANDARD, "risk": RISK, "evaluation only": EVALUATION_ONLY}
_COMPARISONS = {"greater than": ">", "equal to": "=", "equal": "=", "less than": "<"}
_SEXES = {"female": "F", "male": "M", "unknown": "unknown"}


def antigen(root: Element) -> Antigen:
    """An antigen file. Raises ``ValueError`` for a value that cannot be read."""
    series = tuple(_series(element) for element in root.findall("series"))
    return Antigen(
        name=series[0].antigen if series else "",
        series=series,
        immune_after=frozenset(fields.texts(root, "immunity/clinicalHistory/guidelineCode")),
        born_before=tuple(_born_before(element) for element in root.findall("immunity/dateOfBirth")),
        contraindications=tuple(
            _contraindication(element) for element in root.findall("contraindications/*/contraindication")
        ),
    )


def _born_before(element: Element) -> BornBefore:
    return BornBefore(
        fields.day(fields.text(element, "immunityBirthDate")),
        fields.text(element, "birthCountry"),
        frozenset(fields.texts(element, "exclusion/exclusionCode")),
    )


def _contraindication(element: Element) -> Contraindication:
    return Contraindication(
        fields.text(element, "observationCode"),
        fields.age(element, "beginAge"),
        fields.age(element, "endAge"),
        tuple(_use(vaccine) for vaccine in element.findall("contraindicatedVaccine")),
    )


def _series(element: Element) -> Series:
    select = element.find("selectSeries")
    if select is None:
        raise ValueError(f"series {fields.text(element, 'seriesName')!r} has no selectSeries")
    preference = fields.text(select, "seriesPreference")
    equivalent = fields.text(element, "equivalentSeriesGroups")
    return Series(
        name=fields.text(element, "seriesName"),
        antigen=fields.text(element, "targetDisease"),
        group=fields.text(element, "vaccineGroup"),
        doses=tuple(_dose(dose) for dose in element.findall("seriesDose")),
        kind=_KINDS[fields.text(element, "seriesType").lower()],
        series_group=fields.text(select, "seriesGroup"),
        equivalent_groups=frozenset(part.strip() for part in re.split("[;,]", equivalent) if part.strip()),
        sexes=frozenset(_SEXES[sex.lower()] for sex in fields.texts(element, "requiredGender")),
        default=fields.flag(select, "defaultSeries"),
        product_path=fields.flag(select, "productPath"),
        priority=fields.text(select, "seriesPriority"),
        preference=int(preference) if preference else 99,
        start_from=fields.age(select, "minAgeToStart"),
        start_until=fields.age(select, "maxAgeToStart"),
        indications=tuple(
            Indication(
                fields.text(one, "observationCode/code"),
                fields.age(one, "beginAge"),
                fields.age(one, "endAge"),
            )
            for one in element.findall("indication")
            if fields.text(one, "observationCode/code")
        ),
    )


def _dose(element: Element) -> TargetDose:
    season = element.find("seasonalRecommendation")
    number = re.search(r"\d+", fields.text(element, "doseNumber"))
    return TargetDose(
        number=int(number[0]) if number else 0,
        ages=tuple(_age(age) for age in element.findall("age") if len(age)),
        intervals=tuple(_interval(one) for one in element.findall("interval") if len(one)),
        allowed_intervals=tuple(_interval(one) for one in element.findall("allowableInterval") if len(one)),
        preferable=tuple(_use(one) for one in element.findall("preferableVaccine") if len(one)),
        allowable=tuple(_use(one) for one in element.findall("allowableVaccine") if len(one)),
        inadvertent=frozenset(fields.cvx(code) for code in fields.texts(element, "inadvertentVaccine/cvx")),
        skips=tuple(_skip(one) for one in element.findall("conditionalSkip") if len(one)),
        recurring=fields.flag(element, "recurringDose"),
        season=None
        if season is None or not fields.text(season, "startDate")
        else fields.period(season, "startDate", "endDate"),
    )


def _age(element: Element) -> AgeWindow:
    return AgeWindow(
        fields.age(element, "absMinAge"),
        fields.age(element, "minAge"),
        fields.age(element, "earliestRecAge"),
        fields.age(element, "latestRecAge"),
        fields.age(element, "maxAge"),
        fields.period(element),
    )


def _interval(element: Element) -> Interval:
    target = fields.text(element, "fromTargetDose")
    products = fields.codes(element, "fromMostRecent")
    observation = fields.text(element, "fromRelevantObs/code")
    reference = PREVIOUS
    if not fields.flag(element, "fromPrevious"):
        reference = TARGET if target else PRODUCT if products else OBSERVATION
    return Interval(
        reference,
        int(target) if target else 0,
        products,
        observation,
        fields.offset(element, "absMinInt"),
        fields.offset(element, "minInt"),
        fields.offset(element, "earliestRecInt"),
        fields.offset(element, "latestRecInt"),
        fields.text(element, "intervalPriority").lower() in ("override", "y"),
        fields.period(element),
    )


def _use(element: Element) -> VaccineUse:
    return VaccineUse(
        fields.cvx(fields.text(element, "cvx")),
        fields.text(element, "mvx"),
        fields.age(element, "beginAge"),
        fields.age(element, "endAge"),
        fields.flag(element, "forecastVaccineType"),
    )


def _skip(element: Element) -> Skip:
    context = fields.text(element, "context").lower()
    return Skip(
        tuple(_set(one) for one in element.findall("set")),
        every=fields.text(element, "setLogic").upper() == "AND",
        in_history=context in ("both", "evaluation"),
        in_forecast=context in ("both", "forecast"),
    )


def _set(element: Element) -> ConditionSet:
    return ConditionSet(
        tuple(_condition(one) for one in element.findall("condition")),
        every=fields.text(element, "conditionLogic").upper() != "OR",
        period=fields.period(element),
    )


def _condition(element: Element) -> Condition:
    written = fields.text(element, "conditionType").lower()
    kind = skip_kinds.COUNT if written.startswith("vaccine count") else written
    if kind not in (skip_kinds.AGE, skip_kinds.COMPLETED, skip_kinds.INTERVAL, skip_kinds.COUNT):
        raise ValueError(f"condition type {written!r} of a conditional skip is not known")
    first = fields.text(element, "startDate")
    return Condition(
        kind,
        fields.age(element, "beginAge"),
        fields.age(element, "endAge"),
        fields.day(first) if first else FIRST_DAY,
        fields.before(element, "endDate"),
        fields.offset(element, "interval"),
        int(fields.text(element, "doseCount") or 0),
        _COMPARISONS[fields.text(element, "doseCountLogic").lower() or "greater than"],
        fields.text(element, "doseType").lower() == "valid",
        fields.codes(element, "vaccineTypes"),
        frozenset(re.findall(r"\d+", fields.text(element, "seriesGroups"))),
    )
