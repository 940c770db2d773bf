"""The resident register (住民記録) and notices of pregnancy (妊娠届), one row a child or pregnancy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from yakuba.core.sheets.cells import Cell, code, label, text
from yakuba.core.sheets.dates import parse_day
from yakuba.handbook.domain.births import same_pregnancy
from yakuba.handbook.register.table import Columns, Found, Row, open_table, short

COLUMNS: Columns = {
    "number": ("宛名番号", "宛名コード", "住民コード", "住民番号"),
    "name": ("氏名", "児童氏名", "子の氏名", "氏名漢字", "妊婦氏名"),
    "kana": ("フリガナ", "氏名カナ", "カナ氏名", "氏名フリガナ", "ふりがな"),
    "birth": ("生年月日",),
    "due": ("出産予定日", "分娩予定日"),
    "sex": ("性別",),
    "guardian": ("保護者", "保護者氏名", "世帯主", "世帯主氏名"),
    "postal_code": ("郵便番号",),
    "address": ("住所", "現住所"),
    "left_on": ("転出日", "転出年月日", "消除日"),
    "language": ("言語", "使用言語"),
    "flagged": ("支援措置", "支援措置区分", "DV等支援措置"),
    "district": ("地区", "行政区", "小学校区", "学区"),
}
MUST = ("number", "name")
LONGEST_AHEAD = timedelta(days=310)  # a due date lies nearer than this
OLDEST = 25  # years: whoever is older is no subject of these vaccinations
_LENGTHS = {"number": 32, "name": 200, "kana": 200, "guardian": 200, "address": 300, "district": 60}
_SEXES = {"男": "M", "女": "F", "1": "M", "2": "F", "M": "M", "F": "F", "男性": "M", "女性": "F"}
_LANGUAGES = {"日本語": "ja", "やさしい日本語": "ja-x-easy", "英語": "en", "English": "en"}
_YES, _NO = (
    {"有", "あり", "対象", "1", "○", "〇", "Y", "はい"},
    {"無", "なし", "対象外", "0", "×", "N", "いいえ", "-"},
)
_POSTAL = re.compile(r"(\d{3})-?(\d{4})")
_DISTRICT = re.compile(r"^(.+?[町村])?(.*?)(?=[0-9一二三四五六七八九十]+(丁目|番|-))")
_TOWN = re.compile(r"^.{2,4}?[都道府県]|^.{1,8}?[市区]")


@dataclass(frozen=True, slots=True)
class ChildLine:
    """One row of the register as it will be kept. ``sex``: F, M or empty."""

    number: str
    name: str
    kana: str = ""
    birth: date | None = None
    due: date | None = None
    sex: str = ""
    guardian: str = ""
    postal_code: str = ""
    address: str = ""
    language: str = "ja"
    left_on: date | None = None
    flagged: bool = False
    district: str = ""


FIELDS = tuple(ChildLine.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a file changes. ``changed``: line with the fields before; ``gone``: numbers it lacks."""

    new: tuple[ChildLine, ...]
    changed: tuple[tuple[ChildLine, Mapping[str, Any]], ...]
    gone: tuple[str, ...]
    unchanged: int


def read_children(file: str, data: bytes, *, today: date) -> list[ChildLine]:
    """Every row of a file. Raises ``BadInput`` with every fault: row, column, found, expected."""
    table = open_table(file, data, COLUMNS, MUST)
    if not {"birth", "due"} & table.places.keys():
        table.findings.fault(
            file, "見出し", "列「生年月日」か「出産予定日」が必要です", "列名を確かめてください"
        )
    found: list[ChildLine] = []
    rows: dict[str, int] = {}
    for row in table.rows():
        line = _line(table, row, today)
        if line is None:
            continue
        if line.number in rows:
            table.fault(
                row,
                "number",
                line.number,
                f"{rows[line.number]}行と同じ番号です",
                "どちらかの行を除いてください",
            )
            continue
        rows[line.number] = row.number
        found.append(line)
    if not found:
        table.findings.fault(file, "0行", "1行以上が必要です", "書き出した範囲を確かめてください")
    table.findings.raise_if_any()
    return found


def _line(table: Found, row: Row, today: date) -> ChildLine | None:
    texts = {
        name: table.read(row, name, _short(name, text)) or "" for name in ("kana", "guardian", "address")
    }
    number = table.read(row, "number", _short("number", code), must=True)
    name = table.read(row, "name", _short("name", text), must=True)
    birth, due = table.read(row, "birth", parse_day), table.read(row, "due", parse_day)
    left_on = table.read(row, "left_on", parse_day)
    sex = table.read(row, "sex", _sex) or ""
    postal = table.read(row, "postal_code", _postal) or ""
    language = table.read(row, "language", _language) or "ja"
    flagged = table.read(row, "flagged", _flag) or False
    district = table.read(row, "district", _short("district", text)) or district_of(texts["address"])
    _check_days(table, row, birth, due, left_on, today)
    if number is None or name is None:
        return None
    return ChildLine(
        number=number,
        name=name,
        birth=birth,
        due=None if birth else due,
        sex=sex,
        postal_code=postal,
        language=language,
        left_on=left_on,
        flagged=flagged,
        district=district,
        **texts,
    )


