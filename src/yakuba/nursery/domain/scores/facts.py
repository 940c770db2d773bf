"""Facts in words, and the hours a rule book asks for (with breaks or without; month from week)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from yakuba.nursery.domain.application import Fact
from yakuba.nursery.domain.priority import plain
from yakuba.nursery.domain.scores.rows import Band, Bound
from yakuba.nursery.domain.scores.rulebook import Rulebook

# key → (a fact in words, unit of its bands)
WORDS: Mapping[str, tuple[str, str]] = {
    "work_hours_month": ("月{}時間の就労", "時間"),
    "work_hours_week": ("週{}時間の就労", "時間"),
    "work_hours_day": ("1日{}時間の就労", "時間"),
    "work_days_month": ("月{}日の就労", "日"),
    "work_days_week": ("週{}日の就労", "日"),
    "work_plus_study_hours_month": ("就労と就学を合わせて月{}時間", "時間"),
    "study_hours_month": ("月{}時間の就学", "時間"),
    "study_hours_week": ("週{}時間の就学", "時間"),
    "piecework_hours_week": ("週{}時間の内職", "時間"),
    "care_hours_day": ("1日{}時間の介護", "時間"),
    "care_days_month": ("月{}日の介護", "日"),
}
VALUES: Mapping[tuple[str, str | bool], str] = {
    ("work_place", "outside"): "居宅外",
    ("work_place", "home"): "居宅内",
    ("work_place", "piecework_or_helper"): "内職・協力者",
    ("self_employed_without_documents", True): "自営の書類なし",
    ("self_employed_without_documents", False): "",
}
HOURS = {"work_hours_month": "work_days_month", "work_hours_week": "work_days_week", "work_hours_day": ""}
MOST_BREAK = Decimal(60)
BASIS_WORDS = {"excluded": "休憩を除く", "included": "休憩を含む", "up_to_60": "休憩は1日60分まで含む"}
MORE_JOBS = ("_2", "_3")


@dataclass(slots=True)
class Resolved:
    """A guardian's facts as the rule book asks for them. ``notes``: key → how it was worked out."""

    facts: dict[str, Fact]
    notes: dict[str, str] = field(default_factory=dict)
    questions: list[tuple[str, str]] = field(default_factory=list)  # fact key, text
    warnings: list[str] = field(default_factory=list)


def resolve(book: Rulebook, given: Mapping[str, Fact]) -> Resolved:
    """The facts with the hours on the rule book's basis.

    A plain ``work_hours_month`` is taken as it is, unless ``breaks_included`` says which it is.
    ``…_with_breaks`` and ``…_without_breaks`` are used when they are what the book asks for, and converted
    by ``break_minutes_day`` otherwise. Nothing is guessed: what cannot be converted is a question.
    """
    found = Resolved(dict(given))
    _declared(found.facts)
    for key, days in HOURS.items():
        _breaks(book, key, days, found)
    if book.hours.weeks_a_month is not None and "work_hours_month" not in found.facts:
        weekly = found.facts.get("work_hours_week")
        if weekly is not None:
            month = _number(weekly) * book.hours.weeks_a_month
            found.facts["work_hours_month"] = month
            found.notes["work_hours_month"] = (
                f"週{plain(_number(weekly))}時間×{plain(book.hours.weeks_a_month)}"
            )
    _more_jobs(book, found)
    return found


def _declared(facts: dict[str, Fact]) -> None:
    """Where ``breaks_included`` says what plain hours are, they get the name that says so."""
    included = facts.get("breaks_included")
    if not isinstance(included, bool):
        return
    for key in HOURS:
        if key in facts and f"{key}_with_breaks" not in facts and f"{key}_without_breaks" not in facts:
            facts[f"{key}_with{'' if included else 'out'}_breaks"] = facts.pop(key)


def _more_jobs(book: Rulebook, found: Resolved) -> None:
    for key in list(WORDS):
        more = [found.facts[key + end] for end in MORE_JOBS if key + end in found.facts]
        if not more or key not in found.facts:
            continue
        if book.combination.reasons == "same_adds":
            parts = [_number(value) for value in (found.facts[key], *more)]
            found.facts[key] = sum(parts, Decimal(0))
            found.notes[key] = "＋".join(str(plain(part)) for part in parts) + "の合計"
        else:
            found.warnings.append(f"「{key}」の2つ目は使っていません。基準表に同じ事由の合算がありません")


