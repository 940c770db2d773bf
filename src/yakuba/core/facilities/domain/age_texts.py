"""«0歳～就学前», «生後6か月から», «1歳児・2歳児» → ``Ages``.

A text with a condition that is not understood stays unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from yakuba.core.facilities.domain.ages import ENTRY_AGE, Ages, End
from yakuba.core.facilities.domain.texts import plain

_UNIT = re.compile(
    r"(?P<turning>\d{1,2})歳(?:に(?:達する|達した|なる|なった)日|の誕生日)?(?:の?(?:以後|以降|後))?の?"
    r"(?:最初の3月(?:31日|末)|(?:になる)?年度末)"
    r"|(?:生後)?(?P<years>\d{1,2})歳(?:(?P<more>\d{1,2})か月)?(?P<klass>児)?"
    r"|(?:生後)?(?P<months>\d{1,3})か月児?"
    r"|生後(?P<days>\d{1,3})日|生後(?P<weeks>\d{1,2})週間?"
    r"|(?P<leave>産休明け)"
    r"|(?P<preschool>(?:小学校)?就学前|未就学|小学校入学前)児?"
    r"|小学(?:校)?(?P<primary>[1-6])年生?|中学(?:校)?(?P<lower>[1-3])年生?|高校(?P<upper>[1-3])年生?"
    r"|(?P<pupil>小学生|中学生|高校生)(?:世代|年代|相当)?"
    r"|(?P<infant>乳幼児|乳児|幼児|新生児)",
    re.ASCII,
)
_FROM = re.compile(r"(以上|から|以降|以後|より|頃から)?\s*(~)?")
_UNTIL = re.compile(r"(の|児)?(終わり|末|卒業)?(未満|まで|以下|以内)")
_BEFORE = re.compile(r"~\s*$")
_JOIN = re.compile(r"[・、,/とや及び\s]+")
_ELIDED = re.compile(r"(?<!\d)(\d{1,2})(\s*[~・、,]\s*\d{1,2}(歳児?|か月))", re.ASCII)
_ELIDED_GRADE = re.compile(r"((小学|中学|高校)校?[1-6]年生?\s*(?:[~・、,]|から)\s*)(?=[1-6]年)", re.ASCII)
_LEFT = re.compile(r"\d|年度|学年|学期", re.ASCII)  # more was said than the expressions hold
_ALL = re.compile(
    r"どなたでも|誰でも|だれでも|年齢制限(?:は)?(?:なし|無し|ありません)|全年齢|年齢不問|制限なし"
)
_CAREFUL = (
    "除",
    "以外",
    "ただし",
    "おおむね",
    "概ね",
    "程度",
    "ごろ",
    "妊産婦",
    "場合",
    "によ",
    "要相談",
    "※",
)
_TAIL = re.compile(r"(?:クラス|の?(?:児|お子さん|お子さま|お子様|子ども|子|方))?(?:が対象)?[)。 ]*")
_SCHOOLS = {"小学生": (0, 6), "中学生": (6, 9), "高校生": (9, 12)}
_OFFSETS = {"primary": -1, "lower": 5, "upper": 8}
# 乳児 and 幼児 as 児童福祉法4条 has them; 新生児 as 母子保健法6条 (under 28 days).
_INFANTS = {
    "乳幼児": (End("months", 0), End("school", 0)),
    "乳児": (End("months", 0), End("months", 12)),
    "幼児": (End("months", 12), End("school", 0)),
    "新生児": (End("days", 0), End("days", 28)),
}
AFTER_LEAVE_DAYS = 57  # 産休明け: eight weeks after birth (労働基準法65条2項) and one day


@dataclass(frozen=True, slots=True)
class _Unit:
    """The span that one expression stands for by itself, and where it stands."""

    low: End
    high: End
    begin: int
    end: int
    open_low: bool = False  # 就学前: everything until then


@lru_cache(maxsize=4096)
def ages(text: str) -> Ages:
    """What a text says about ages; ``known`` is false when it says nothing, or more than can be told.

    >>> found = ages("生後６か月～２歳未満")
    >>> found.known, found.low, found.high
    (True, End(kind='months', count=6), End(kind='months', count=24))
    >>> ages("おおむね3歳まで").known
    False
    """
    given = _unified(text)
    if any(word in given for word in _CAREFUL):
        return Ages(text)
    pregnant = "妊婦" in given or "妊娠" in given
    units = [_unit(found) for found in _UNIT.finditer(given)]
    if _LEFT.search(_UNIT.sub("", given)):
        return Ages(text)
    if not units:
        if _ALL.search(given):
            return Ages(text, True, pregnant=True)
        return Ages(text, pregnant, born=not pregnant, pregnant=pregnant)
    span = _single(given, units[0]) if len(units) == 1 else _joined(given, units)
    if span is None or _upside_down(*span):
        return Ages(text)
    return Ages(text, True, *span, pregnant=pregnant)


def _unified(text: str) -> str:
    given = re.sub(r"[ヶケカヵ箇]月", "か月", plain(text)).replace("才", "歳").replace("満", "\0")
    given = given.replace("未\0", "未満").replace("\0", "")
    given = given.replace("小学校就学前", "就学前").replace("小学校に就学する前", "就学前")
    while (fuller := _ELIDED.sub(r"\1\3\2", given)) != given:  # 0・1・2歳児: the unit stands once
        given = fuller
    return _ELIDED_GRADE.sub(r"\1\2", given)


def _unit(found: re.Match[str]) -> _Unit:
    low, high = _ends(found)
    return _Unit(
        low, high, found.start(), found.end(), found["preschool"] is not None or found["turning"] is not None
    )


def _ends(found: re.Match[str]) -> tuple[End, End]:
    if found["years"]:
        return _years(int(found["years"]), found["more"], found["klass"] is not None)
    for name, days in (("days", 1), ("weeks", 7)):
        if found[name]:
            count = int(found[name]) * days
            return End("days", count), End("days", count + days)
    if found["months"]:
        return End("months", int(found["months"])), End("months", int(found["months"]) + 1)
    if found["leave"]:
        return End("days", AFTER_LEAVE_DAYS), End("days", AFTER_LEAVE_DAYS + 1)
    return _school(found)


def _years(years: int, more: str | None, klass: bool) -> tuple[End, End]:
    if more is not None:
        months = 12 * years + int(more)
        return End("months", months), End("months", months + 1)
    if klass and years < ENTRY_AGE:  # the class of a nursery: the age on April 1
        low = End("months", 0) if years == 0 else End("school", years - ENTRY_AGE)
        return low, End("school", years + 1 - ENTRY_AGE)
    return End("months", 12 * years), End("months", 12 * (years + 1))


def _school(found: re.Match[str]) -> tuple[End, End]:
    if found["turning"]:
        return End("months", 0), End("school", int(found["turning"]) - ENTRY_AGE)
    if found["preschool"]:
        return End("months", 0), End("school", 0)
    if found["infant"]:
        return _INFANTS[found["infant"]]
    if found["pupil"]:
        first, last = _SCHOOLS[found["pupil"]]
        return End("school", first), End("school", last)
    name = next(name for name in _OFFSETS if found[name])
    year = _OFFSETS[name] + int(found[name])
    return End("school", year), End("school", year + 1)


Span = tuple[End | None, End | None]


def _single(text: str, unit: _Unit) -> Span:
    after = text[unit.end :]
    until = _UNTIL.match(after)
    if until is not None:
        return None, unit.low if until[3] == "未満" else unit.high
    if _BEFORE.search(text[: unit.begin]):
        return None, unit.high
    begins = _FROM.match(after)
    if begins is not None and begins.group(0).strip() and not unit.open_low:
        return unit.low, None
    return unit.low, unit.high


def _joined(text: str, units: list[_Unit]) -> Span | None:
    """Two ends of a range, or a list without a gap; anything else is not understood."""
    if len(units) == 2:
        between = text[units[0].end : units[1].begin]
        begins = _FROM.match(between)
        rest = between[begins.end() :] if begins is not None and begins.group(0).strip() else between
        if begins is not None and begins.group(0).strip() and not rest.strip("の、,児 "):
            until = _UNTIL.match(text[units[1].end :])
            return units[0].low, units[1].low if until is not None and until[3] == "未満" else units[1].high
    for before, after in pairwise(units):
        between = text[before.end : after.begin]
        if before.high != after.low or not _JOIN.fullmatch(between):
            return None
    return (units[0].low, units[-1].high) if _TAIL.fullmatch(text[units[-1].end :]) else None


_ORDER = {"days": 1 / 365.25, "months": 1 / 12, "school": 1.0}


def _upside_down(low: End | None, high: End | None) -> bool:
    """A range that ends before it begins: a slip, or two texts in one cell."""
    if low is None or high is None:
        return False
    places = [
        one.count * _ORDER[one.kind] + (ENTRY_AGE if one.kind == "school" else 0) for one in (low, high)
    ]
    return places[0] >= places[1] + (1 if low.kind != high.kind else 0)
