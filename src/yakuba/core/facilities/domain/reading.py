"""A table's rows → records. Every fault is named by row and column; one fault and nothing is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.core.facilities.domain import columns, dates, points
from yakuba.core.facilities.domain.columns import Kind
from yakuba.core.facilities.domain.hour_texts import hours
from yakuba.core.facilities.domain.records import Place, Record, Scheme
from yakuba.core.facilities.domain.texts import fold, plain, shown
from yakuba.core.tables import RowFault

LONGEST = {"name": 100, "code": 60, "kana": 200, "english": 200, "category": 100, "address": 300, "phone": 60}
LONGEST_TEXT = 4000
MOST_ROWS = 20_000
_YES = frozenset(
    map(fold, ("有", "有り", "あり", "○", "〇", "◯", "可", "可能", "true", "yes", "はい", "対応", "●"))
)
_NO = frozenset(
    map(fold, ("", "無", "無し", "なし", "×", "不可", "false", "no", "いいえ", "非対応", "✕", "0", "-"))
)
_NO_TIME = "時刻（例 9:00）か、分からないときは空欄"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds. ``notes``: cells that are kept as they are and mean nothing to the search."""

    kind: str
    records: tuple[Record, ...]
    faults: tuple[RowFault, ...]
    notes: tuple[RowFault, ...] = ()
    unused: tuple[str, ...] = ()  # headers that are not kept

    @property
    def good(self) -> bool:
        """Whether it may be imported."""
        return not self.faults


class _Row:
    """One row being read: its cells by field, and a pen for faults and notes."""

    def __init__(self, file: str, number: int, headers: Mapping[str, str], cells: Mapping[str, str]) -> None:
        self.file, self.number, self.headers, self.cells = file, number, headers, cells
        self.faults: list[RowFault] = []
        self.notes: list[RowFault] = []

    def text(self, field: str) -> str:
        """A cell as text, cut to nothing where it is too long (that is a fault)."""
        found = shown(self.cells.get(field, ""))
        most = LONGEST.get(field, LONGEST_TEXT)
        if len(found) > most:
            self.fault(field, f"{len(found):,}文字", f"{most:,}文字以下")
            return ""
        return found

    def fault(self, field: str, found: str, expected: str) -> None:
        self.faults.append(self._at(field, found, expected))

    def note(self, field: str, expected: str) -> None:
        self.notes.append(self._at(field, shown(self.cells.get(field, ""))[:200], expected))

    def _at(self, field: str, found: str, expected: str) -> RowFault:
        return RowFault(self.file, self.number, self.headers.get(field, field), found, expected)


def read(file: str, rows: Iterable[tuple[int, Sequence[str]]], kind: Kind | None = None) -> Reading:
    """Read a table. ``rows``: (row as a spreadsheet numbers it, cells), the header first.

    ``kind``: which table it is; otherwise its headers tell.
    """
    table = [(number, cells) for number, cells in rows if any(plain(cell) for cell in cells)]
    if not table:
        return Reading(
            kind.key if kind else "", (), (RowFault(file, 0, "ファイル全体", "空", "見出しと行のある表"),)
        )
    header = [shown(cell).removeprefix("\ufeff") for cell in table[0][1]]
    found_kind = kind or columns.kind_of(header)
    if found_kind is None:
        labels = "、".join(one.label for one in columns.KINDS.values())
        fault = RowFault(file, table[0][0], "見出し", "、".join(header)[:200], f"{labels}のどれかの見出し")
        return Reading("", (), (fault,))
    places, faults, unused = _header(file, table[0][0], header, found_kind)
    if len(table) - 1 > MOST_ROWS:
        faults.append(RowFault(file, 0, "ファイル全体", f"{len(table) - 1:,}行", f"{MOST_ROWS:,}行以下"))
    if faults:
        return Reading(found_kind.key, (), tuple(faults), unused=unused)
    return _rows(file, table[1:], header, found_kind, places, unused)


def _header(
    file: str, number: int, header: Sequence[str], kind: Kind
) -> tuple[dict[str, int], list[RowFault], tuple[str, ...]]:
    """Where each field stands; a newer name wins over an older one that stands there too."""
    places: dict[str, int] = {}
    ranks: dict[str, int] = {}
    faults, unused = [], []
    seen: set[str] = set()
    for place, name in enumerate(header):
        column = kind.column(name) if name else None
        if name and fold(name) in seen:
            faults.append(RowFault(file, number, name, "同じ見出しが2つ", "1つの見出し"))
        seen.add(fold(name))
        if column is None:
            unused += [name] if name else []
            continue
        rank = [fold(one) for _, one in column.names].index(fold(name))
        if column.field not in places or rank < ranks[column.field]:
            places[column.field], ranks[column.field] = place, rank
    for column in kind.columns:
        if column.required and column.field not in places:
            wanted = "、".join(dict.fromkeys(one for _, one in column.names))
            faults.append(RowFault(file, number, column.names[0][1], "列がない", f"「{wanted}」のどれかの列"))
    return places, faults, tuple(unused)


def _rows(
    file: str,
    table: Sequence[tuple[int, Sequence[str]]],
    header: Sequence[str],
    kind: Kind,
    places: Mapping[str, int],
    unused: tuple[str, ...],
) -> Reading:
    headers = {field: header[place] for field, place in places.items()}
    faults: list[RowFault] = []
    notes: list[RowFault] = []
    records: list[Record] = []
    codes: dict[str, int] = {}
    make: Callable[[_Row, str], Record] = _scheme if kind.schemes else _place
    for number, cells in table:
        if len(cells) > len(header) and any(plain(cell) for cell in cells[len(header) :]):
            faults.append(RowFault(file, number, "行全体", f"{len(cells)}列", f"見出しと同じ{len(header)}列"))
            continue
        values = {field: cells[place] for field, place in places.items() if place < len(cells)}
        row = _Row(file, number, headers, values)
        record = make(row, kind.key)
        _check_code(row, record, codes)
        faults += row.faults
        notes += row.notes
        records.append(record)
    if not table:
        faults.append(RowFault(file, 0, "ファイル全体", "見出しだけ", "1行以上のある表"))
    return Reading(kind.key, () if faults else tuple(records), tuple(faults), tuple(notes), unused)


