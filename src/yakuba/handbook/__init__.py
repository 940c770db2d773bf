"""母子手帳・予防接種: judge given doses, forecast and plan the next ones, as a Python library.

``evaluate(rulebook, person, history, observations, on_date, calendar)`` → verdicts and forecasts under any
rule book; ``outlook(…)`` → the same with the two windows of Japanese law; ``plan(…)`` and ``replan(…)`` →
visits for what is left; ``builtin("jp")`` → the shipped rule book. Each is loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "CdsiCalendar": ("yakuba.handbook.domain.calendars", "CdsiCalendar"),
    "Booked": ("yakuba.handbook.domain.planner.wishes", "Booked"),
    "Given": ("yakuba.handbook.domain.person", "Given"),
    "JapaneseCalendar": ("yakuba.handbook.domain.japan", "JapaneseCalendar"),
    "Observation": ("yakuba.handbook.domain.person", "Observation"),
    "Person": ("yakuba.handbook.domain.person", "Person"),
    "Wishes": ("yakuba.handbook.domain.planner.wishes", "Wishes"),
    "builtin": ("yakuba.handbook.rulebooks.load", "builtin"),
    "evaluate": ("yakuba.handbook.domain.evaluate", "evaluate"),
    "outlook": ("yakuba.handbook.domain.outlook", "outlook"),
    "plan": ("yakuba.handbook.domain.planner.plan", "plan"),
    "replan": ("yakuba.handbook.domain.planner.plan", "replan"),
}

__all__ = [
    "Booked",
    "CdsiCalendar",
    "Given",
    "JapaneseCalendar",
    "Observation",
    "Person",
    "Wishes",
    "builtin",
    "evaluate",
    "outlook",
    "plan",
    "replan",
]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module_name, attribute = _PUBLIC[name]
    return getattr(importlib.import_module(module_name), attribute)
