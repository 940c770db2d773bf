"""The registration letter (登録のお知らせ): one A4 page a child, in Japanese, やさしい日本語 and English."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from yakuba.core.print import qr
from yakuba.core.print.pdf import joined, starts
from yakuba.core.print.typesetting import Missing, compile_pdf
from yakuba.core.ui.wareki import wareki

PACKAGE = "yakuba.handbook"
PORTION = 60  # letters set at once: little memory, and fonts shared


@dataclass(frozen=True, slots=True)
class EntryLetter:
    """What stands on one letter. ``address`` empty: handed over, never mailed (支援措置)."""

    child: str
    addressee: str
    postal_code: str
    address: str
    code: str


@dataclass(frozen=True, slots=True)
class EntrySheet:
    """What all letters share."""

    city: str
    office: str
    page_address: str
    issued_on: date
    expires_on: date


def texts(sheet: EntrySheet) -> dict[str, Any]:
    """The words of the letter in its three languages."""
    until = wareki(sheet.expires_on, weekday=False)
    english = f"{sheet.expires_on.day} {sheet.expires_on:%B %Y}"
    return {
        "ja": [
            "お子さん（妊娠中の方は出産予定日）の予防接種の時期を、区の画面で確かめられます。はじめて使うときに、下の登録コードを入力してください。",
            f"登録コードは1回だけ使えます。期限は{until}です。ほかの人に見せないでください。",
            "コードをなくしたときは、下の窓口に連絡してください。新しいコードを送ります。前のコードは使えなくなります。",
        ],
        "easy": [
            "子どもの 予防接種（よぼうせっしゅ）の 日を 見ることが できます。",
            "スマートフォンで 四角い マークを 読みます。コードを 入れます。",
            f"コードは 1回 使えます。{until}まで 使えます。",
            "コードを ほかの 人に 見せないで ください。",
            "わからない ときは 下の 電話に 聞いて ください。",
        ],
        "en": [
            "You can see when your child's vaccinations are due. Open the page below and type in the "
            "registration code and the date of birth (or the due date).",
            f"The code works once, until {english}. Show it to nobody. If it is lost, call the office below "
            "for a new one.",
        ],
    }


def typeset(
    letters: Sequence[EntryLetter],
    sheet: EntrySheet,
    *,
    missing: Missing = "refuse",
    progress: Callable[[float], None] = lambda share: None,
) -> bytes:
    """All letters as one PDF, one page each, in order. Raises ``MissingGlyphs`` before anything is set."""
    parts: list[bytes] = []
    common = {
        "title": "母子手帳の登録のお知らせ",
        "city": sheet.city,
        "office": sheet.office,
        "issued": wareki(sheet.issued_on, weekday=False),
        "page_address": sheet.page_address,
        "qr": list(qr.png(sheet.page_address)),
        "texts": texts(sheet),
    }
    for begin in range(0, len(letters), PORTION):
        some = letters[begin : begin + PORTION]
        pdf = compile_pdf(PACKAGE, "entry", {**common, "letters": [asdict(one) for one in some]}, missing)
        first, pages = starts(pdf)
        if len(first) != len(some) or pages != len(some):
            raise RuntimeError(f"{len(some)} letters on {pages} pages")
        parts.append(pdf)
        progress(min(begin + PORTION, len(letters)) / len(letters))
    return parts[0] if len(parts) == 1 else joined(parts)
