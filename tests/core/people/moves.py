"""Tables of staff as a town hall sends them."""

from __future__ import annotations

from datetime import timedelta

DAY = timedelta(days=1)
STAFF = "職員番号,氏名,フリガナ,課コード,権限,開始日\r\n"


def table(*rows: str, header: str = "職員番号,課コード,権限") -> bytes:
    return "\n".join([header, *rows]).encode()
