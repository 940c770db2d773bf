"""Facts that a tie step needs and the file does not give: an officer's answer takes the place of the cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from yakuba.nursery.domain.application import Applicant, Applications, Fact
from yakuba.nursery.domain.scores.keys import fact_keys
from yakuba.nursery.domain.scores.rows import Step
from yakuba.nursery.domain.scores.rulebook import Rulebook
from yakuba.nursery.models import Decision

YES_NO = (("はい", "はい"), ("いいえ", "いいえ"))
MOST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class FactForm:
    """How a fact is asked for. ``choices``: (value, label) where there are only some."""

    type: Literal["choice", "number", "date", "tier"]
    choices: tuple[tuple[str, str], ...] = ()


def form_of(book: Rulebook, code: str) -> FactForm | None:
    """The form for a missing fact; ``None`` when only the file itself can give it."""
    if code == "tier":
        return FactForm(
            "tier", tuple((str(tier.number), f"{tier.number} {tier.label}") for tier in book.tiers)
        )
    step = _step(book, code)
    if step is None:
        return None
    if step.categories:
        return FactForm("choice", tuple((one.id, one.label) for one in step.categories))
    if step.direction == "true_first":
        return FactForm("choice", YES_NO)
    return FactForm("date" if step.direction == "earlier_first" else "number")


def _step(book: Rulebook, code: str) -> Step | None:
    return next((step for step in book.tie_break if step.key == code), None)


def checked(form: FactForm, text: str) -> str:
    """The value as it is kept. ``ValueError`` says what is expected."""
    text = unicodedata.normalize("NFKC", text).strip()
    if form.choices:
        if text not in {value for value, _ in form.choices}:
            raise ValueError("値：一覧から選んでください。")
        return text
    if form.type == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(
                f"値：「{text[:20]}」は日付として読めません。2026-11-10 のように入力してください。"
            ) from None
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"値：「{text[:20]}」は数ではありません。数を入力してください。") from None
    if not value.is_finite() or not 0 <= value <= MOST:
        raise ValueError("値：0以上の数を入力してください。")
    return format(value.normalize(), "f")


def with_facts(
    book: Rulebook, applications: Applications, rows: Sequence[Decision], on: date
) -> Applications:
    """The applications with the answers of officers; an answer about an unknown child does nothing."""
    answers: dict[str, list[Decision]] = {}
    for row in rows:
        if row.kind == Decision.Kind.FACT:
            answers.setdefault(row.subject, []).append(row)
    if not answers:
        return applications
    applicants = tuple(_answered(book, one, answers.get(one.id, []), on) for one in applications.applicants)
    return replace(applications, applicants=applicants)


def _answered(book: Rulebook, child: Applicant, rows: Sequence[Decision], on: date) -> Applicant:
    for row in rows:
        form, step = form_of(book, row.code), _step(book, row.code)
        if form is None:
            continue
        text = str(row.value["value"])
        if form.type == "tier":
            child = replace(child, tier=int(text))
        elif step is not None:
            key = next(iter(fact_keys(step, on)))
            child = replace(child, facts={**child.facts, key: _fact(form, text)})
    return child


def _fact(form: FactForm, text: str) -> Fact:
    if form.choices == YES_NO:
        return text == "はい"
    if form.choices:
        return text
    return date.fromisoformat(text) if form.type == "date" else Decimal(text)
