"""``yakuba handbook calendar FUNCTION key=value …``: one Japanese legal date on standard output."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from typing import Any

from yakuba.handbook.domain import japan

_FUNCTIONS: dict[str, tuple[Callable[..., Any], dict[str, str]]] = {
    # name: (function, key of the command line -> its argument)
    "age_reached": (japan.age_reached, {"birth": "birth", "years": "years"}),
    "month_age_reached": (japan.month_age_reached, {"birth": "birth", "months": "months"}),
    "days_after_birth": (japan.days_after_birth, {"birth": "birth", "weeks": "weeks", "days": "days"}),
    "interval_days": (japan.interval_days, {"prev": "previous", "days": "days"}),
    "interval_months": (japan.interval_months, {"prev": "previous", "months": "months"}),
    "gestation": (japan.gestation, {"due": "due", "weeks": "weeks", "days": "days"}),
    "school_year_cohort": (
        japan.school_year_cohort,
        {"fiscal_year": "fiscal_year", "turning": "turning"},
    ),
}
FUNCTIONS = tuple(_FUNCTIONS)
_DATES = ("birth", "prev", "due")
MOST = 9999


def answer(function: str, pairs: tuple[str, ...]) -> str:
    """The date, or two dates separated by a space. Raises ``ValueError`` whose text says what is wrong."""
    if function not in _FUNCTIONS:
        raise ValueError(f"{function}：使える計算は {'、'.join(FUNCTIONS)} です。")
    call, keys = _FUNCTIONS[function]
    values: dict[str, Any] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign or key not in keys or keys[key] in values:
            raise ValueError(
                f"{pair}：{function} には {' '.join(f'{k}=' for k in keys)} を1つずつ指定します。"
            )
        values[keys[key]] = _value(key, text)
    needed = [
        key
        for key, name in keys.items()
        if name not in values and inspect.signature(call).parameters[name].default is inspect.Parameter.empty
    ]
    if needed:
        raise ValueError(f"{function}：{' '.join(f'{key}=' for key in needed)} がありません。")
    try:
        found = call(**values)
    except (ValueError, OverflowError):
        raise ValueError(f"{function}：答えが西暦1年から9999年に収まりません。") from None
    return " ".join(day.isoformat() for day in (found if isinstance(found, tuple) else (found,)))


def _value(key: str, text: str) -> date | int:
    if key in _DATES:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{key}={text}：日付（YYYY-MM-DD）が必要です。") from None
    if not text.isascii() or not text.isdigit() or int(text) > MOST:
        raise ValueError(f"{key}={text}：0から{MOST}までの整数が必要です。")
    return int(text)
