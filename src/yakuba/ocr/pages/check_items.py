"""What the templates of the check screen show of one field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from yakuba.ocr.domain.form import NUMERIC, Field, Kind
from yakuba.ocr.domain.recheck import wanted_by_sums
from yakuba.ocr.domain.wording import (
    all_reason_words,
    difference,
    marked,
    masked,
    place_words,
    source_words,
)
from yakuba.ocr.models import Check, FieldValue, ValueState
from yakuba.ocr.services.checking import page_texts
from yakuba.ocr.services.crops import hull
from yakuba.ocr.services.definitions import definition_of, field_of
from yakuba.ocr.services.queues import STATE_WORDS, held_by_other
from yakuba.ocr.services.sealed import content_of, holding_text, is_secret
from yakuba.ocr.services.turns import OPEN, is_audit, standing_checks, turn_of, two_persons

MOST_CANDIDATES = 9
WIDE = 8.0  # a crop so many times as wide as high gets the whole width, or its letters are too small
TURN_WORDS = {1: "二重確認の1人目", 2: "二重確認の2人目", 3: "3人目の判断", 4: "係長の判断"}
UNITS = {Kind.AMOUNT: "円"}
HINTS = {
    Kind.DATE: "令和6年5月1日、R6.5.1、2024-05-01 のどれでも入力できます。",
    Kind.CHECKBOX: "印があれば「あり」か1、なければ「なし」か0",
    Kind.AMOUNT: "円の単位まで。コンマは要りません。",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One candidate: its text, how it is written, where it comes from."""

    text: str
    label: str
    source: str
    confidence: float | None = None
    before: str = ""
    differing: str = ""
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One field as the person decides it."""

    value: FieldValue
    field: Field
    turn: int
    turn_words: str
    text: str  # what stands in the input
    chips: tuple[str, ...]
    place: str
    candidates: tuple[Shown, ...]
    readings: tuple[Shown, ...]
    clue: str
    because: str
    unit: str
    hint: str
    hidden: bool  # the reading is not shown: a blind entry
    secret: bool
    numeric: bool
    free: bool
    wide: bool
    audit: bool
    escalated: bool
    holder: str
    history: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One field in the grid."""

    value: FieldValue
    number: int
    text: str
    words: str
    title: str
    ask: bool
    open: bool
    mine: bool
    current: bool
    picture: bool


def shown_text(field: Field, text: str) -> str:
    """How a value is written for people: amounts with separators, marks in words."""
    if field.kind is Kind.AMOUNT and text.lstrip("-").isascii() and text.lstrip("-").isdigit():
        return f"{int(text):,}"
    if field.kind is Kind.CHECKBOX:
        return {"true": "✓ 印あり", "false": "印なし"}.get(text, text)
    return text


def entry_text(field: Field, text: str) -> str:
    """How a value stands in the input, where the person may change it; ``read_entry`` takes it back."""
    if field.kind is Kind.CHECKBOX:
        return {"true": "あり", "false": "なし"}.get(text, text)
    return shown_text(field, text)


def _choices(field: Field) -> list[dict[str, Any]]:
    """What may be chosen in a field of marks, in the form's order: it tells nothing of the reading."""
    if field.kind is Kind.CIRCLE:
        return [{"text": option.value, "source": "option"} for option in field.options]
    if field.kind is Kind.CHECKBOX:
        return [{"text": text, "source": "option"} for text in ("true", "false")]
    return []


def _candidates(value: FieldValue, field: Field, sums: set[str]) -> list[Shown]:
    content = content_of(value)
    found: list[Shown] = []
    rows = [
        {"text": content.text, "source": "", "confidence": value.confidence},
        *content.candidates,
    ]
    rows += _choices(field)
    for row in rows:
        text = str(row.get("text", ""))
        if any(one.text == text for one in found):
            continue
        sources = {str(other.get("source", "")) for other in rows if other.get("text", "") == text}
        found.append(
            Shown(text, shown_text(field, text) or "（空欄）", _source(sources, text, sums), _sure(row))
        )
    return found[:MOST_CANDIDATES]


def _sure(row: dict[str, Any]) -> float | None:
    sure = row.get("confidence")
    return float(sure) if isinstance(sure, (int, float)) else None


def _source(sources: set[str], text: str, sums: set[str]) -> str:
    words = [source_words(one) for one in sorted(sources - {"", "option"}, reverse=True)]
    if not words and "option" in sources:
        words = ["選択肢"]
    if text in sums and text:
        words.append("合計と一致")
    return "・".join(words or ["読み"])


def _blind_choices(field: Field) -> list[Shown]:
    """Marks are picked with one key in a blind entry too; the reading stays hidden."""
    found = [Shown(row["text"], shown_text(field, row["text"]), "選択肢") for row in _choices(field)]
    return [*found, Shown("", "（どれも囲まれていない）", "選択肢")] if field.kind is Kind.CIRCLE else found


def _entered(value: FieldValue, field: Field) -> list[Shown]:
    """The two entries that differ, without a word on who made which."""
    entered = [one for one in standing_checks(value) if one.outcome not in ("illegible", "escalated")]
    texts = sorted({one.text or "" for one in entered})
    return [Shown(text, shown_text(field, text) or "（空欄）", "入力") for text in texts]


