"""A Japanese verdict as the town hall needs it: one line a given dose, one line a vaccine with two windows.

Legal windows (定期接種として受けられる期間) and recommended ones (標準的な接種期間) are both inclusive here,
and every date names the sources of the rule that set it. Nothing says «invalid» to a parent: a dose outside
the rules has ``valid`` false and a reason code, and becomes a task for staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from yakuba.handbook.domain.calendars import Calendar
from yakuba.handbook.domain.engine import state
from yakuba.handbook.domain.engine.groups import DoseVerdict, GroupForecast
from yakuba.handbook.domain.engine.state import DatedBy, SeriesForecast
from yakuba.handbook.domain.evaluate import evaluate, of_pregnancy
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import Group, Rulebook

NOT_YET, DUE, OVERDUE, COMPLETE = "not_yet", "due", "overdue", "complete"
AGED_OUT, CONTRAINDICATED = "aged_out", "contraindicated"
WITHIN_RULES, NOT_JUDGED = "within_rules", "not_judged"
_DAY = timedelta(days=1)
_STATUS = {
    state.COMPLETE: COMPLETE,
    state.IMMUNE: COMPLETE,
    state.AGED_OUT: AGED_OUT,
    state.NOT_RECOMMENDED: AGED_OUT,
    state.CONTRAINDICATED: CONTRAINDICATED,
}


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One given dose. ``valid`` is None for vaccines that the rule book knows but does not judge.

    ``right_from``: the first day on which the dose would have been within the rules, where a day decides.
    """

    given: Given
    valid: bool | None
    reason: str
    source: tuple[str, ...]
    vaccine: str = ""
    dose: int | None = None
    right_from: date | None = None


@dataclass(frozen=True, slots=True)
class NextDose:
    """What comes next of one vaccine. ``sources`` and ``rules``: by the name of the date they set."""

    vaccine: str
    status: str
    dose: int | None = None
    label: str = ""
    product: str = ""
    course: str = ""
    legal_from: date | None = None
    legal_until: date | None = None
    recommended_from: date | None = None
    recommended_until: date | None = None
    overdue_on: date | None = None
    reason: str = ""
    source: tuple[str, ...] = ()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything about one person on one day: ``doses`` in the order in which they were handed in."""

    doses: tuple[DoseLine, ...]
    forecasts: tuple[NextDose, ...]


def outlook(
    rulebook: Rulebook,
    person: Person,
    history: Iterable[Given],
    observations: Iterable[Observation],
    on_date: date,
    calendar: Calendar,
) -> Outlook:
    """Evaluate a person under a Japanese rule book. Raises ``ValueError`` as ``evaluate`` does.

    A mother's doses before the birth are judged by the due date; where it is not known, they are not judged.
    """
    given = list(history)
    wanted = [name for name, group in rulebook.groups.items() if asked_for(group, given)]
    verdict = evaluate(rulebook, person, given, observations, on_date, calendar, wanted)
    forecasts = [
        _next(rulebook.groups[one.group], one, given, on_date) for one in verdict.forecasts if one.series
    ]
    before_birth = [dose for dose in given if of_pregnancy(rulebook, person, dose)]
    verdicts = [*verdict.doses]
    if before_birth and person.due is not None:
        pregnancy = Person(None, due=person.due, country=person.country)
        verdicts += evaluate(rulebook, pregnancy, before_birth, [], on_date, calendar, wanted).doses
    return Outlook(tuple(_dose_lines(verdicts, given)), tuple(forecasts))


def asked_for(group: Group, history: Sequence[Given]) -> bool:
    """A vaccine that another one covers is asked for only when the history calls for it."""
    return not group.covered_by or any(dose.vaccine in group.counts_for for dose in history)


def _dose_lines(doses: Iterable[DoseVerdict], history: list[Given]) -> list[DoseLine]:
    """A dose is spoken of under its own name; a combined vaccine's other verdicts only feed the forecasts."""
    verdicts: dict[int, list[DoseVerdict]] = {}
    for one in doses:
        verdicts.setdefault(id(one.given), []).append(one)
    by_dose: dict[Given, list[list[DoseVerdict]]] = {}
    for found in verdicts.values():
        by_dose.setdefault(found[0].given, []).append(found)
    lines = []
    for dose in history:
        own = by_dose[dose].pop(0) if by_dose.get(dose) else None
        if own is None:
            lines.append(DoseLine(dose, None, NOT_JUDGED, ()))
        else:
            lines.append(_dose_line(dose, next((one for one in own if one.group == dose.vaccine), own[0])))
    return lines


