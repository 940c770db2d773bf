"""People as the command line hands them in, and their outlooks as it gives them back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from yakuba.handbook.domain.calendars import FIRST_DAY, LAST_DAY
from yakuba.handbook.domain.evaluate import of_pregnancy
from yakuba.handbook.domain.japan import JapaneseCalendar
from yakuba.handbook.domain.missing import unsaid_without_sex
from yakuba.handbook.domain.observed import codes_of, dated_codes_of
from yakuba.handbook.domain.outlook import DoseLine, NextDose, Outlook
from yakuba.handbook.domain.person import Given, Observation, Person
from yakuba.handbook.domain.rules import Rulebook, products_of
from yakuba.handbook.domain.vouchers import Overlay
from yakuba.handbook.files import BadInput
from yakuba.handbook.vouchers import overlay_name, voucher

SEXES = ("F", "M", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A person with a history, as read from a file."""

    id: Any
    person: Person
    history: tuple[Given, ...]
    observations: tuple[Observation, ...]


def read_person(place: str, row: dict[str, Any], rulebook: Rulebook) -> Asked:
    """One person. Raises ``BadInput`` with every problem of the row."""
    problems: list[str] = []
    birth, due = _day(place, row, "birth", problems), _day(place, row, "due", problems)
    if "id" not in row:
        problems.append(f"{place} id：ありません。人を見分ける番号が必要です。")
    elif isinstance(row["id"], bool | list | dict):
        problems.append(f"{place} id：{type(row['id']).__name__} です。番号か文字が必要です。")
    if birth is None and due is None and not problems:
        problems.append(f"{place} birth：ありません。生年月日（妊娠中は due に出産予定日）が必要です。")
    sex = "" if row.get("sex") is None else row["sex"]
    if not isinstance(sex, str) or sex not in SEXES:
        problems.append(f"{place} sex：{sex!r} です。F か M が必要です。")
    history = tuple(_doses(place, row, rulebook, birth, problems))
    observations = tuple(_observations(place, row, problems))
    if problems:
        raise BadInput(problems)
    return Asked(row["id"], Person(birth, sex, due), history, observations)


def _day(place: str, row: dict[str, Any], key: str, problems: list[str]) -> date | None:
    value = row.get(key)
    if value is None:
        return None
    try:
        found = date.fromisoformat(value)
    except (TypeError, ValueError):
        problems.append(f"{place} {key}：{value!r} です。日付（YYYY-MM-DD）が必要です。")
        return None
    if FIRST_DAY <= found <= LAST_DAY:
        return found
    years = f"{FIRST_DAY.year}年から{LAST_DAY.year}年まで"
    problems.append(f"{place} {key}：{found} です。{years}の日付が必要です。")
    return None


def _items(place: str, row: dict[str, Any], key: str, problems: list[str]) -> Iterator[tuple[str, Any]]:
    value = row.get(key)
    if value is None or value == {}:  # some programmes write an empty list so
        return
    if not isinstance(value, list):
        problems.append(f"{place} {key}：並びが必要です。")
        return
    for number, one in enumerate(value, start=1):
        if isinstance(one, dict):
            yield f"{place} {key}[{number}]", one
        else:
            problems.append(f"{place} {key}[{number}]：{one!r} です。オブジェクトが必要です。")


def _doses(
    place: str, row: dict[str, Any], rulebook: Rulebook, birth: date | None, problems: list[str]
) -> Iterator[Given]:
    for where, one in _items(place, row, "doses", problems):
        vaccine, day = one.get("vaccine"), _day(where, one, "date", problems)
        problems.extend(_odd(where, one))
        if not isinstance(vaccine, str) or vaccine not in rulebook.vaccines:
            known = "、".join(rulebook.vaccines)
            problems.append(f"{where} vaccine：{vaccine!r} です。{known} のどれかが必要です。")
        elif day is None:
            if one.get("date") is None:
                problems.append(f"{where} date：ありません。接種した日が必要です。")
        elif _too_early(rulebook, birth, vaccine, day):
            problems.append(f"{where} date：{day} です。生年月日 {birth} 以後の日が必要です。")
        else:
            expired = _day(where, one, "expires", problems)
            yield Given(vaccine, day, str(one.get("product") or ""), expired, bool(one.get("faulty")))


def _too_early(rulebook: Rulebook, birth: date | None, vaccine: str, day: date) -> bool:
    """A day before the birth, unless the mother was given the dose for the child (母子免疫)."""
    if birth is None or day >= birth:
        return False
    return not of_pregnancy(rulebook, Person(birth), Given(vaccine, day))