def panel(value: FieldValue, user: Any, *, now: datetime | None = None) -> Panel:
    """The field for this person. A second person sees nothing of the first one's entry."""
    field = field_of(value)
    content = content_of(value)
    turn = turn_of(value)
    hidden = value.page.batch.blind
    third = value.state in (ValueState.DIFFERS, ValueState.ESCALATED)
    sums = _sums(value)
    candidates = _blind_choices(field) if hidden else _candidates(value, field, sums)
    if third:
        entered = _entered(value, field)
        candidates = (entered + [one for one in candidates if one.text not in {e.text for e in entered}])[
            :MOST_CANDIDATES
        ]
    texts = [one.text for one in candidates]
    readings = [] if hidden or len(texts) < 2 or third else _readings(candidates)
    text = "" if hidden or third else content.text
    return Panel(
        value=value,
        field=field,
        turn=turn,
        turn_words=TURN_WORDS.get(turn, "") if two_persons(value.page.batch) or turn > 2 else "",
        text=entry_text(field, text),
        chips=_chips(value, texts, hidden=hidden, third=third),
        place=place_words(texts, digits=field.kind in NUMERIC) if value.reasons and not hidden else "",
        candidates=tuple(candidates),
        readings=tuple(readings),
        clue=_clue(field, candidates, sums),
        because="" if hidden else value.decided_because,
        unit=UNITS.get(field.kind, ""),
        hint=HINTS.get(field.kind, ""),
        hidden=hidden,
        secret=is_secret(value),
        numeric=field.kind in NUMERIC,
        free=field.kind in (Kind.FREE, Kind.ADDRESS),
        wide=_is_wide(field),
        audit=is_audit(value),
        escalated=value.state == ValueState.ESCALATED,
        holder=held_by_other(value, user, now or timezone.now()),
        history=tuple(one for one in value.checks.all() if turn in (1, 4) or one.by_id == user.pk),
    )


def _is_wide(field: Field) -> bool:
    if not field.boxes:
        return False
    box = hull(field.boxes)
    return box.width > WIDE * box.height


def _sums(value: FieldValue) -> set[str]:
    if value.page.version is None or is_secret(value) or value.page.batch.blind:
        return set()  # what the other fields make would give their readings away in a blind batch
    rules = definition_of(value.page.version).rules
    return wanted_by_sums(rules, value.name, page_texts(value)) if rules else set()


def _clue(field: Field, candidates: list[Shown], sums: set[str]) -> str:
    fits = [one.label for one in candidates if one.text in sums and one.text]
    if not fits or len(candidates) < 2:
        return ""
    return f"ほかの欄からの計算は {fits[0]} と合います"


def _readings(candidates: list[Shown]) -> list[Shown]:
    first, second = candidates[0], candidates[1]
    if second.confidence is None:  # an option that nobody read
        return []
    found = []
    for one, other in ((first, second), (second, first)):
        before, differing, behind = marked(one.label, other.label)
        found.append(Shown(one.text, one.label, one.source, one.confidence, before, differing, behind))
    return found if difference(first.text, second.text) else []


def _chips(value: FieldValue, texts: list[str], *, hidden: bool, third: bool) -> tuple[str, ...]:
    if value.state == ValueState.DIFFERS:
        return ("2人の入力が違う",)
    if value.state == ValueState.ESCALATED:
        return ("係長の判断待ち",)
    if hidden:
        return ()
    if is_audit(value):
        return ("無作為の監査",)
    return tuple(all_reason_words(value.reasons, [] if third else texts))


def cell(value: FieldValue, number: int, user: Any, *, mine: bool, current: bool, now: datetime) -> Cell:
    """The field in the grid; a personal number is masked and has no picture here."""
    field = field_of(value)
    hidden = value.page.batch.blind and value.state in OPEN
    secret = is_secret(value)
    text = "" if hidden else holding_text(value)
    label = masked(text) if secret else shown_text(field, text)
    open_ = value.state in OPEN
    return Cell(
        value=value,
        number=number,
        text="？" if hidden else ("●" if value.state == ValueState.ILLEGIBLE else (label or "（空欄）")),
        words=_cell_words(value, user, open_=open_, hidden=hidden, mine=mine, current=current, now=now),
        title=field.title,
        ask=open_ and mine and bool(value.reasons) and not hidden,
        open=open_,
        mine=mine,
        current=current,
        picture=not secret,
    )


def _cell_words(
    value: FieldValue, user: Any, *, open_: bool, hidden: bool, mine: bool, current: bool, now: datetime
) -> str:
    if current:
        return "いま"
    holder = held_by_other(value, user, now) if open_ else ""
    if holder:
        return f"{holder.split()[0]}さんが確認中"
    if open_ and mine and value.reasons and not hidden:
        content = content_of(value)
        texts = [content.text, *(str(one.get("text", "")) for one in content.candidates)]
        words = all_reason_words(value.reasons, [] if is_secret(value) else texts)[0]
        return words.partition("：")[2] or words
    return STATE_WORDS[ValueState(value.state)]