def _check_days(
    table: Found, row: Row, birth: date | None, due: date | None, left_on: date | None, today: date
) -> None:
    empty = not any(row.cells.get(name) not in ("", None) for name in ("birth", "due"))
    if empty:
        name = "birth" if "birth" in table.places else "due"
        table.fault(row, name, "空欄", "生年月日か出産予定日のどちらかが必要です")
    if birth is not None and not today.replace(year=today.year - OLDEST, day=1) <= birth <= today:
        table.fault(
            row, "birth", birth, f"{OLDEST}年前から今日までの日が必要です", "和暦の元号を確かめてください"
        )
    if birth is None and due is not None and not today - LONGEST_AHEAD <= due <= today + LONGEST_AHEAD:
        table.fault(row, "due", due, f"今日から前後{LONGEST_AHEAD.days}日までの日が必要です")
    if left_on is not None and birth is not None and left_on < birth:
        table.fault(row, "left_on", left_on, f"生年月日 {birth} 以後の日が必要です")


def _short(name: str, how: Callable[[Cell], str]) -> Callable[[Cell], str]:
    return short(_LENGTHS[name], how)


def _sex(cell: Cell) -> str:
    value = _SEXES.get(code(cell).upper())
    if value is None:
        raise ValueError("男か女（1か2）を入力する欄です。不明のときは空欄にします")
    return value


def _postal(cell: Cell) -> str:
    found = _POSTAL.fullmatch(re.sub(r"[‐‑–—―−ー]", "-", code(cell)))
    if found is None:
        raise ValueError("7桁の郵便番号を入力する欄です")
    return f"{found[1]}-{found[2]}"


def _language(cell: Cell) -> str:
    value = label(cell)
    if len(value) > 16:
        raise ValueError("16文字までの欄です")
    return _LANGUAGES.get(value, value)


def _flag(cell: Cell) -> bool:
    value = code(cell).upper()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise ValueError("有か無を入力する欄です")


def district_of(address: str) -> str:
    """The town (町名) of an address, for lists by district; empty when it can't be told.

    >>> district_of("汐見区帆風町二丁目3-4"), district_of("汐見区潮ノ森１２番地")
    ('帆風町', '潮ノ森')
    """
    plain = unicodedata.normalize("NFKC", address).replace(" ", "")
    while (short := _TOWN.sub("", plain, count=1)) != plain and short:
        plain = short
    found = _DISTRICT.match(plain)
    return (found[0] if found else "")[:60]


def compare(
    existing: Mapping[str, Mapping[str, Any]], lines: Iterable[ChildLine], *, whole: bool
) -> Difference:
    """What the lines change against the children that are kept (number → fields, with ``gone``).

    ``whole``: the file claims to be the whole register, so that a child it lacks has gone. A child that
    had gone and is there again is changed. A pregnancy never goes by being absent from a file of children.

    A notice of a pregnancy that was handed over to its child (``born``: the birth date) is known; a later
    pregnancy under the same number (``closed``: its row was handed over) is new. A due date, once known of a
    born child, stays.
    """
    new: list[ChildLine] = []
    changed: list[tuple[ChildLine, Mapping[str, Any]]] = []
    seen: set[str] = set()
    unchanged = 0
    for given in lines:
        line = given
        seen.add(line.number)
        before = existing.get(line.number)
        if before is not None and before.get("born") and _is_known(line, before["born"]):
            unchanged += 1
            continue
        if before is None or before.get("closed"):
            new.append(line)
            continue
        if line.birth is not None and line.due is None and before["due"] is not None:
            line = replace(line, due=before["due"])
        after = asdict(line)
        if before.get("gone") or any(before[name] != after[name] for name in FIELDS):
            changed.append((line, before))
        else:
            unchanged += 1
    gone = (
        tuple(
            number
            for number, before in existing.items()
            if number not in seen and not before.get("gone") and before["birth"] is not None
        )
        if whole
        else ()
    )
    return Difference(tuple(new), tuple(changed), gone, unchanged)


def _is_known(line: ChildLine, born: date) -> bool:
    """Whether a row under a pregnancy's number says no more than the pregnancy that ended with this birth."""
    if line.birth is not None:
        return line.birth == born
    return line.due is not None and same_pregnancy(line.due, born)
