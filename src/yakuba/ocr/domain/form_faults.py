"""Where in the designer a fault of a definition belongs (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yakuba.ocr.domain.form import FORMAT
from yakuba.ocr.domain.form_reading import BadForm, parse_form

_PLACE = re.compile(r"^(?:(?P<part>fields|rules) の (?P<number>\d+)番目(?:（[^）]*）)?)?(?P<rest>.*)$", re.S)
_KEY = re.compile(r"^『(?P<key>[\w.]+)』(?P<option>\d+番目(?:『\w+』)?)?")


@dataclass(frozen=True, slots=True)
class FaultAt:
    """One fault: ``part`` is ``fields``, ``rules`` or empty (the form itself), ``index`` counts from 0."""

    part: str
    index: int | None
    key: str
    text: str


def faults_of(data: Any) -> tuple[FaultAt, ...]:
    """Every fault of a definition, each with its place; empty when ``parse_form`` takes it (``bounded``)."""
    if not isinstance(data, dict):
        return (FaultAt("", None, "", "定義がありません。画面を開き直してください。"),)
    try:
        parse_form({**data, "format": FORMAT}, "", bounded=True)
    except BadForm as bad:
        return tuple(_placed(problem.strip()) for problem in bad.problems)
    return ()


def _placed(problem: str) -> FaultAt:
    found = _PLACE.match(problem)
    if found is None:
        return FaultAt("", None, "", problem)
    rest = found["rest"]
    key = _KEY.match(rest)
    name = "" if key is None else key["key"]
    said = rest if key is None else (key["option"] or "") + rest[key.end() :]
    number = found["number"]
    return FaultAt(found["part"] or "", None if number is None else int(number) - 1, name, said.lstrip("："))


def usable_draft(data: Any) -> bool:
    """Whether ``data`` has the shape that the designer can show, faults in its values aside."""
    if not isinstance(data, Mapping):
        return False
    fields, rules, page = data.get("fields"), data.get("rules", []), data.get("page")
    return (
        _dicts(fields)
        and _dicts(rules)
        and isinstance(page, dict)
        and all(_dicts(one.get("options", [])) for one in fields or ())
    )


def _dicts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)
