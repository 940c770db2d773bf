"""母子手帳・予防接種: judge given doses and forecast the next ones, as a Python library.

``evaluate(rulebook, person, history, observations, on_date, calendar)`` → verdicts and forecasts under any
rule book; ``outlook(…)`` → the same with the two windows of Japanese law; ``builtin("jp")`` → the shipped
rule book. Each is loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "CdsiCalendar": ("yakuba.handbook.domain.calendars", "CdsiCalendar"),
    "Given": ("yakuba.handbook.domain.person", "Given"),
    "JapaneseCalendar": ("yakuba.handbook.domain.japan", "JapaneseCalendar"),
    "Observation": ("yakuba.handbook.domain.person", "Observation"),
    "Person": ("yakuba.handbook.domain.person", "Person"),
    "builtin": ("yakuba.handbook.rulebooks.load", "builtin"),
    "evaluate": ("yakuba.handbook.domain.evaluate", "evaluate"),
    "outlook": ("yakuba.handbook.domain.outlook", "outlook"),
}

__all__ = [
    "CdsiCalendar",
    "Given",
    "JapaneseCalendar",
    "Observation",
    "Person",
    "builtin",
    "evaluate",
    "outlook",
]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module_name, attribute = _PUBLIC[name]
    return getattr(importlib.import_module(module_name), attribute)
