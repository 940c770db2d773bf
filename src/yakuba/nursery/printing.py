"""Printed results (A4, PDF): a child's result with its reasons, the table of classes, the certificate.

Texts reach the templates in ``print/`` as JSON data and are never put into Typst source, so that no sign in
a name can be read as a command. Fonts come from the package alone; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # publishes no types

from yakuba.core.print import typesetting
from yakuba.core.print.typesetting import Missing as Missing
from yakuba.core.print.typesetting import MissingGlyphs as MissingGlyphs
from yakuba.core.print.typesetting import check_glyphs as check_glyphs
from yakuba.core.print.typesetting import missing_glyphs as missing_glyphs
from yakuba.nursery.domain.explain import Audience, WishExplanation

_SIZES = (10.5, 9.5, 8.5, 7.5)  # points, tried in this order until a child's result fits on one page
_MOST_ROWS = 24
_PRIVACY = (
    "ほかのご家庭のことは、3人以上の人数でだけお示しします。人数の少ない園では、人数と基準をお示ししません。"
)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands on every sheet: 「汐見区」, 「令和9年4月入所 一次選考」, the date of issue, the office."""

    town: str
    round: str
    issued: str
    office: str = ""


@dataclass(frozen=True, slots=True)
class ChildResult:
    """One child's result: ``headline`` and ``wishes`` come from ``explain``; ``number`` is 受付番号."""

    number: str
    name: str
    headline: str
    wishes: Sequence[WishExplanation]
    audience: Audience
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One class of the table.

    ``capacity``: seats, those of transfer children included; ``transfers``: transfer children who held one
    before; ``occupants``: children in it now; ``holders``: those of them who kept their seat; ``cutoff``:
    the last newly admitted child's first key.
    """

    id: str
    name: str
    capacity: int
    occupants: int
    holders: int
    transfers: int
    cutoff: str | None


def print_child(result: ChildResult, head: Letterhead, *, missing: Missing = "refuse") -> bytes:
    """One A4 page as PDF: the result, then the reason of each wish; equal neighbours share a row.

    ``missing``: ``refuse`` raises ``MissingGlyphs`` before anything is printed, ``mark`` prints 〓.
    """
    rows = [_wish_row(list(group)) for _, group in groupby(result.wishes, key=_reason_of)]
    data: dict[str, Any] = {
        "title": "保育所等利用調整の結果" + ("（職員用）" if result.audience == "officer" else ""),
        "subtitle": f"{head.round}　受付番号 {result.number}　{result.name}",
        "headline": result.headline,
        "notes": list(result.notes),
        "privacy": _PRIVACY if result.audience == "parent" else "",
    }
    shown = min(len(rows), _MOST_ROWS)
    while True:
        end = min(2, shown) if shown < len(rows) else 0  # the obtained wish stands near the end: keep it
        kept = rows[: shown - end] + rows[len(rows) - end :]
        data |= {"wishes": kept, "left": len(rows) - shown}
        for size in _SIZES:
            pdf = _compile("child", {**data, "size": size}, head, missing)
            if _pages(pdf) == 1 or shown == 0:
                return pdf
        shown -= max(1, shown // 8)


def print_classes(
    rows: Sequence[ClassResult], head: Letterhead, *, key_name: str, missing: Missing = "refuse"
) -> bytes:
    """The table of classes for the office."""
    data = {
        "title": "クラス別の結果（職員用）",
        "subtitle": head.round,
        "columns": ["クラス", "番号", "定員", "在籍", "内定", "空き", f"最低の{key_name}"],
        "rows": [_officer_row(row) for row in rows],
        "notes": [f"「最低の{key_name}」は、最後に内定した方の値です。"],
        "size": 9.5,
    }
    return _compile("classes", data, head, missing)


def print_public(
    rows: Sequence[Sequence[str]], head: Letterhead, *, key_name: str, missing: Missing = "refuse"
) -> bytes:
    """The public table. ``rows``: class, recruits, applicants, admitted, waiting and cut-off, as withheld."""
    data = {
        "title": "クラス別の結果",
        "subtitle": head.round,
        "columns": ["クラス", "募集人数", "申込み", "内定", "保留", f"最低の{key_name}"],
        "rows": [list(row) for row in rows],
        "notes": [
            f"「最低の{key_name}」は、最後に内定した方の値です。",
            "人数の少ないクラスは、個人が特定されないよう、人数と値を「非公表」としています。",
        ],
        "size": 9.5,
    }
    return _compile("classes", data, head, missing)


def _officer_row(row: ClassResult) -> list[str]:
    numbers = (row.capacity, row.holders, row.occupants - row.holders, row.capacity - row.occupants)
    return [row.name, row.id, *(f"{number:,}" for number in numbers), row.cutoff or "—"]


def class_results(claims: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[ClassResult]:
    """Rows for ``print_classes`` from the claims of a result; ``names``: class id → name."""
    found = []
    down: Sequence[bool] = ()
    for claim in claims:
        if claim["kind"] == "key_names":
            down = claim["ascending"]
        if claim["kind"] != "cutoff":
            continue
        keys = claim.get("keys")
        new = claim["occupants"] > claim["holders"]
        found.append(
            ClassResult(
                id=claim["class"],
                name=names.get(claim["class"], claim["class"]),
                capacity=claim["capacity"],
                occupants=claim["occupants"],
                holders=claim["holders"],
                transfers=claim["transfers"],
                cutoff=_written(keys[0], bool(down and down[0])) if keys and new else None,
            )
        )
    return sorted(
        found, key=lambda row: [int(part) if part.isdecimal() else -1 for part in row.id.split("-")]
    )


def _written(key: int | str, negated: bool) -> str:
    """A key as the ledger writes it; one ordered 小さい順 is negated in the market."""
    return f"{-Decimal(key):f}" if negated else str(key)


def print_certificate(
    certificate: Sequence[tuple[str, Sequence[tuple[str, str]]]],
    head: Letterhead,
    *,
    headline: str,
    not_checked: Sequence[str] = (),
    missing: Missing = "refuse",
) -> bytes:
    """The certificate (割当ての証明書): sections of (name, value) facts, and what it does not prove."""
    data = {
        "title": "割当ての証明書",
        "subtitle": head.round,
        "headline": headline,
        "sections": [
            {"title": title, "facts": [list(fact) for fact in facts]} for title, facts in certificate
        ],
        "notes": list(not_checked),
        "size": 9.5,
    }
    return _compile("certificate", data, head, missing)


def _reason_of(wish: WishExplanation) -> tuple[object, ...]:
    return wish.place, wish.outcome, wish.sentence, wish.cutoff, wish.own, wish.decided_by


def _wish_row(group: Sequence[WishExplanation]) -> dict[str, Any]:
    wish = group[0]
    facts = [
        (f"最後に内定した方の{wish.key_name}", wish.cutoff),
        (f"本人の{wish.key_name}", wish.own),
        ("決め手", wish.decided_by),
    ]
    return {
        "title": wish.title if len(group) == 1 else f"{wish.title}から{group[-1].title}",
        "place": wish.place,
        "outcome": wish.outcome,
        "won": wish.chip == "chip-ok",
        "sentence": wish.sentence,
        "facts": "　".join(f"{name}：{value}" for name, value in facts if value is not None),
    }


def _compile(template: str, data: Mapping[str, Any], head: Letterhead, missing: Missing) -> bytes:
    whole = {**data, "town": head.town, "issued": head.issued, "footer": head.office}
    return compile_pdf(template, whole, missing)


def compile_pdf(template: str, data: Mapping[str, Any], missing: Missing) -> bytes:
    """A template of ``print/`` with its data as PDF. ``MissingGlyphs`` as ``missing`` says."""
    return typesetting.compile_pdf(__package__, template, data, missing)


def _pages(pdf: bytes) -> int:
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)
