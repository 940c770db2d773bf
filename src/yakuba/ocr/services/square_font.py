"""A TrueType font with one glyph, a square: what invisible text in a PDF is written in.

The text of a searchable PDF is never drawn, so a real font (16 MB for Japanese) would only make the file
large; what a letter means is said by the PDF's own table from codes to Unicode.
Tables as in the OpenType specification, version 1.9.
"""

from __future__ import annotations

import struct

EM = 1000  # units of the square
DESCENT = -120
_CHECKSUM_MAGIC = 0xB1B0AFBA


def square_font() -> bytes:
    """The font file, about 500 bytes."""
    tables = {
        b"cmap": struct.pack(">HHHHIHHHHH", 0, 1, 3, 1, 12, 6, 10, 0, 0, 0),
        b"glyf": _square(),
        b"head": _head(0),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH", 0x10000, EM + DESCENT, DESCENT, 0, EM, 0, 0, 0, 1, 0, 0, *([0] * 4), 0, 1
        ),
        b"hmtx": struct.pack(">Hh", EM, 0),
        b"loca": struct.pack(">HH", 0, len(_square()) // 2),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 1, 4, 1, 0, 0, 1, *([0] * 8)),
        b"name": struct.pack(">HHH", 0, 0, 6),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 1, 0, 0, 0, 0),
    }
    plain = _assembled(tables)
    tables[b"head"] = _head((_CHECKSUM_MAGIC - _sum(plain)) & 0xFFFFFFFF)
    return _assembled(tables)


def _square() -> bytes:
    """One contour of four points over the whole em: a viewer marks it when the text is found."""
    corners = struct.pack(">hhhh", 0, EM, 0, -EM) + struct.pack(">hhhh", DESCENT, 0, EM, 0)
    return _padded(struct.pack(">hhhhhHH", 1, 0, DESCENT, EM, EM + DESCENT, 3, 0) + b"\x01" * 4 + corners)


def _head(adjustment: int) -> bytes:
    return struct.pack(
        ">IIIIHHqqhhhhHHhhh",
        0x10000, 0x10000, adjustment, 0x5F0F3CF5, 0, EM, 0, 0, 0, DESCENT, EM, EM + DESCENT, 0, 8, 2, 0, 0,
    )  # fmt: skip


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _sum(data: bytes) -> int:
    words = struct.unpack(f">{len(_padded(data)) // 4}I", _padded(data))
    return sum(words) & 0xFFFFFFFF


def _assembled(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    header = struct.pack(
        ">IHHHH", 0x10000, count, power * 16, power.bit_length() - 1, count * 16 - power * 16
    )
    place = len(header) + 16 * count
    directory, body = b"", b""
    for tag, data in sorted(tables.items()):
        directory += struct.pack(">4sIII", tag, _sum(data), place + len(body), len(data))
        body += _padded(data)
    return header + directory + body
