"""The open column format of the ChilmAI program (Apache-2.0): two tables, one of children, one of nurseries.

Only its columns and their meaning are taken over: 点数n is the priority at the n-th wish (点数1 where it is
blank), higher first; 希望保育園ID_n the n-th wish; N歳募集人数 the new seats. Slips that the program itself
lets pass (a wish given twice, a gap, a sibling pattern of an only child) are warnings here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from yakuba.core.sheets.faults import Findings
from yakuba.core.sheets.grid import RawSheet
from yakuba.nursery.domain.priority import Key
from yakuba.nursery.ledger import values
from yakuba.nursery.ledger.rows import ChildRow, ClassRow, KeyRule, LedgerRows, OverrideRow, Place
from yakuba.nursery.ledger.table import Shape, Table, find_table, score

WISH = re.compile(r"希望保育園ID_(\d{1,2})")
POINTS = re.compile(r"点数(\d{1,2})")
SEATS = tuple(f"{age}歳募集人数" for age in range(6))
CHILDREN = Shape(
    "申込者",
    ("申請者番号", "世帯番号", "年齢", "点数1", "希望保育園ID_1"),
    ("在籍保育所ID", "きょうだいパターン"),
    (WISH, POINTS),
)
NURSERIES = Shape("保育所", ("保育所ID", "保育所名", *SEATS))
CHILD_COLUMNS = {"受付番号": "申請者番号", "在籍施設番号": "在籍保育所ID"}


def is_chilmai(raws: Sequence[RawSheet]) -> bool:
    """Whether any table has this format's own columns."""
    return any(_looks_like(raw, CHILDREN) or _looks_like(raw, NURSERIES) for raw in raws)


def _looks_like(raw: RawSheet, shape: Shape) -> bool:
    own = ("申請者番号", "希望保育園ID_1") if shape is CHILDREN else ("保育所ID", "1歳募集人数")
    return score(raw, Shape(shape.title, own)) == len(own)


def read_chilmai(raws: Sequence[RawSheet], findings: Findings) -> LedgerRows:
    """Read the two tables; cells that cannot be read are noted in ``findings`` and left out."""
    children = _the_only(raws, CHILDREN, findings)
    nurseries = _the_only(raws, NURSERIES, findings)
    for raw in raws:
        if _looks_like(raw, CHILDREN) or _looks_like(raw, NURSERIES):
            continue
        if raw.name:
            findings.warn(f"{raw.file}：「{raw.name}」シートは読みません")
        else:
            advice = "このファイルを別の場所に移してください"
            findings.fault(raw.file, "知らない表", "申込者と保育所の表だけを読みます", advice)
    findings.raise_if_any()
    if children is None or nurseries is None:  # a fault was noted and raised above
        raise AssertionError
    rows, overrides = _children(children)
    return LedgerRows(
        classes=_classes(nurseries),
        children=rows,
        rules=(KeyRule("点数"),),
        overrides=overrides,
        places={
            "施設": Place(nurseries.raw.file, nurseries.raw.name, {"施設番号": "保育所ID"}),
            "申込": Place(children.raw.file, children.raw.name, CHILD_COLUMNS),
        },
        lenient=True,
    )


def _the_only(raws: Sequence[RawSheet], shape: Shape, findings: Findings) -> Table | None:
    found = [raw for raw in raws if _looks_like(raw, shape)]
    if len(found) == 1:
        return find_table(found[0], shape, findings)
    names = "、".join(raw.file for raw in found) or f"「{shape.title}」の表なし"
    columns = "、".join(shape.required)
    findings.fault(raws[0].file, names, f"{columns} の列を持つ表が1つ必要です", "ファイルを確認してください")
    return None


def _classes(table: Table) -> tuple[ClassRow, ...]:
    rows = []
    for row in table.indices():
        nursery = table.get(row, "保育所ID", values.code, needed=True)
        name = table.get(row, "保育所名", values.text) or ""
        for age, column in enumerate(SEATS):
            seats = table.get(row, column, values.whole, needed=True)
            if seats is not None and seats < 0:
                table.fault(row, column, str(seats), "0以上の人数を入力する欄です", "人数を確認してください")
            if nursery is not None:
                rows.append(ClassRow(nursery, name, age, max(seats or 0, 0), row=row + 1))
    return tuple(rows)


def _children(table: Table) -> tuple[tuple[ChildRow, ...], tuple[OverrideRow, ...]]:
    points = dict(table.numbers(POINTS))
    columns = [(name, points.get(number)) for number, name in table.numbers(WISH)]
    rows, overrides = [], []
    for row in table.indices():
        child = table.get(row, "申請者番号", values.code, needed=True)
        household = table.get(row, "世帯番号", values.code, needed=True)
        age = table.get(row, "年齢", values.age, needed=True)
        base = table.get(row, "点数1", values.number)
        wishes = _wishes(table, row, columns, base)
        if child is None:
            continue
        rows.append(
            ChildRow(
                id=child,
                household=household or "",
                name="",
                age=-1 if age is None else age,
                wishes=tuple(nursery for nursery, _ in wishes),
                keys=(0 if base is None else base,),  # a child without any wish needs no points
                current=table.get(row, "在籍保育所ID", values.code),
                pattern=table.get(row, "きょうだいパターン", values.whole),
                row=row + 1,
            )
        )
        first: dict[str, Key | None] = {}
        for nursery, key in wishes:
            first.setdefault(nursery, key)
        overrides += [
            OverrideRow(child, nursery, (key,), row + 1) for nursery, key in first.items() if key != base
        ]
    return tuple(rows), tuple(overrides)


def _wishes(
    table: Table, row: int, columns: list[tuple[str, str | None]], base: Key | None
) -> list[tuple[str, Key | None]]:
    found: list[tuple[str, Key | None]] = []
    gap = ""
    for column, points in columns:
        nursery = table.get(row, column, values.code)
        if nursery is None:
            gap = gap or column
            continue
        if gap:
            table.findings.warn(
                f"{table.where()} {row + 1}行：「{gap}」が空欄です。後の希望を前に詰めて読みました"
            )
            gap = ""
        key = table.get(row, points, values.number) if points else None
        if key is None and base is None:
            table.fault(row, points or "点数1", "空欄", "希望には点数が必要です", "記入してください")
        found.append((nursery, base if key is None else key))
    return found
