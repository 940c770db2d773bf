"""Read the words of letters (``*.yaml``): shipped ones, and a town's own in ``YAKUBA_HOME/letters``."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import date
from importlib.resources import files
from typing import Any, TypeVar

import yaml

from yakuba.core.home import yakuba_home
from yakuba.nursery.domain.letter_words import (
    AppealWords,
    PlacedWords,
    Step,
    WaitingWords,
    Window,
    Wording,
    check,
)
from yakuba.nursery.domain.market import BadInput, Fault

FORMAT = "yakuba.nursery.letters/1"
LARGEST = 200_000  # bytes of a file
_T = TypeVar("_T")
_PARTS: Mapping[str, type[Any]] = {
    "window": Window,
    "placed": PlacedWords,
    "waiting": WaitingWords,
    "appeal": AppealWords,
}
_OPTIONAL = frozenset({"notes"})


def available() -> dict[str, Wording]:
    """Every wording by its id; one of the town's own replaces a shipped one of the same id.

    Raises ``BadInput`` with every fault of a file.
    """
    found = {}
    for entry in sorted(files(__package__).joinpath("templates").iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".yaml"):
            wording = parse(entry.read_bytes(), entry.name)
            found[wording.id] = wording
    own = yakuba_home() / "letters"
    for path in sorted(own.glob("*.yaml")) if own.is_dir() else []:
        wording = parse(path.read_bytes(), path.name)
        found[wording.id] = wording
    return found


def parse(raw: bytes, name: str) -> Wording:
    """A wording from YAML. Raises ``BadInput`` with every fault: place, found, expected, advice."""
    if len(raw) > LARGEST:
        raise BadInput([Fault(name, f"{len(raw):,}バイト", f"{LARGEST:,}バイトまでです")])
    try:
        data = yaml.safe_load(raw.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error).split("\n")[0][:100]
        raise BadInput([Fault(name, reason, "UTF-8のYAMLとして読めません")]) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else data
        raise BadInput([Fault(name, str(found)[:40], f"文面の形式は {FORMAT} です", column="format")])
    return from_json({key: value for key, value in data.items() if key != "format"}, name)


def from_json(data: Mapping[str, Any], name: str) -> Wording:
    """A wording from parsed YAML, or from what ``dataclasses.asdict`` made of one. Raises ``BadInput``."""
    faults: list[Fault] = []
    shaped = dict(data)
    for part, kind in _PARTS.items():
        value = shaped.get(part)
        if isinstance(value, dict):
            shaped[part] = _made(kind, value, f"{part}.", name, faults)
        elif part in shaped:
            faults.append(Fault(name, str(value)[:40], "項目のまとまりが要ります", column=part))
    if isinstance(shaped.get("checked_on"), str):
        with suppress(ValueError):  # reported as a wrong type below
            shaped["checked_on"] = date.fromisoformat(shaped["checked_on"])
    wording = _made(Wording, shaped, "", name, faults)
    if wording is None or faults:
        raise BadInput(faults)
    faults = check(wording, file=name)
    if faults:
        raise BadInput(faults)
    return wording


def _made(kind: type[_T], data: Mapping[str, Any], path: str, name: str, faults: list[Fault]) -> _T | None:
    known = {field.name: str(field.type) for field in fields(kind)}  # type: ignore[arg-type]  # dataclasses
    before = len(faults)
    values = {}
    for key in data:
        if key not in known:
            advice = f"次のどれかにしてください：{'、'.join(known)}"
            faults.append(Fault(name, str(key), "知らない欄です", column=f"{path}{key}", advice=advice))
    for key, wanted in known.items():
        if key not in data:
            if key not in _OPTIONAL:
                faults.append(Fault(name, "欄なし", "必要な欄です", column=f"{path}{key}"))
            continue
        value, expected = _value(data[key], wanted, f"{path}{key}", name, faults)
        if expected:
            found = str(data[key])[:40]
            faults.append(Fault(name, found, expected, column=f"{path}{key}"))
        values[key] = value
    return None if len(faults) > before else kind(**values)


def _value(value: Any, wanted: str, path: str, name: str, faults: list[Fault]) -> tuple[Any, str]:
    """The value in its type, and what was expected when it is not of it."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if wanted == "str":
        return value, "" if isinstance(value, str) else "文字が要ります"
    if wanted == "int":
        return value, "" if number and isinstance(value, int) else "整数が要ります"
    if wanted == "float":
        return value, "" if number else "数が要ります"
    if wanted == "date":
        return value, "" if type(value) is date else "日付が要ります（例：2026-11-22）"
    if wanted.startswith("tuple[str"):
        good = isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value) and value != []
        return (tuple(value), "") if good else (value, "文の並び（- で始まる行）が要ります")
    if wanted.startswith("tuple[Step"):
        return _steps(value, path, name, faults)
    return value, ""


def _steps(value: Any, path: str, name: str, faults: list[Fault]) -> tuple[Any, str]:
    if not isinstance(value, (list, tuple)) or not value or not all(isinstance(one, dict) for one in value):
        return value, "title と text の組の並びが要ります"
    return tuple(_made(Step, one, f"{path}[{at}].", name, faults) for at, one in enumerate(value)), ""
