"""A form definition from plain data (a parsed YAML or JSON document) and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from yakuba.ocr.domain.form import (
    BOXABLE,
    FORMAT,
    Box,
    Field,
    FieldPolicy,
    FormDefinition,
    FuriganaRule,
    Kind,
    Option,
    PostalAddressRule,
    Rule,
    SumRule,
    Writing,
)
from yakuba.ocr.domain.patterns import unbounded

MOST_FIELDS = 300
MOST_CELLS = 60
LARGEST_MM = 1200.0  # A0 is 841 x 1189 mm
_NAME = re.compile(r"\w[\w.-]{0,59}")
_PLAIN_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_TOP = {"format", "name", "version", "page", "blank", "fields", "rules", "keywords"}
_FIELD = {
    "name",
    "kind",
    "box",
    "writing",
    "label",
    "cells",
    "options",
    "charset",
    "pattern",
    "required",
    "policy",
}
Choice = TypeVar("Choice", bound=StrEnum)


class BadForm(ValueError):
    """A form definition with faults: one message a fault, naming the place, found and expected."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class _Reader:
    """Collects every fault of one definition instead of stopping at the first."""

    def __init__(self, where: str, *, bounded: bool = False) -> None:
        self.where = where
        self.bounded = bounded
        self.problems: list[str] = []

    def fault(self, at: str, found: Any, expected: str) -> None:
        shown = "ありません" if found is None else f"「{str(found)[:60]}」です"
        self.problems.append(f"{self.where} {at}：{shown}。{expected}にしてください。")

    def text(self, at: str, value: Any, *, needed: bool = True) -> str:
        if value is None and not needed:
            return ""
        if isinstance(value, str) and _PLAIN_TEXT.fullmatch(value):
            return value
        self.fault(at, value, "100文字以内の1行の文字列（数字は引用符で囲む）")
        return ""

    def choice(self, at: str, value: Any, kind: type[Choice], default: Choice | None = None) -> Choice:
        if value is None and default is not None:
            return default
        names = [str(one.value) for one in kind]
        if isinstance(value, str) and value in names:
            return kind(value)
        self.fault(at, value, "、".join(names) + " のどれか")
        return default if default is not None else next(iter(kind))

    def number(self, at: str, value: Any, least: float, most: float) -> float:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if is_number and least < value <= most:  # no NaN compares
            return float(value)
        self.fault(at, value, f"{least:g} より大きく {most:g} 以下の数")
        return least + 1.0

    def box(self, at: str, value: Any, page: tuple[float, float]) -> Box:
        numbers = value if isinstance(value, (list, tuple)) else ()
        good = len(numbers) == 4 and all(
            isinstance(one, (int, float)) and not isinstance(one, bool) and abs(one) < 1e9  # nor NaN
            for one in numbers
        )
        if not good:
            self.fault(at, value, "[左, 上, 幅, 高さ]（ミリメートル）")
            return Box(0, 0, 1, 1)
        box = Box(*(float(one) for one in numbers))
        inside = box.x >= 0 and box.y >= 0 and box.right <= page[0] + 0.01 and box.bottom <= page[1] + 0.01
        if box.width <= 0 or box.height <= 0 or not inside:
            self.fault(at, list(numbers), f"{page[0]:g}×{page[1]:g}mm のページに収まる、幅と高さのある枠")
        return box

    def unknown(self, at: str, entry: Mapping[str, Any], known: set[str]) -> None:
        for name in entry:
            if name not in known:
                self.problems.append(
                    f"{self.where} {at}『{name}』：知らない項目です。消すか、綴りを確かめてください。"
                )


def parse_form(data: Any, where: str = "form.yaml", *, bounded: bool = False) -> FormDefinition:
    """The form that ``data`` describes; ``BadForm`` with every fault, each naming ``where`` and the field.

    ``bounded``: patterns that may take for ever are faults as well. Forms that are kept are asked for it;
    those that already read keep reading.
    """
    reader = _Reader(where, bounded=bounded)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else data
        reader.fault("『format』", found, f"「{FORMAT}」")
        raise BadForm(reader.problems)
    reader.unknown("", data, _TOP)
    size: Any = data.get("page")
    size = size if isinstance(size, dict) else {}
    page = (
        reader.number("『page.width_mm』", size.get("width_mm"), 0, LARGEST_MM),
        reader.number("『page.height_mm』", size.get("height_mm"), 0, LARGEST_MM),
    )
    fields = _fields(reader, data.get("fields"), page)
    definition = FormDefinition(
        name=reader.text("『name』", data.get("name")),
        version=reader.text("『version』", _as_text(data.get("version"))),
        width_mm=page[0],
        height_mm=page[1],
        blank=reader.text("『blank』", data.get("blank")),
        fields=fields,
        rules=_rules(reader, data.get("rules"), {one.name: one for one in fields}),
        keywords=_keywords(reader, data.get("keywords")),
    )
    if reader.problems:
        raise BadForm(reader.problems)
    return definition


