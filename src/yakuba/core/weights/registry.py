"""Read and write ``models.toml`` (pure: text in, text out)."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

FORMAT = "yakuba.models/1"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model was measured to do; the figure is written as it is shown."""

    tier: str
    figure: str
    date: date


@dataclass(frozen=True, slots=True)
class Model:
    """One model file: its name, bytes, rights and origin."""

    name: str
    file: str
    sha256: str
    size: int
    licence: str
    source: str
    trained_on: str
    measured: Measured | None = None


class BadRegistry(Exception):
    """A registry with faults: one message a fault, each naming file, entry, field, found and expected."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def _plain(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not _CONTROL.search(value)


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_file(value: Any) -> bool:
    return _matches(_FILE)(value) and value != "models.toml"


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


Rules = dict[str, tuple[Callable[[Any], bool], str]]  # field -> (is it good, what is expected)
_TEXT = "1文字以上の1行の文字列"
_FIELDS: Rules = {
    "name": (_matches(_NAME), "英小文字・数字・「-」「_」「.」の100文字以内"),
    "file": (_is_file, "フォルダーを含まない英数字のファイル名（models.toml 以外）"),
    "sha256": (_matches(_HASH), "16進の小文字64桁"),
    "size": (_is_size, "1以上の整数（バイト）"),
    "licence": (_plain, _TEXT),
    "source": (_plain, _TEXT),
    "trained_on": (_plain, _TEXT),
}
_MEASURED: Rules = {
    "tier": (_plain, _TEXT),
    "figure": (_plain, _TEXT),
    "date": (_is_day, "日付（例 2026-11-22）"),
}


def _faults(entry: dict[str, Any], rules: Rules, at: str) -> list[str]:
    found = []
    for name, (good, expected) in rules.items():
        if name not in entry:
            found.append(f"{at}『{name}』：ありません。{expected}を書いてください。")
        elif not good(entry[name]):
            found.append(f"{at}『{name}』：「{entry[name]}」です。{expected}にしてください。")
    unknown = sorted(set(entry) - set(rules) - {"measured"})
    return found + [f"{at}『{name}』：知らない項目です。消すか、綴りを確かめてください。" for name in unknown]


def _entry(entry: Any, at: str) -> tuple[Model | None, list[str]]:
    if not isinstance(entry, dict):
        return None, [f"{at}：「{entry}」です。[[model]] の表にしてください。"]
    faults = _faults(entry, _FIELDS, at)
    measured = entry.get("measured")
    if measured is not None:
        if isinstance(measured, dict):
            faults += _faults(measured, _MEASURED, f"{at} measured ")
        else:
            faults.append(f"{at}『measured』：「{measured}」です。tier、figure、date の表にしてください。")
    if faults:
        return None, faults
    result = Measured(**measured) if measured is not None else None
    return Model(**{name: entry[name] for name in _FIELDS}, measured=result), []


def parse_registry(text: str, where: str = "models.toml") -> tuple[Model, ...]:
    """The models of a registry, in its order; ``BadRegistry`` with every fault, naming ``where``."""
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRegistry([f"{where}：TOML として読めません（{error}）。書き方を直してください。"]) from None
    entries = body.get("model", [])
    if body.get("format") != FORMAT or not isinstance(entries, list):
        raise BadRegistry([f"{where}『format』：「{body.get('format')}」です。「{FORMAT}」にしてください。"])
    models: list[Model] = []
    problems: list[str] = []
    for number, entry in enumerate(entries, 1):
        model, faults = _entry(entry, f"{where} {number}番目の model ")
        problems += faults
        if model is not None:
            problems += _repeats(model, models, f"{where} {number}番目の model ")
            models.append(model)
    if problems:
        raise BadRegistry(problems)
    return tuple(models)


def _repeats(model: Model, before: list[Model], at: str) -> list[str]:
    found = []
    if any(model.name == other.name for other in before):
        found.append(f"{at}『name』：「{model.name}」は2つ目です。名前は1つずつにしてください。")
    if any(model.file == other.file and model.sha256 != other.sha256 for other in before):
        found.append(f"{at}『file』：「{model.file}」に2つの sha256 があります。別の名前にしてください。")
    return found


def _string(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # every JSON string of printable text is a TOML string


def render_registry(models: Iterable[Model]) -> str:
    """The text of a registry that ``parse_registry`` reads back to the same models."""
    parts = [f'format = "{FORMAT}"\n']
    for model in models:
        lines = [
            "[[model]]",
            *(f"{name} = {_string(getattr(model, name))}" for name in ("name", "file", "sha256")),
        ]
        lines.append(f"size = {model.size}")
        lines += [f"{name} = {_string(getattr(model, name))}" for name in ("licence", "source", "trained_on")]
        if model.measured is not None:
            tier, figure = _string(model.measured.tier), _string(model.measured.figure)
            lines.append(
                f"measured = {{ tier = {tier}, figure = {figure}, date = {model.measured.date.isoformat()} }}"
            )
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
