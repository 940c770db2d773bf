"""The QR code of an address, as a picture. It holds the address alone, never a family's code."""

from __future__ import annotations

import io
from functools import lru_cache

import qrcode  # type: ignore[import-untyped]  # publishes no types
from PIL import Image


@lru_cache(maxsize=8)
def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Dark squares of the code, the quiet zone of four squares included."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(dark) for dark in row) for row in code.get_matrix())


@lru_cache(maxsize=8)
def png(text: str) -> bytes:
    """The same as a picture, eight points a square."""
    rows = matrix(text)
    image = Image.new("1", (len(rows), len(rows)), 1)
    image.putdata([not dark for row in rows for dark in row])
    sink = io.BytesIO()
    image.resize((len(rows) * 8, len(rows) * 8), Image.Resampling.NEAREST).save(sink, "PNG")
    return sink.getvalue()
