"""«月火水木金», «第2・第4土曜», «祝日・年末年始は休み» → ``Hours``.

A remark that is not understood makes the whole unclear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from yakuba.core.facilities.domain import dates
from yakuba.core.facilities.domain.hours import DAY, EVERY, WEEKDAYS, Days, Hours, Span
from yakuba.core.facilities.domain.texts import plain

_TIMES = rf"{dates.TIME}\s*(?:~|-|から)\s*{dates.TIME}(?:まで)?"
_RANGE = re.compile(r"([月火水木金土日])(?:曜日?)?\s*(?:~|-|から)\s*([月火水木金土日])(?:曜日?)?(?:まで)?")
_NTHS = re.compile(r"第\s*([1-5](?:[・、,.\s]*第?\s*[1-5])*)\s*([月火水木金土日])(?:曜日?)?")
_SINGLE = re.compile(r"([月火水木金土日])(?:曜日?)?")
_HOLIDAYS = re.compile(r"国民の祝日|祝休日|祝祭日|祝日|休日|祝")
_WORDS = {
    "毎日": "月火水木金土日",
    "年中無休": "月火水木金土日",
    "無休": "月火水木金土日",
    "全日": "月火水木金土日",
    "平日": "月火水木金",
    "土日": "土日",
}
_JOINS = re.compile(r"[\s・、,/と及び並びにや;曜日()]+")
_CLOSED = (
    r"(?:は|を)?\s*(?:休み|お休み|休館日?|休園日?|休業日?|休診日?|休所日?|閉館|閉所|閉園|定休日?|除く|除きます|"
    r"利用不可|閉庁日?)(?:です|とします)?"
)
_OPEN = r"(?:は|も)\s*(?:開館|開園|開所|診療|営業|利用可|利用できます|開いています|あり)(?:します)?"
_YEAR_END = re.compile(r"年末年始")
_DATES = re.compile(
    r"(\d{1,2})(?:月|/)(\d{1,2})日?\s*(?:~|-|から)\s*(?:翌年?の?)?(\d{1,2})(?:月|/)(\d{1,2})日?(?:まで)?",
    re.ASCII,
)
_HARMLESS = re.compile(
    r"(?:要|事前)?予約(?:制|が必要|必要|不要|優先)?(?:です)?|事前申込み?(?:制|が必要)?|登録制|無料|有料|"
    r"詳しくは(?:お問い?合わせください|ホームページ)?.*|(?:詳細は)?お?問い?合わせ(?:ください|下さい)?"
)


class NotUnderstood(ValueError):
    """A text about days or times that means more than can be told."""


def days(text: str) -> Days:
    """The days that a cell names. ``NotUnderstood`` when anything is left over, or nothing is named.

    >>> sorted(days("月～金、第2・第4土曜").weekly)[-2:]
    [(5, 2), (5, 4)]
    """
    given = plain(text)
    found: set[tuple[int, int]] = set()

    def take_nth(match: re.Match[str]) -> str:
        found.update((WEEKDAYS.index(match[2]), int(n)) for n in re.findall(r"[1-5]", match[1]))
        return " "

    def take_range(match: re.Match[str]) -> str:
        first, last = WEEKDAYS.index(match[1]), WEEKDAYS.index(match[2])
        found.update((n % 7, EVERY) for n in range(first, last + 1 + (7 if last < first else 0)))
        return " "

    def take_one(match: re.Match[str]) -> str:
        found.add((WEEKDAYS.index(match[1]), EVERY))
        return " "

    left = _NTHS.sub(take_nth, given)
    holidays = bool(_HOLIDAYS.search(left)) or "年中無休" in left or "無休" in left or "毎日" in left
    left = _HOLIDAYS.sub(" ", left)
    for word, named in _WORDS.items():
        if word in left:
            found.update((WEEKDAYS.index(one), EVERY) for one in named)
            left = left.replace(word, " ")
    left = _SINGLE.sub(take_one, _RANGE.sub(take_range, left))
    if _JOINS.sub("", left) or not (found or holidays):
        raise NotUnderstood(text)
    return Days(frozenset(found), holidays)


def span(opens: str, closes: str) -> Span | None:
    """The times of two cells; an end before the start lies on the next day. ``None`` when a cell is empty.

    ``ValueError`` names no time. Equal times say nothing: round the clock, or closed.
    """
    if not plain(opens) or not plain(closes):
        return None
    start, end = dates.minute(opens), dates.minute(closes)
    if start == end:
        return None
    return Span(start, end if end > start else end + DAY)


@dataclass(slots=True)
class _Notes:
    """What the remarks add."""

    holidays: bool | None = None
    year_end: bool | None = None
    closed: list[Days] = field(default_factory=list)
    closed_dates: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    other: list[tuple[Days, Span]] = field(default_factory=list)
    breaks: list[Span] = field(default_factory=list)
    clear: bool = True


_BREAK = re.compile(
    rf"(?:昼休み|休憩|休診)[はを]?[:(]?\s*{_TIMES}\)?|{_TIMES}\s*(?:は)?(?:昼休み|休憩|休診|休み)"
)
_OTHER = re.compile(
    rf"(?P<days>[^\d]*?(?:第[1-5・、第]+)?[月火水木金土日祝曜・、]+)(?:は|のみ)?[:\s]*(?:(?P<both>{_TIMES})|(?P<until>{dates.TIME})まで)"
)
_SHUT = re.compile(rf"(?P<what>.+?){_CLOSED}")
_WELCOME = re.compile(rf"(?P<what>.+?){_OPEN}")


@lru_cache(maxsize=4096)
def hours(day_text: str, opens: str = "", closes: str = "", note: str = "") -> Hours:
    """What the four cells say together. Never fails: what is not understood is unknown, or not clear.

    >>> found = hours("月火水木金", "9:00", "17:00", "祝日・年末年始は休み")
    >>> found.holidays, found.year_end, found.clear
    (False, False, True)
    """
    text = " ".join(
        part
        for part in (plain(day_text), "~".join(filter(None, (plain(opens), plain(closes)))), plain(note))
        if part
    )
    known: Days | None = None
    clear = True
    if plain(day_text):
        try:
            known = days(day_text)
        except NotUnderstood:
            clear = False
    try:
        times = span(opens, closes)
    except ValueError:
        times, clear = None, False
    notes = _Notes()
    for sentence in _sentences(note):
        _remark(sentence, times, notes)
    found = Hours(text, known, times, notes.holidays, notes.year_end, clear=clear and notes.clear)
    if known is not None and found.holidays is None and "平日" in plain(day_text):
        found = replace(found, holidays=False)
    if found.year_end is None and "無休" in plain(day_text):
        found = replace(found, year_end=True)
    return replace(
        found,
        closed=tuple(notes.closed),
        closed_dates=tuple(notes.closed_dates),
        other=tuple(notes.other),
        breaks=tuple(notes.breaks),
    )


def _sentences(note: str) -> list[str]:
    parts = re.split(r"[。;\n]|(?<=休み)、|(?<=まで)、", plain(note))
    return [part.strip() for part in parts if part.strip()]


def all_told(note: str, times: Span | None = None) -> bool:
    """Whether ``Hours`` tell everything that a remark says; «予約制» changes no hours and is not in them.

    >>> all_told("祝日は休み。第3水曜は休み"), all_told("祝日は休み。予約制"), all_told("行事で変わります")
    (True, False, False)
    """
    notes = _Notes()
    for sentence in _sentences(note):
        if _HARMLESS.fullmatch(sentence):
            return False
        _remark(sentence, times, notes)
    return notes.clear


def _remark(sentence: str, times: Span | None, notes: _Notes) -> None:
    """One sentence of the remarks; what is not understood makes all of it unclear."""
    if _HARMLESS.fullmatch(sentence) or _break(sentence, notes) or _other_times(sentence, times, notes):
        return
    shut = _SHUT.fullmatch(sentence)
    if shut is not None and _closed(shut["what"], notes):
        return
    welcome = _WELCOME.fullmatch(sentence)
    if welcome is not None and _welcomed(welcome["what"], notes):
        return
    notes.clear = False


def _welcomed(what: str, notes: _Notes) -> bool:
    """«祝日も開館», «年末年始も診療» and nothing else."""
    holidays, year_end = bool(_HOLIDAYS.search(what)), bool(_YEAR_END.search(what))
    if _JOINS.sub("", _YEAR_END.sub("", _HOLIDAYS.sub("", what))) or not (holidays or year_end):
        return False
    notes.holidays = True if holidays else notes.holidays
    notes.year_end = True if year_end else notes.year_end
    return True


def _break(sentence: str, notes: _Notes) -> bool:
    found = _BREAK.fullmatch(sentence)
    if found is None:
        return False
    first = 1 if found[2] else 1 + 2 * dates.TIME_GROUPS
    start, end = _two_times(found, first)
    if end <= start:
        return False
    notes.breaks.append(Span(start, end))
    return True


def _two_times(found: re.Match[str], first: int) -> tuple[int, int]:
    try:
        return dates.clock_of(found, first), dates.clock_of(found, first + dates.TIME_GROUPS)
    except ValueError:
        return 0, 0


def _other_times(sentence: str, times: Span | None, notes: _Notes) -> bool:
    found = _OTHER.fullmatch(sentence)
    if found is None:
        return False
    try:
        named = days(found["days"])
        if found["both"]:
            given = re.compile(_TIMES).fullmatch(found["both"])
            start, end = _two_times(given, 1) if given is not None else (0, 0)
        else:
            start, end = (times.start if times else 0), dates.minute(found["until"])
    except ValueError:
        return False
    if end <= start or (not found["both"] and times is None):
        return False
    notes.other.append((named, Span(start, end)))
    return True


def _closed(what: str, notes: _Notes) -> bool:
    """«祝日・年末年始(12月29日~1月3日)», «第3水曜» … and nothing else."""
    ranges = [((int(a), int(b)), (int(c), int(d))) for a, b, c, d in _DATES.findall(what)]
    if not all(1 <= month <= 12 and 1 <= day <= 31 for pair in ranges for month, day in pair):
        return False
    left = _DATES.sub("", what)
    if "元日" in left:
        ranges.append(((1, 1), (1, 1)))
        left = left.replace("元日", "")
    year_end = bool(_YEAR_END.search(left))
    left = _YEAR_END.sub("", left)
    holidays = bool(_HOLIDAYS.search(left))
    left = _HOLIDAYS.sub("", left)
    named: Days | None = None
    if _JOINS.sub("", left) or re.search(r"[月火水木金土]", left):
        try:
            named = days(left)
        except NotUnderstood:
            return False
    if not (ranges or year_end or holidays or named):
        return False
    notes.closed_dates += ranges
    if year_end and not ranges:
        notes.year_end = False
    if holidays:
        notes.holidays = False
    if named is not None:
        notes.closed.append(named)
    return True
