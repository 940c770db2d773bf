"""How many a place takes (定員), out of a cell that mixes figures and words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yakuba.core.facilities.domain.texts import plain

_TOTAL = re.compile(
    r"(?:定員|合計|計|約|各回?|1回)*[:]?\s*(\d[\d,]*)\s*(?:名|人|組|床|席)?(?:程度|まで)?", re.ASCII
)
_PART = re.compile(
    r"(?:うち)?\s*([^\d\s()、,]{0,6}?(?:\d歳児?(?:クラス)?|[^\d\s()、,:]{1,8}))[:\s]*(\d[\d,]*)\s*(?:名|人)"
)
_FREE = re.compile(r"(?:定員|制限)(?:は|の定め)?(?:なし|無し|無|ありません|設けない)|定めなし|制限なし")
_EMPTY = frozenset(("", "-", "ー", "不明", "未定", "なし", "無し", "無", "*", "—"))
_VAGUE = ("約", "程度", "各")


@dataclass(frozen=True, slots=True)
class Capacity:
    """``total`` is ``None`` when no figure is known; ``unlimited``: the cell says that there is no limit."""

    text: str
    total: int | None = None
    unlimited: bool = False
    parts: tuple[tuple[str, int], ...] = ()  # (名, 人数) as written in brackets
    rough: bool = False  # 約, 程度


def capacity(text: str) -> Capacity:
    """What a capacity cell says. Never fails: a text that holds no plain figure stays unknown.

    >>> capacity("２０名（うち0歳児3名）")
    Capacity(text='20名(うち0歳児3名)', total=20, unlimited=False, parts=(('0歳児', 3),), rough=False)
    >>> capacity("定員なし").unlimited
    True
    """
    given = plain(text)
    if _FREE.search(given):
        return Capacity(given, unlimited=True)
    if given in _EMPTY:
        return Capacity(given)
    head, _, rest = given.partition("(")
    found = _TOTAL.fullmatch(head.strip())
    parts = tuple((name, _number(count)) for name, count in _PART.findall(rest))
    if found is not None:
        rough = any(word in head for word in _VAGUE)
        return Capacity(given, _number(found[1]), parts=parts, rough=rough)
    listed = tuple((name, _number(count)) for name, count in _PART.findall(given))
    if listed and not _leftover(given) and all("歳" in name for name, _ in listed):
        return Capacity(given, sum(count for _, count in listed), parts=listed)  # 0歳3名、1歳6名 …
    return Capacity(given, parts=parts)


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _leftover(text: str) -> str:
    """What is left when the parts and what joins them are taken away."""
    return re.sub(r"[、,・/\s]+", "", _PART.sub("", text))
