"""Rows that one system hands to another (OCR → RPA): a core type, written as JSON, verified on reading.

The file holds its own counts and a checksum over columns and rows, so that a cut or changed file is never
taken for a whole one. ``source`` says where the rows come from, for example ``ocr.batch:12``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FORMAT = "yakuba.handover/1"


class BadHandover(ValueError):
    """The file is no hand-over, or not whole; the message says what was found and what to do."""


@dataclass(frozen=True, slots=True)
class Handover:
    """A table of texts. Every row has one text for each column; column names differ."""

    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        """``BadHandover`` for a row of another length, or a column named twice."""
        if len(set(self.columns)) != len(self.columns) or not self.columns:
            raise BadHandover("列の名前がないか、同じ名前の列があります。列の名前を別々にしてください。")
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise BadHandover(f"{number}行：{len(row)}個の値があります。列は{len(self.columns)}個です。")

    @property
    def sha256(self) -> str:
        """Checksum of the source, the columns and the rows, as the hexadecimal text."""
        body = [self.source, self.columns, self.rows]
        plain = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(plain.encode()).hexdigest()

    def records(self) -> list[dict[str, str]]:
        """The rows by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def write(handover: Handover) -> bytes:
    """The file, as UTF-8 JSON."""
    body = {
        "format": FORMAT,
        "source": handover.source,
        "columns": list(handover.columns),
        "counts": {"columns": len(handover.columns), "rows": len(handover.rows)},
        "sha256": handover.sha256,
        "rows": [list(row) for row in handover.rows],
    }
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def read(data: bytes, where: str = "引渡しのファイル") -> Handover:
    """What ``write`` wrote. ``BadHandover`` for anything else, naming ``where``."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise BadHandover(f"{where}：JSONとして読めません。書き出し直してください。") from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise BadHandover(f"{where}：『format』が「{FORMAT}」ではありません。書き出し直してください。")
    found = _table(body, where)
    counts = {"columns": len(found.columns), "rows": len(found.rows)}
    if body.get("counts") != counts:
        raise BadHandover(
            f"{where}：{counts['rows']}行{counts['columns']}列あり、控えの数と違います。書き出し直してください。"
        )
    if body.get("sha256") != found.sha256:
        raise BadHandover(
            f"{where}：中身が書き出したときと違います（検査値の不一致）。書き出し直してください。"
        )
    return found


def _table(body: dict[str, Any], where: str) -> Handover:
    source, columns, rows = body.get("source"), body.get("columns"), body.get("rows")
    good = isinstance(source, str) and _texts(columns) and isinstance(rows, list) and all(map(_texts, rows))
    if not good or columns is None or rows is None or source is None:
        raise BadHandover(f"{where}：『source』『columns』『rows』が文字列の並びではありません。")
    return Handover(source, tuple(columns), tuple(tuple(row) for row in rows))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def table(source: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Handover:
    """A hand-over from lists."""
    return Handover(source, tuple(columns), tuple(tuple(row) for row in rows))
