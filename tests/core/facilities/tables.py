"""Published tables for tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from yakuba.core.facilities.domain.reading import Reading
from yakuba.core.facilities.files import read_file

DEMO = Path(__file__).resolve().parents[3] / "src/yakuba/site/demo/open_data"
CHILDCARE = {
    "ID": "K1",
    "名称": "はまかぜ保育園",
    "種別": "認可保育所",
    "所在地_連結表記": "汐見区帆風町一丁目1番1号",
    "緯度": "33.597",
    "経度": "138.362",
    "電話番号": "0X-XXXX-4100",
    "収容定員": "90名（うち0歳児9名）",
    "受入年齢": "生後57日～就学前",
    "利用可能曜日": "月火水木金土",
    "開始時間": "7:15",
    "終了時間": "19:15",
    "利用可能日時特記事項": "祝日・年末年始は休園",
    "一時預かりの有無": "有",
    "許可等年月日": "平成14年4月1日",
}


def table(rows: Sequence[Mapping[str, str]], encoding: str = "utf-8", headers: Sequence[str] = ()) -> bytes:
    """A CSV file of rows; headers of the first row unless given."""
    names = list(headers or rows[0])
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([[row.get(name, "") for name in names] for row in rows])
    return out.getvalue().encode(encoding)


def childcare(*changes: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows of a 子育て施設一覧, each with its changes; numbers K1, K2 …"""
    return [CHILDCARE | {"ID": f"K{n}"} | dict(change) for n, change in enumerate(changes or ({},), 1)]


def reading(rows: Sequence[Mapping[str, str]], kind: str = "", name: str = "table.csv") -> Reading:
    """What a file of these rows holds."""
    return read_file(name, table(rows), kind)
