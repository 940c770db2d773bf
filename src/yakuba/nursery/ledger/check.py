"""Checks across the rows of a ledger: each fault names its row and column and says what to do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from yakuba.core.sheets.faults import Findings
from yakuba.nursery.domain.siblings import MAX_SIBLINGS, PATTERNS
from yakuba.nursery.ledger.rows import ChildRow, LedgerRows, TupleRow, class_id

_CHECK = "記入を確認してください"


class Checker:
    """Notes every inconsistency of ``rows`` in ``findings``."""

    def __init__(self, rows: LedgerRows, findings: Findings) -> None:
        self.rows = rows
        self.findings = findings
        self.classes = {row.class_id for row in rows.classes}
        self.nurseries = {row.nursery for row in rows.classes}
        self.children = {row.id: row for row in rows.children}
        self.households: dict[str, list[ChildRow]] = defaultdict(list)
        for row in rows.children:
            if row.household:
                self.households[row.household].append(row)
        self.explicit = {row.household for row in rows.tuples}

    def run(self) -> None:
        self._classes()
        self._ids()
        for child in self.rows.children:
            self._child(child)
        for household, members in self.households.items():
            self._household(household, members)
        self._overrides()
        self._tuples()

    def _fault(
        self, sheet: str, row: int, column: str, found: str, expected: str, advice: str = _CHECK
    ) -> None:
        place = self.rows.place(sheet)
        self.findings.fault(
            place.file,
            found,
            expected,
            advice,
            sheet=place.sheet,
            row=row or None,
            column=place.column(column),
        )

    def _slip(self, child: ChildRow, column: str, found: str, expected: str, advice: str) -> None:
        """A fault, or a warning where the format's own program lets it pass."""
        if not self.rows.lenient:
            self._fault("申込", child.row, column, found, expected, advice)
            return
        place = self.rows.place("申込")
        self.findings.warn(f"{place.file} {child.row}行「{place.column(column)}」：「{found}」。{expected}")

    def _classes(self) -> None:
        if not self.rows.classes:
            self._fault("施設", 0, "施設番号", "施設なし", "1行以上必要です", "施設を記入してください")
        first: dict[str, int] = {}
        names: dict[str, str] = {}
        for row in self.rows.classes:
            if row.class_id in first:
                expected = f"{first[row.class_id]}行と同じ施設・年齢・枠です"
                self._fault("施設", row.row, "施設番号", row.class_id, expected, "1行にまとめてください")
            first.setdefault(row.class_id, row.row)
            if names.setdefault(row.nursery, row.name) != row.name:
                self.findings.warn(
                    f"施設番号 {row.nursery} の名前が「{names[row.nursery]}」と「{row.name}」の2通りあります"
                )

    def _ids(self) -> None:
        if not self.rows.children:
            self._fault("申込", 0, "受付番号", "申込なし", "1行以上必要です", "申込みを記入してください")
        first: dict[str, int] = {}
        for child in self.rows.children:
            if child.id in first:
                self._fault(
                    "申込",
                    child.row,
                    "受付番号",
                    child.id,
                    f"{first[child.id]}行と同じ番号です",
                    "別の番号にするか、一方を削除してください",
                )
            first.setdefault(child.id, child.row)

    def _child(self, child: ChildRow) -> None:
        for nursery, count in Counter(child.wishes).items():
            if count > 1:
                self._slip(
                    child, "第1希望", nursery, "同じ希望が2回あります", "一方を削除して前に詰めてください"
                )
        if child.age < 0:
            return
        for number, nursery in enumerate(child.wishes, 1):
            self._class_exists("申込", child.row, self._wish_column(number), nursery, child)
        if child.current is not None:
            self._class_exists("申込", child.row, "在籍施設番号", child.current, child)
        if child.pattern is not None and child.pattern not in PATTERNS:
            self._fault(
                "申込",
                child.row,
                "きょうだいパターン",
                str(child.pattern),
                "1から7までの番号を入力する欄です",
            )

    def _wish_column(self, number: int) -> str:
        return f"希望保育園ID_{number}" if self.rows.lenient else f"第{number}希望"

    def _class_exists(self, sheet: str, row: int, column: str, nursery: str, child: ChildRow) -> None:
        if nursery not in self.nurseries:
            self._fault(
                sheet,
                row,
                column,
                nursery,
                "「施設」にない番号です",
                "番号を確認するか、施設を加えてください",
            )
        elif class_id(nursery, child.age, child.track) not in self.classes:
            found = f"{nursery}（{child.age}歳・{child.track}）"
            self._fault(
                sheet,
                row,
                column,
                found,
                "この施設にないクラスです",
                "希望を直すか、「施設」に募集人数0の行を加えてください",
            )

    def _household(self, household: str, members: Sequence[ChildRow]) -> None:
        first = members[0]
        patterns = sorted({child.pattern for child in members if child.pattern is not None})
        if len(members) > MAX_SIBLINGS:
            found = f"世帯 {household} に{len(members)}人"
            self._fault(
                "申込",
                first.row,
                "世帯番号",
                found,
                f"1世帯は{MAX_SIBLINGS}人までです",
                "世帯番号を確認してください",
            )
        elif household in self.explicit:
            return
        elif len(members) == 1:
            if patterns:
                self._slip(
                    first,
                    "きょうだいパターン",
                    str(patterns[0]),
                    "きょうだいの申込みがない世帯です",
                    "空欄にするか、世帯番号を確認してください",
                )
        elif not patterns:
            self._fault(
                "申込",
                first.row,
                "きょうだいパターン",
                "空欄",
                "きょうだいの世帯には1から7までの番号が必要です",
                "番号を記入してください",
            )
        elif len(patterns) > 1 or (not self.rows.lenient and any(child.pattern is None for child in members)):
            shown = "、".join(f"{child.id}：{child.pattern or '空欄'}" for child in members)
            self._fault(
                "申込",
                first.row,
                "きょうだいパターン",
                shown,
                f"世帯 {household} の番号がそろっていません",
                "同じ番号にしてください",
            )

    def _overrides(self) -> None:
        seen: set[tuple[str, str]] = set()
        for row in self.rows.overrides:
            if (row.child, row.nursery) in seen:
                self._fault(
                    "園別優先",
                    row.row,
                    "受付番号",
                    f"{row.child}・{row.nursery}",
                    "同じ組合せが2行あります",
                    "1行にしてください",
                )
            seen.add((row.child, row.nursery))
            if row.child not in self.children:
                self._fault(
                    "園別優先",
                    row.row,
                    "受付番号",
                    row.child,
                    "「申込」にない番号です",
                    "番号を確認してください",
                )
            if row.nursery not in self.nurseries:
                self._fault(
                    "園別優先",
                    row.row,
                    "施設番号",
                    row.nursery,
                    "「施設」にない番号です",
                    "番号を確認してください",
                )

    def _tuples(self) -> None:
        groups: dict[tuple[str, int], list[TupleRow]] = defaultdict(list)
        for row in self.rows.tuples:
            groups[row.household, row.rank].append(row)
            self._tuple_row(row)
        for (household, rank), rows in groups.items():
            self._tuple_group(household, rank, rows)

    def _tuple_row(self, row: TupleRow) -> None:
        if row.household not in self.households:
            self._fault(
                "希望の組",
                row.row,
                "世帯番号",
                row.household,
                "「申込」にない世帯です",
                "番号を確認してください",
            )
            return
        child = self.children.get(row.child)
        if child is None or child.household != row.household:
            self._fault(
                "希望の組",
                row.row,
                "受付番号",
                row.child,
                "この世帯にいない児童です",
                "番号を確認してください",
            )
        elif row.nursery is not None and child.age >= 0:
            self._class_exists("希望の組", row.row, "施設番号", row.nursery, child)
        if row.rank < 1:
            self._fault("希望の組", row.row, "順位", str(row.rank), "1以上の順位を入力する欄です")

    def _tuple_group(self, household: str, rank: int, rows: Sequence[TupleRow]) -> None:
        named = Counter(row.child for row in rows)
        for row in _repeated(rows):
            found = f"順位{rank}・{row.child}"
            self._fault(
                "希望の組", row.row, "受付番号", found, "同じ順位に同じ児童が2回あります", "1行にしてください"
            )
        missing = [child.id for child in self.households.get(household, ()) if child.id not in named]
        if missing:
            self._fault(
                "希望の組", rows[0].row, "受付番号", f"順位{rank}に {'、'.join(missing)} なし",
                "世帯の児童全員の行が必要です", "入所しない児童は施設番号を空欄にした行を加えてください",
            )  # fmt: skip


def _repeated(rows: Iterable[TupleRow]) -> list[TupleRow]:
    seen: set[str] = set()
    again = []
    for row in rows:
        if row.child in seen:
            again.append(row)
        seen.add(row.child)
    return again