def _check_code(row: _Row, record: Record, codes: dict[str, int]) -> None:
    if not record.name:
        row.fault("name", "", "名称")
    before = codes.setdefault(record.code, row.number)
    if before != row.number:
        field = "code" if row.text("code") else "name"
        row.fault(field, record.code if field == "code" else record.name, f"{before}行目と違う値")


def _code(row: _Row, *parts: str) -> str:
    """The published number; without one what names the row, so that the next edition finds it again."""
    given = row.text("code")
    return given or "|".join(fold(part) for part in parts)[:200]


def _place(row: _Row, kind: str) -> Place:
    address = " ".join(part for part in (row.text("address"), row.text("building")) if part)
    where = _point(row)
    name = row.text("name")
    place = Place(
        kind=kind,
        code=_code(row, name, address),
        name=name,
        address=address,
        latitude=where.latitude if where else None,
        longitude=where.longitude if where else None,
        permitted=_date(row, "permitted"),
        departments=_listed(row, "departments"),
        services=tuple(one for one in columns.YES_NO if _yes(row, one)),
        **_texts(
            row,
            ("kana", "english", "category", "phone", "operator", "description", "days", "opens", "closes"),
        ),
        **_texts(row, ("remarks", "ages", "capacity")),
        url=_url(row),
    )
    _check_meaning(row, place)
    return place


def _check_meaning(row: _Row, place: Place) -> None:
    for field in ("opens", "closes"):
        text = getattr(place, field)
        try:
            if text:
                dates.minute(text)
        except ValueError:
            if any(sign.isdigit() for sign in plain(text)) and ":" in plain(text):
                row.fault(field, text, _NO_TIME)
            else:
                row.note(field, _NO_TIME)
    found = place.hours()
    if place.days and found.days is None:
        row.note("days", "曜日（例 月火水木金、第2・第4土曜）")
    elif place.remarks and not hours(place.days, note=place.remarks).clear:
        row.note("remarks", "読み取れる特記事項（例 祝日・年末年始は休み）")
    if place.ages and not place.for_ages().known:
        row.note("ages", "年齢の範囲（例 生後6か月〜就学前）")
    if place.capacity and place.takes().total is None and not place.takes().unlimited:
        row.note("capacity", "人数（例 20名、定員なし）")


def _scheme(row: _Row, kind: str) -> Scheme:
    name = row.text("name")
    scheme = Scheme(
        kind=kind,
        code=_code(row, name),
        name=name,
        starts=_date(row, "starts"),
        ends=_date(row, "ends"),
        updated=_date(row, "updated"),
        ages=row.text("ages") or _limits(row),
        url=_url(row),
        **_texts(
            row,
            (
                "subtitle",
                "category",
                "summary",
                "target",
                "support",
                "cost",
                "method",
                "counter",
                "contact",
                "phone",
            ),
        ),
    )
    if scheme.starts and scheme.ends and scheme.ends < scheme.starts:
        row.fault("ends", row.text("ends"), f"受付開始日（{scheme.starts}）以後の日")
    if not scheme.for_ages().known:
        row.note("ages" if scheme.ages else "target", "年齢の範囲（例 0歳〜就学前）")
    return scheme


def _limits(row: _Row) -> str:
    """The registry's figures as one text that ``ages`` reads: 「0歳以上3歳未満」."""
    words = {
        "greaterThanOrEqualTo": "以上",
        "greaterThan": "超",
        "lessThan": "未満",
        "lessThanOrEqualTo": "以下",
    }
    said = ""
    for limit, word in words.items():
        for unit, name in (("targetAge", "歳"), ("targetAgeOfMonths", "か月")):
            text = plain(row.text(f"{limit}.{unit}"))
            if text and not (text.isascii() and text.isdigit()):
                row.fault(f"{limit}.{unit}", text, "0以上の整数")
            elif text:
                said += f"{int(text) + 1}{name}以上" if word == "超" else f"{text}{name}{word}"
    return said


def _texts(row: _Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: row.text(name) for name in names}


def _point(row: _Row) -> points.Point | None:
    try:
        return points.point(row.text("latitude"), row.text("longitude"))
    except points.BadPoint as bad:
        row.fault(bad.column, bad.found, bad.expected)
        return None


def _date(row: _Row, field: str) -> str:
    text = row.text(field)
    if not text:
        return ""
    try:
        return dates.day(text).isoformat()
    except ValueError:
        row.fault(field, text, "日付（例 2026-04-01、令和8年4月1日）")
        return ""


def _listed(row: _Row, field: str) -> tuple[str, ...]:
    text = row.text(field)
    for sign in "；、，,・/\n":
        text = text.replace(sign, ";")
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _yes(row: _Row, field: str) -> bool:
    text = plain(row.text(field))
    key = fold(text)
    if key in _NO:
        return False
    if key in _YES or (text.isascii() and text.isdigit()):
        return True
    row.note(field, "有か無")
    return False


def _url(row: _Row) -> str:
    text = row.text("url")
    if text and not text.startswith(("https://", "http://")):
        row.note("url", "https:// で始まるURL")
        return ""
    return text
