"""Plans as the command line hands them out, and as it reads an earlier one back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from yakuba.handbook.domain.planner.result import Plan, Shot, Visit, Why
from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.domain.vouchers import Overlay
from yakuba.handbook.files import BadInput
from yakuba.handbook.people import Asked
from yakuba.handbook.vouchers import overlay_name, voucher

Earlier = dict[tuple[str, int], date]


def result(
    asked: Asked, found: Plan, rulebook: Rulebook, on_date: date, overlay: Overlay | None = None
) -> dict[str, Any]:
    """The file of one plan (CONTRACTS: handbook)."""
    signed = rulebook.signed_off is not None and rulebook.signed_off.holds_on(on_date)
    birth = asked.person.birth
    named = {} if overlay is None else {"overlay": overlay_name(overlay)}
    return {
        "id": asked.id,
        "on": on_date.isoformat(),
        "visits": [_visit(visit, birth, overlay) for visit in found.visits],
        "not_planned": [
            {"vaccine": one.vaccine, "dose": one.dose, "reason": one.reason} for one in found.not_planned
        ],
        "until": found.until.isoformat(),
        "proven": found.proven,
        "work": found.work,
        "cost": {name: value for name, value in found.cost.items() if name != "sum_of_days"},
        "rulebook": f"{rulebook.name} {rulebook.version}",
        "rulebook_sha256": rulebook.sha256,
        "signed_off": signed,
        **named,
    }


def _visit(visit: Visit, birth: date | None, overlay: Overlay | None) -> dict[str, Any]:
    return {
        "date": visit.date.isoformat(),
        "booked": visit.booked,
        "shots": [_shot(shot, birth, overlay) for shot in visit.shots],
    }


def _shot(shot: Shot, birth: date | None, overlay: Overlay | None) -> dict[str, Any]:
    line = {
        "vaccine": shot.vaccine,
        "dose": shot.dose,
        "label": shot.label or None,
        "product": shot.product or None,
        "given_as": shot.given_as,
        "course": shot.course,
        "law": shot.law or None,
        "legal_from": shot.legal_from.isoformat(),
        "legal_until": shot.legal_until.isoformat() if shot.legal_until else None,
        "recommended_from": shot.recommended_from.isoformat(),
        "recommended_until": shot.recommended_until.isoformat() if shot.recommended_until else None,
        "why": [_why(one) for one in shot.why],
        "source": list(shot.source),
        "sources": {name: list(found) for name, found in shot.sources.items()},
    }
    return line if overlay is None else line | voucher(overlay, shot.vaccine, shot.dose, birth)


def _why(one: Why) -> dict[str, Any]:
    return {
        "code": one.code,
        "day": one.day.isoformat(),
        "after": [{"vaccine": vaccine, "dose": dose} for vaccine, dose in one.after],
        "since": one.since.isoformat() if one.since else None,
        "source": list(one.source),
    }


def read_previous(path: Path, value: dict[str, Any]) -> Earlier:
    """The days of an earlier plan by vaccine and dose. Raises ``BadInput`` with every problem."""
    problems: list[str] = []
    found: Earlier = {}
    visits = value.get("visits")
    if not isinstance(visits, list):
        raise BadInput([f"{path} visits：{_short(visits)} です。前の計画（plan の出力）が必要です。"])
    for number, visit in enumerate(visits, start=1):
        place = f"{path} visits[{number}]"
        day = _day(visit.get("date")) if isinstance(visit, dict) else None
        shots = visit.get("shots") if isinstance(visit, dict) else None
        if day is None:
            problems.append(f"{place} date：日付（YYYY-MM-DD）が必要です。")
        elif not isinstance(shots, list):
            problems.append(f"{place} shots：並びが必要です。")
        else:
            for place_of_shot, shot in enumerate(shots, start=1):
                key = _key(shot)
                if key is None:
                    problems.append(f"{place} shots[{place_of_shot}]：vaccine と dose（整数）が必要です。")
                elif key in found:
                    problems.append(f"{place} shots[{place_of_shot}]：{key[0]} {key[1]}回目が2回あります。")
                else:
                    found[key] = day
    if problems:
        raise BadInput(problems)
    return found


def _key(shot: Any) -> tuple[str, int] | None:
    if not isinstance(shot, dict):
        return None
    vaccine, dose = shot.get("vaccine"), shot.get("dose")
    if not isinstance(vaccine, str) or not isinstance(dose, int) or isinstance(dose, bool):
        return None
    return vaccine, dose


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 40 else f"{text[:40]}…"
