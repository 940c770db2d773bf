"""Vouchers (予診票): a cover with the address and the list, then one sheet a voucher."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from yakuba.core.print.pdf import joined, starts
from yakuba.core.print.typesetting import Missing, compile_pdf
from yakuba.handbook.letters.entry import PACKAGE

PORTION = 30  # children set at once, each with a few sheets


@dataclass(frozen=True, slots=True)
class VoucherSheet:
    """One voucher as printed."""

    number: str
    title: str
    dose: str
    window: str


@dataclass(frozen=True, slots=True)
class VoucherLetter:
    """All vouchers of one child. ``address`` empty: handed over, never mailed (支援措置)."""

    name: str
    kana: str
    birth: str
    addressee: str
    postal_code: str
    address: str
    sheets: Sequence[VoucherSheet]


@dataclass(frozen=True, slots=True)
class Printed:
    """The joined PDF; ``covers``: page of each child's cover, from 1; its vouchers follow in order."""

    pdf: bytes
    covers: tuple[int, ...]


def typeset(
    letters: Sequence[VoucherLetter],
    common: dict[str, Any],
    *,
    cover: bool = True,
    missing: Missing = "mark",
    progress: Callable[[float], None] = lambda share: None,
) -> Printed:
    """All vouchers in order. ``common``: city, issued, rulebook. Raises ``MissingGlyphs`` if it should."""
    parts: list[bytes] = []
    covers: list[int] = []
    offset = 0
    for begin in range(0, len(letters), PORTION):
        some = letters[begin : begin + PORTION]
        data = {"title": "予診票", "cover": cover, **common, "letters": [asdict(one) for one in some]}
        pdf = compile_pdf(PACKAGE, "voucher", data, missing)
        first, pages = starts(pdf)
        wanted = sum(len(one.sheets) + cover for one in some)
        if pages != wanted or (cover and len(first) != len(some)):
            raise RuntimeError(f"{wanted} sheets on {pages} pages")
        covers += [offset + at + 1 for at in first]
        offset += pages
        parts.append(pdf)
        progress(min(begin + PORTION, len(letters)) / len(letters))
    return Printed(parts[0] if len(parts) == 1 else joined(parts), tuple(covers))
