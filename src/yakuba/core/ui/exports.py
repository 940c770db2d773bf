"""Tables as files: CSV (UTF-8 with a mark, so that spreadsheets open it) and Excel workbooks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from yakuba.core.spreadsheets import neutralised
from yakuba.core.ui.tables import TableView

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(value: Any) -> Any:
    """The value as a cell that no spreadsheet runs as a formula (OWASP, CSV injection).

    Numbers stay numbers; text that starts like a formula gets an apostrophe before it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return local.strftime("%Y-%m-%d %H:%M:%S")
    return neutralised(str(value))


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV as spreadsheets in Japanese offices open it: UTF-8 with a byte order mark, CRLF."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(value) for value in row])
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8")


def xlsx_bytes(rows: Iterable[Sequence[Any]], title: str) -> bytes:
    """An Excel workbook with one sheet; the header row stays in view."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([harmless(value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def export(shown: TableView, name: str) -> HttpResponse | None:
    """The file when the address asked for one (``?export=csv``), else ``None``."""
    if shown.exporting == "csv":
        return _attachment(csv_bytes(shown.export_rows()), "text/csv; charset=utf-8", f"{name}.csv")
    if shown.exporting == "xlsx":
        return _attachment(xlsx_bytes(shown.export_rows(), shown.label), XLSX, f"{name}.xlsx")
    return None


def _attachment(body: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