def _as_text(value: Any) -> Any:
    """An unquoted YAML number as text: «version: 2» means «"2"»."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _keywords(reader: _Reader, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        reader.fault("『keywords』", value, "文字列の並び")
        return ()
    return tuple(reader.text(f"『keywords』{number}番目", one) for number, one in enumerate(value, 1))


def _fields(reader: _Reader, value: Any, page: tuple[float, float]) -> tuple[Field, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_FIELDS:
        reader.fault("『fields』", value if value else None, f"1〜{MOST_FIELDS}個の欄の並び")
        return ()
    fields: list[Field] = []
    for number, entry in enumerate(value, 1):
        if not isinstance(entry, dict):
            reader.fault(f"fields の {number}番目", entry, "name、kind、box の組")
            continue
        one = _field(reader, f"fields の {number}番目", entry, page)
        if any(one.name == other.name for other in fields):
            reader.fault(f"fields の {number}番目『name』", one.name, "ほかの欄と違う名前")
        fields.append(one)
    return tuple(fields)


def _field(reader: _Reader, at: str, entry: Mapping[str, Any], page: tuple[float, float]) -> Field:
    reader.unknown(at, entry, _FIELD)
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        reader.fault(f"{at}『name』", name, "60文字以内の文字・数字・「_」「-」「.」")
        name = f"?{at}"
    at = f"{at}（{name}）"
    kind = reader.choice(f"{at}『kind』", entry.get("kind"), Kind, None)
    needs_box = kind is not Kind.CIRCLE
    box = None
    if entry.get("box") is not None or needs_box:
        box = reader.box(f"{at}『box』", entry.get("box"), page)
    required = entry.get("required", False)
    if not isinstance(required, bool):
        reader.fault(f"{at}『required』", required, "true か false")
    return Field(
        name=name,
        kind=kind,
        box=box,
        writing=reader.choice(f"{at}『writing』", entry.get("writing"), Writing, Writing.PRINT),
        label=reader.text(f"{at}『label』", entry.get("label"), needed=False),
        cells=_cells(reader, at, kind, entry.get("cells")),
        options=_options(reader, at, kind, entry.get("options"), page),
        charset=reader.text(f"{at}『charset』", entry.get("charset"), needed=False),
        pattern=_pattern(reader, at, entry.get("pattern")),
        required=required is True,
        policy=reader.choice(
            f"{at}『policy』", entry.get("policy"), FieldPolicy, FieldPolicy.AUTO_IF_CERTIFIED
        ),
    )


def _cells(reader: _Reader, at: str, kind: Kind, value: Any) -> int | None:
    if value is None:
        return None
    if kind not in BOXABLE:
        reader.fault(f"{at}『cells』", value, f"{kind} の欄では書かないこと")
    elif not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MOST_CELLS:
        reader.fault(f"{at}『cells』", value, f"1〜{MOST_CELLS}の整数")
    else:
        return value
    return None


def _pattern(reader: _Reader, at: str, value: Any) -> str:
    text = reader.text(f"{at}『pattern』", value, needed=False)
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):  # repeated too often, nested too deep
        reader.fault(f"{at}『pattern』", text, "正しい正規表現")
        return ""
    why = unbounded(text) if reader.bounded else ""
    if why:
        reader.problems.append(
            f"{reader.where} {at}『pattern』：「{text}」は、長い文字列では確かめが終わらないおそれがあります"
            f"（{why}）。別の文字で区切る（例：[0-9]+-[0-9]+）か、回数を決めて（例：[0-9]{{1,4}}）ください。"
        )
    return text


def _options(
    reader: _Reader, at: str, kind: Kind, value: Any, page: tuple[float, float]
) -> tuple[Option, ...]:
    if kind is not Kind.CIRCLE:
        if value is not None:
            reader.fault(f"{at}『options』", "options", "circle の欄だけに書くこと")
        return ()
    if not isinstance(value, list) or not 1 < len(value) <= 50:
        reader.fault(f"{at}『options』", value, "2〜50個の選択肢（value と box）")
        return ()
    options = []
    for number, entry in enumerate(value, 1):
        here = f"{at}『options』{number}番目"
        if not isinstance(entry, dict):
            reader.fault(here, entry, "value と box の組")
            continue
        reader.unknown(here, entry, {"value", "box"})
        options.append(
            Option(
                reader.text(f"{here}『value』", entry.get("value")),
                reader.box(f"{here}『box』", entry.get("box"), page),
            )
        )
    values = [option.value for option in options]
    if len(set(values)) < len(values):
        reader.fault(f"{at}『options』", "、".join(values), "互いに違う value")
    return tuple(options)


def _rules(reader: _Reader, value: Any, fields: Mapping[str, Field]) -> tuple[Rule, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        reader.fault("『rules』", value, "規則の並び")
        return ()
    rules = (_rule(reader, f"rules の {number}番目", one, fields) for number, one in enumerate(value, 1))
    return tuple(rule for rule in rules if rule is not None)


def _rule(reader: _Reader, at: str, entry: Any, fields: Mapping[str, Field]) -> Rule | None:
    def of(name: Any, *kinds: Kind) -> str:
        if not isinstance(name, str) or name not in fields or fields[name].kind not in kinds:
            reader.fault(at, name, f"{'・'.join(kinds)} の欄の名前")
            return ""
        return name

    keys = set(entry) if isinstance(entry, dict) else set()
    if keys == {"sum", "equals"} and isinstance(entry["sum"], list) and len(entry["sum"]) > 1:
        amounts = (Kind.AMOUNT, Kind.BOXED_DIGITS)
        return SumRule(tuple(of(one, *amounts) for one in entry["sum"]), of(entry["equals"], *amounts))
    if keys == {"furigana", "of"}:
        kana = (Kind.FURIGANA, Kind.BOXED_HIRAGANA, Kind.BOXED_KATAKANA)
        return FuriganaRule(of(entry["furigana"], *kana), of(entry["of"], Kind.PERSON_NAME))
    if keys == {"postal_code", "address"}:
        return PostalAddressRule(
            of(entry["postal_code"], Kind.POSTAL_CODE), of(entry["address"], Kind.ADDRESS)
        )
    reader.fault(at, entry, "sum と equals、furigana と of、postal_code と address のどれかの組")
    return None


def _box_data(box: Box) -> list[float]:
    return [_short(one) for one in (box.x, box.y, box.width, box.height)]


def _short(value: float) -> float:
    return int(value) if value == int(value) else round(value, 2)


def _field_data(one: Field) -> dict[str, Any]:
    data: dict[str, Any] = {"name": one.name, "kind": one.kind.value}
    if one.box is not None:
        data["box"] = _box_data(one.box)
    if one.writing is not Writing.PRINT:
        data["writing"] = one.writing.value
    optional: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("label", lambda: one.label),
        ("cells", lambda: one.cells),
        ("options", lambda: [{"value": o.value, "box": _box_data(o.box)} for o in one.options]),
        ("charset", lambda: one.charset),
        ("pattern", lambda: one.pattern),
        ("required", lambda: one.required),
    )
    data.update({name: value() for name, value in optional if value()})
    if one.policy is not FieldPolicy.AUTO_IF_CERTIFIED:
        data["policy"] = one.policy.value
    return data


def _rule_data(rule: Rule) -> dict[str, Any]:
    if isinstance(rule, SumRule):
        return {"sum": list(rule.parts), "equals": rule.total}
    if isinstance(rule, FuriganaRule):
        return {"furigana": rule.furigana, "of": rule.name}
    return {"postal_code": rule.postal_code, "address": rule.address}


def render_form(form: FormDefinition) -> dict[str, Any]:
    """Plain data that ``parse_form`` reads back to an equal form (boxes to 0.01 mm)."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "name": form.name,
        "version": form.version,
        "page": {"width_mm": _short(form.width_mm), "height_mm": _short(form.height_mm)},
        "blank": form.blank,
        "fields": [_field_data(one) for one in form.fields],
    }
    if form.rules:
        data["rules"] = [_rule_data(rule) for rule in form.rules]
    if form.keywords:
        data["keywords"] = list(form.keywords)
    return data
