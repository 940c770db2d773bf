"""Everything that is written down of a child, to take out: plain JSON and FHIR R4."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from yakuba.handbook.domain import fhir
from yakuba.handbook.domain.outlook import NextDose
from yakuba.handbook.models import Child
from yakuba.handbook.services.families.growth import MEASURES, standing
from yakuba.handbook.services.families.outlooks import Recorded, doses_of, view_of
from yakuba.handbook.services.families.rules import InUse

FORMAT = "yakuba.handbook.child/1"


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def plain(child: Child, rules: InUse, now: datetime, *, observations: bool = True) -> dict[str, Any]:
    """All of it as plain JSON, with the names of the tables' columns.

    ``observations``: what the office recorded (特例・状態); left out for adults who may only look.
    """
    today = timezone.localdate(now)
    view = view_of(child, rules, today, named=observations)
    return {
        "format": FORMAT,
        "made_at": now.isoformat(timespec="seconds"),
        "child": {
            "reference": child.reference,
            "name": child.name,
            "birth": _iso(child.birth),
            "due": _iso(child.due),
            "sex": child.sex,
        },
        "rulebook": {
            "name": rules.book.name,
            "version": rules.book.version,
            "sha256": rules.book.sha256,
            "signed_off": rules.signed_on(today),
        },
        "doses": [_dose(one) for one in view.recorded],
        "forecasts": [_forecast(one) for one in view.forecasts],
        "observations": [
            {"code": one.code, "on": _iso(one.on), "source": one.source}
            for one in child.observations.filter(taken_back_at=None)
            if observations
        ],
        "measurements": [
            {"on": one.on.isoformat(), **{m.field: getattr(one, m.field) for m in MEASURES}}
            for one in standing(child)
        ],
        "planned_visits": [
            {"on": one.on.isoformat(), "shots": one.shots, "fixed": one.fixed}
            for one in child.planned_visits.order_by("on")
        ],
        "unavailable": [
            {"first": one.first.isoformat(), "last": one.last.isoformat(), "reason": one.reason}
            for one in child.unavailable.filter(taken_back_at=None)
        ],
    }


def _dose(one: Recorded) -> dict[str, Any]:
    dose, line = one.dose, one.line
    return {
        "reference": dose.reference,
        "vaccine": dose.vaccine,
        "product": dose.product,
        "given_on": dose.given_on.isoformat(),
        "lot": dose.lot,
        "clinic": dose.clinic,
        "source": dose.source,
        "within_rules": None if line is None else line.valid,
    }


def _forecast(one: NextDose) -> dict[str, Any]:
    return {
        "vaccine": one.vaccine,
        "dose": one.dose,
        "status": one.status,
        "legal_from": _iso(one.legal_from),
        "legal_until": _iso(one.legal_until),
        "recommended_from": _iso(one.recommended_from),
        "recommended_until": _iso(one.recommended_until),
        "sources": list(one.source),
    }


def fhir_bundle(child: Child, rules: InUse, now: datetime) -> dict[str, Any]:
    """The same for other systems: a FHIR R4 bundle, without observations (特例・状態)."""
    today = timezone.localdate(now)
    view = view_of(child, rules, today, doses_of(child))
    signed = rules.signed_on(today)
    about = f"{rules.book.name} {rules.book.version}" + ("" if signed else " (not signed off)")
    return fhir.bundle(
        fhir.ChildLine(child.reference, child.name or "", child.birth, child.sex),
        [_fhir_dose(one, rules) for one in view.recorded],
        [_fhir_next(one, rules, about) for one in view.forecasts],
        [
            fhir.MeasureLine(f"{child.reference}:{one.pk}", m.field, one.on, getattr(one, m.field))
            for one in standing(child)
            for m in MEASURES
            if getattr(one, m.field) is not None
        ],
        now,
    )


def _title(code: str, rules: InUse) -> str:
    group = rules.book.groups.get(code)
    return group.title if group is not None and group.title else code


def _fhir_dose(one: Recorded, rules: InUse) -> fhir.DoseLine:
    dose, line = one.dose, one.line
    return fhir.DoseLine(
        dose.reference,
        dose.vaccine,
        _title(dose.vaccine, rules),
        dose.product,
        dose.given_on,
        dose.lot or "",
        dose.clinic or "",
        line.dose if line is not None and line.valid else None,
        dose.source == "family",
    )


def _fhir_next(one: NextDose, rules: InUse, about: str) -> fhir.NextLine:
    dates = {
        fhir.EARLIEST: one.legal_from,
        fhir.DUE: one.recommended_from,
        fhir.OVERDUE: one.overdue_on,
        fhir.LATEST: one.legal_until,
    }
    return fhir.NextLine(
        one.vaccine, _title(one.vaccine, rules), one.status, one.dose, dates, one.course, about
    )