def _breaks(book: Rulebook, key: str, days: str, found: Resolved) -> None:
    facts = found.facts
    gross, net = facts.get(f"{key}_with_breaks"), facts.get(f"{key}_without_breaks")
    if gross is None and net is None:
        return
    basis = book.hours.breaks
    if basis == "unknown":
        _unknown_basis(key, gross, net, found)
        return
    direct = {"excluded": net, "included": gross}.get(basis)
    how = ""
    if direct is None:
        how = f"休憩1日{facts.get('break_minutes_day')}分から換算"
        direct = _converted(basis, gross, net, _break_hours(facts, days))
        if direct is None and key not in facts:
            lower = net if net is not None and basis != "excluded" else None
            if lower is not None:
                facts[key] = lower
            found.questions.append(
                (key, f"就労時間を{BASIS_WORDS[basis]}時間に直せません。休憩の分数と日数を確かめてください")
            )
            return
    if direct is not None:
        facts[key] = direct
        found.notes[key] = "、".join(part for part in (BASIS_WORDS[basis], how) if part)


def _unknown_basis(key: str, gross: Fact | None, net: Fact | None, found: Resolved) -> None:
    values = [_number(value) for value in (gross, net) if value is not None]
    found.facts[key] = min(values)
    if len(set(values)) > 1:
        found.questions.append(
            (key, "就労時間に休憩を含むか、基準表に書かれていません。短いほうで計算しています")
        )


def _break_hours(facts: Mapping[str, Fact], days: str) -> tuple[Decimal, Decimal] | None:
    """Hours of break in the fact's unit: all of them, and at most 60 minutes a day."""
    minutes = facts.get("break_minutes_day")
    count = facts.get(days) if days else 1
    if minutes is None or count is None:
        return None
    a_day, number = _number(minutes), _number(count)
    return a_day * number / 60, min(a_day, MOST_BREAK) * number / 60


def _converted(
    basis: str, gross: Fact | None, net: Fact | None, breaks: tuple[Decimal, Decimal] | None
) -> Decimal | None:
    if breaks is None:
        return None
    every, counted = breaks
    bare = _number(net) if net is not None else _number(gross or 0) - every
    return bare + {"excluded": Decimal(0), "included": every, "up_to_60": counted}[basis]


def _number(value: Fact) -> Decimal:
    return Decimal(str(value))


def number_words(value: Decimal | int) -> str:
    """A number as people write it.

    >>> number_words(Decimal("9.50")), number_words(20)
    ('9.5', '20')
    """
    return str(plain(value))


def _rounded(value: Decimal | int) -> Decimal | int:
    """For reading only: hours converted from minutes may have no end."""
    return round(value, 2) if isinstance(value, Decimal) else value


def band_words(key: str, band: Band) -> str:
    """A band in words: 「140時間以上160時間未満」."""
    unit = WORDS.get(key, ("", ""))[1]
    words = {"ge": "以上", "gt": "を超える", "le": "以下", "lt": "未満"}

    def one(bound: Bound) -> str:
        if bound.op == "eq" and not isinstance(bound.value, Decimal):
            return value_words(key, bound.value)
        value = f"{number_words(Decimal(bound.value))}{unit}"
        return value + words.get(bound.op, "")

    return "".join(one(bound) for bound in band)


def value_words(key: str, value: bool | str) -> str:
    """A word or a boolean of a fact, in Japanese."""
    return VALUES.get((key, value), str(value) if isinstance(value, str) else ("はい" if value else "いいえ"))


def when_words(when: Mapping[str, Band], labels: Mapping[str, str]) -> str:
    """A row's condition in words, for rows without a label: 「月140時間以上160時間未満の就労」."""
    parts = []
    for key, band in when.items():
        pattern, unit = WORDS.get(key, (labels.get(key, "") + "{}", ""))
        before, _, after = pattern.partition("{}")
        if any(isinstance(bound.value, bool | str) for bound in band):
            before, after = "", ""
        parts.append(f"{before}{band_words(key, band)}{after.removeprefix(unit)}")
    return "・".join(part for part in parts if part)


def basis_words(book: Rulebook, when: Mapping[str, Band], resolved: Resolved) -> str:
    """The facts that met a condition: 「月168時間の就労（160時間以上）」."""
    parts = []
    for key, band in when.items():
        value = resolved.facts[key]
        if isinstance(value, bool | str):
            words = value_words(key, value)
        else:
            pattern = WORDS.get(key, (f"{book.facts.get(key, key)} {{}}", ""))[0]
            shown = value if isinstance(value, int | Decimal) else value.isoformat()
            words = pattern.format(shown if isinstance(shown, str) else number_words(_rounded(shown)))
            note = resolved.notes.get(key)
            words += f"（{band_words(key, band)}{'、' + note if note else ''}）"
        parts.append(words)
    return "・".join(part for part in parts if part)