def _odd(where: str, one: dict[str, Any]) -> Iterator[str]:
    """Fields of a dose that are not of their kind; they would be taken for something else."""
    product, faulty = one.get("product"), one.get("faulty")
    if product is not None and not isinstance(product, str):
        yield f"{where} product：{product!r} です。製品の記号（文字）が必要です。"
    if faulty is not None and not isinstance(faulty, bool):
        yield f"{where} faulty：{faulty!r} です。true か false が必要です。"


def _observations(place: str, row: dict[str, Any], problems: list[str]) -> Iterator[Observation]:
    for where, one in _items(place, row, "history", problems):
        code = one.get("code")
        if not isinstance(code, str) or not code:
            problems.append(f"{where} code：{code!r} です。事由の記号（LONG_ILLNESS など）が必要です。")
        else:
            yield Observation(code, _day(where, one, "date", problems))


def remarks(asked: Asked, rulebook: Rulebook, on_date: date) -> dict[str, Any]:
    """What was passed over or is odd, each only where there is any.

    ``unused_history``: the observations that changed nothing, because no rule asks for them or because the
    rule counts from a day that is not written. ``unknown_products``: as ``unknown_products``.
    ``doses_after``: as ``after``. ``needs``: as ``needs``.
    """
    codes = sorted({one.code for one in asked.observations} - set(codes_of(rulebook)))
    codes += undated(asked, dated_codes_of(rulebook))
    products = unknown_products(asked, rulebook)
    return (
        ({"unused_history": codes} if codes else {})
        | ({"unknown_products": products} if products else {})
        | after(asked, on_date)
        | needs(asked, rulebook, on_date)
    )


def needs(asked: Asked, rulebook: Rulebook, on_date: date) -> dict[str, Any]:
    """``needs``: what was missing of the person; ``needs_for``: the vaccines that ask for it."""
    without_sex = unsaid_without_sex(
        rulebook, asked.person, asked.history, asked.observations, on_date, JapaneseCalendar()
    )
    return {"needs": ["sex"], "needs_for": {"sex": list(without_sex)}} if without_sex else {}


def unknown_products(asked: Asked, rulebook: Rulebook) -> list[str]:
    """Products that the book does not list for a vaccine whose products it tells apart: «PCV pcv20»."""
    known = products_of(rulebook)
    return sorted(
        {
            f"{dose.vaccine} {dose.product}"
            for dose in asked.history
            if dose.product and dose.product not in known.get(dose.vaccine, (dose.product,))
        }
    )


def undated(asked: Asked, dated: Collection[str]) -> list[str]:
    """The observations whose rules count from a day, where none is written with any of them."""
    written = {one.code for one in asked.observations if one.date is not None}
    return sorted({one.code for one in asked.observations if one.code in dated} - written)


def after(asked: Asked, on_date: date) -> dict[str, Any]:
    """``doses_after``: which doses (counted from 1) lie after the day of assessment: plans, or slips."""
    found = [number for number, dose in enumerate(asked.history, start=1) if dose.date > on_date]
    return {"doses_after": found} if found else {}


def result(
    asked: Asked, found: Outlook, rulebook: Rulebook, on_date: date, overlay: Overlay | None = None
) -> dict[str, Any]:
    """The line of one person (CONTRACTS: handbook)."""
    added = {} if overlay is None else {"overlay": overlay_name(overlay)}
    signed = rulebook.signed_off is not None and rulebook.signed_off.holds_on(on_date)
    return {
        "id": asked.id,
        "doses": [_dose(line) for line in found.doses],
        "forecasts": [
            _forecast(one)
            | ({} if overlay is None else voucher(overlay, one.vaccine, one.dose, asked.person.birth))
            for one in found.forecasts
        ],
        "rulebook": f"{rulebook.name} {rulebook.version}",
        "rulebook_sha256": rulebook.sha256,
        "signed_off": signed,
        **added,
    }


def _dose(line: DoseLine) -> dict[str, Any]:
    return {
        "valid": line.valid,
        "reason": line.reason,
        "source": list(line.source),
        "vaccine": line.given.vaccine,
        "judged_as": line.vaccine or None,
        "dose": line.dose,
        "right_from": _iso(line.right_from),
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
        "overdue_on": _iso(one.overdue_on),
        "source": list(one.source),
        "sources": {name: list(found) for name, found in one.sources.items()},
        "rules": dict(one.rules),
        "label": one.label or None,
        "product": one.product or None,
        "course": one.course or None,
        "reason": one.reason or None,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
