"""Reading a result that was made by hand (手作業の結果): 受付番号, 内定施設[, クラス], as .xlsx or CSV.

内定施設 is the nursery's number or name, or a class number (``12-1``); クラス may give the age, the track or
the whole class. Blank, 「保留」 and 「待機」 mean not placed. A child without a row is not placed, or keeps
its current seat.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yakuba.core.sheets.csvs import read_csv
from yakuba.core.sheets.faults import Findings, refuse
from yakuba.core.sheets.grid import MAX_FILE, RawSheet
from yakuba.core.sheets.xlsx import OLE2, read_workbook
from yakuba.nursery.domain.market import Seat
from yakuba.nursery.ledger import values
from yakuba.nursery.ledger.table import Shape, Table, choose, find_table

SHAPE = Shape("手作業の結果", ("受付番号", "内定施設"), ("クラス",))
WAITING = frozenset({"保留", "待機", "不承諾", "-", "―", "ー", "—", "×"})


@dataclass(frozen=True, slots=True)
class KnownClass:
    """A class of the result: its id, nursery and age as the pages show them."""

    id: str
    label: str
    nursery: str
    age: int | None
    track: str


@dataclass(frozen=True, slots=True)
class KnownChild:
    """A child of the result: its age class and the classes that its family asked for or holds."""

    age: int | None
    wanted: frozenset[str]
    current: Seat


@dataclass(frozen=True, slots=True)
class ManualResult:
    """``seats``: every child of the result → class; ``missing``: children without a row."""

    seats: Mapping[str, Seat]
    missing: int


def read_manual(
    name: str, data: bytes, classes: Sequence[KnownClass], children: Mapping[str, KnownChild]
) -> ManualResult:
    """The manual result in an uploaded file. ``BadInput`` has every fault with its row and column."""
    findings = Findings()
    raws = _sheets(name, data, findings)
    findings.raise_if_any()
    found = choose(raws, SHAPE) or list(raws[:1])
    if not found:
        raise refuse(name, "空のファイル", "受付番号と内定施設の表が必要です", "ファイルを確認してください")
    if len(found) > 1:
        names = "、".join(raw.name for raw in found)
        raise refuse(name, names, "結果の表が2つ以上あります", "照合するシートだけのファイルにしてください")
    table = find_table(found[0], SHAPE, findings)
    findings.raise_if_any()
    given = _Rows(table, classes, children).read()
    findings.raise_if_any()
    seats = {child: given.get(child, known.current) for child, known in children.items()}
    return ManualResult(seats, len(children) - len(given))


def _sheets(name: str, data: bytes, findings: Findings) -> Sequence[RawSheet]:
    if len(data) > MAX_FILE:
        limit = f"{MAX_FILE // 2**20}MiBまで読めます"
        raise refuse(name, f"{len(data) / 2**20:,.1f}MiB", limit, "不要なシートや画像を削除してください")
    if data.startswith((b"PK", OLE2)):
        return read_workbook(name, data)
    raw = read_csv(name, data, findings)
    return [] if raw is None else [raw]


class _Rows:
    def __init__(
        self, table: Table, classes: Sequence[KnownClass], children: Mapping[str, KnownChild]
    ) -> None:
        self.table, self.children = table, children
        self.by_name: dict[str, list[KnownClass]] = {}
        for one in classes:
            for text in {one.id, one.id.split("-")[0], one.nursery, one.label}:
                self.by_name.setdefault(_plain(text), []).append(one)

    def read(self) -> dict[str, Seat]:
        """Child → class, faulty rows left out and noted."""
        seats: dict[str, Seat] = {}
        rows: dict[str, int] = {}
        for row in self.table.indices():
            child = self.table.get(row, "受付番号", values.code, needed=True)
            if child is None:
                continue
            if child in rows:
                expected = f"{rows[child] + 1}行と同じ受付番号です"
                self.table.fault(row, "受付番号", child, expected, "1人を1行にしてください")
                continue
            rows[child] = row
            known = self.children.get(child)
            if known is None:
                expected = "この割当にいない受付番号です"
                self.table.fault(row, "受付番号", child, expected, "番号か、照合する割当を確かめてください")
                continue
            place = self.table.get(row, "内定施設", values.text) or ""
            seats[child] = None if not place or place in WAITING else self._class(row, place, known)
        return seats

    def _class(self, row: int, place: str, child: KnownChild) -> Seat:
        """The class meant: by name or number, then by クラス, then by the child's age and wishes."""
        options = self.by_name.get(_plain(place), [])
        if not options:
            self._fault(
                row, "内定施設", place, "この割当にない施設です", "施設の番号か名称を確かめてください"
            )
            return None
        narrow = self.table.get(row, "クラス", values.text) or ""
        if narrow:
            options = [one for one in options if _plain(narrow) in _names(one)]
            if not options:
                expected = f"「{place}」にないクラスです"
                self._fault(row, "クラス", narrow, expected, "年齢か枠の名称を確かめてください")
                return None
        for better in (
            [one for one in options if one.age == child.age],
            [one for one in options if one.id in child.wanted],
        ):
            options = better if better and len(options) > 1 else options
        if len(options) > 1:
            shown = "、".join(one.label for one in options[:4])
            advice = "「クラス」列に年齢か枠を書いてください"
            self._fault(row, "内定施設", place, f"クラスが一つに決まりません（{shown}）", advice)
            return None
        return options[0].id

    def _fault(self, row: int, column: str, found: str, expected: str, advice: str) -> None:
        self.table.fault(row, column, found, expected, advice)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _names(one: KnownClass) -> set[str]:
    """How a クラス column may call the class."""
    names = {one.id, one.label, one.track, one.label.removeprefix(one.nursery)}
    if one.age is not None:
        names |= {f"{one.age}", f"{one.age}歳", f"{one.age}歳児", f"{one.age}歳児クラス"}
    return {_plain(name) for name in names if name}