def _dose_line(dose: Given, found: DoseVerdict) -> DoseLine:
    valid = found.status == state.VALID
    reason = found.reasons[0] if found.reasons else None
    return DoseLine(
        dose,
        valid,
        reason.code if reason else WITHIN_RULES,
        reason.source if reason and reason.source else found.source,
        found.group,
        found.target,
        None if valid or reason is None else reason.day,
    )


def _next(group: Group, one: GroupForecast, history: list[Given], on_date: date) -> NextDose:
    if one.status != state.NOT_COMPLETE or not one.forecasts:
        return _nothing_more(group, one)
    found = one.forecasts[0]
    recommended_from, recommended_until = _recommended(found)
    dates = {
        "legal_from": found.earliest,
        "legal_until": found.latest,
        "recommended_from": recommended_from,
        "recommended_until": recommended_until,
    }
    days = {name: dated.day if dated else None for name, dated in dates.items()}
    overdue_on = recommended_until.day + _DAY if recommended_until else None
    status = NOT_YET if on_date < found.earliest.day else DUE
    if overdue_on is not None and on_date >= max(overdue_on, found.earliest.day):
        status = OVERDUE
    return NextDose(
        vaccine=group.name,
        status=status,
        dose=found.number,
        label=found.dose.label,
        product=product_of(group, found, history),
        course=one.series[0],
        legal_from=days["legal_from"],
        legal_until=days["legal_until"],
        recommended_from=days["recommended_from"],
        recommended_until=days["recommended_until"],
        overdue_on=overdue_on,
        source=_merged(dated for dated in dates.values() if dated) or group.source,
        sources={name: dated.source or group.source for name, dated in dates.items() if dated},
        rules={name: dated.rule for name, dated in dates.items() if dated},
    )


def _recommended(found: SeriesForecast) -> tuple[DatedBy, DatedBy | None]:
    """The recommended window, never beyond the legal one."""
    first, last, latest = found.recommended, found.past_due, found.latest
    if latest is not None:
        first = min(first, latest, key=lambda dated: dated.day)
        last = min(last, latest, key=lambda dated: dated.day) if last else None
    if last is not None and last.day < first.day:
        last = first
    return first, last


def _nothing_more(group: Group, one: GroupForecast) -> NextDose:
    reason = one.because[0] if one.because else None
    aged_out = one.status == state.AGED_OUT
    return NextDose(
        vaccine=group.name,
        status=_STATUS[one.status],
        course=one.series[0],
        legal_until=reason.day if reason and aged_out else None,
        reason=reason.code if reason else "",
        source=reason.source if reason and reason.source else group.source,
    )


def product_of(group: Group, found: SeriesForecast, history: Sequence[Given]) -> str:
    """The product to ask for: one to be kept that was begun with, the usual one, or the course's own."""
    bound = next((use.product for use in found.vaccines if use.product), "")
    begun = next((d.product for d in history if d.vaccine == group.name and d.product in group.keep), "")
    return begun or group.product or (bound if any(d.vaccine == group.name for d in history) else "")


def _merged(dates: Iterable[DatedBy]) -> tuple[str, ...]:
    """Sources in the order of the dates, each once."""
    return tuple(dict.fromkeys(source for dated in dates for source in dated.source))
