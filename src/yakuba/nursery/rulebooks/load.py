"""``yakuba.nursery.rulebook/1``: reading a rule book strictly. The format: ``README.md`` beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any

from yakuba.nursery.domain.market import BadInput, Fault
from yakuba.nursery.domain.scores.rulebook import Rulebook
from yakuba.nursery.rulebooks import parts, rows
from yakuba.nursery.rulebooks.fields import Faults, Fields
from yakuba.nursery.rulebooks.strict_yaml import decode

FORMAT = "yakuba.nursery.rulebook/1"
OVERLAY_KEYS = ("extra_tie_break", "breaks", "version")


def load(path: Path, overlay: Mapping[str, Any] | None = None) -> Rulebook:
    """Read a rule book file. Raises ``BadInput`` with every fault: file, line, path, found, expected."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(
            [Fault(str(path), error.strerror or "読めません", "読めるファイルが必要です")]
        ) from None
    return parse(path.name, content, overlay)


def parse(name: str, content: bytes, overlay: Mapping[str, Any] | None = None) -> Rulebook:
    """Read a rule book from bytes.

    ``overlay``: what the office adds to a published book: ``extra_tie_break`` (steps after the book's own,
    in the file's format), ``breaks`` (where the book does not say), ``version``. It becomes part of
    ``sha256``.
    """
    document = decode(name, content)
    faults = Faults(name, document)
    if isinstance(document.data, dict) and overlay:
        _lay_over(faults, document.data, overlay)
    digest = sha256(content)
    if overlay:
        digest.update(json.dumps(overlay, sort_keys=True, ensure_ascii=False, default=str).encode())
    book = _book(Fields(faults, document.data, ""), digest.hexdigest())
    faults.raise_if_any()
    return book


def builtin() -> list[str]:
    """Ids of the rule books that come with the product."""
    folder = resources.files("yakuba.nursery.rulebooks")
    return sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))


@cache
def load_builtin(id_: str) -> Rulebook:
    """A rule book that comes with the product. Raises ``BadInput`` for an unknown id."""
    if id_ not in builtin():
        raise BadInput([Fault("基準表", id_, f"次のどれかが必要です：{'、'.join(builtin())}")])
    file = f"{id_}.yaml"
    return parse(file, resources.files("yakuba.nursery.rulebooks").joinpath(file).read_bytes())


def _lay_over(faults: Faults, data: dict[str, Any], overlay: Mapping[str, Any]) -> None:
    """Overlay values go through the same YAML reader, so that they obey the same rules."""
    plain: dict[str, Any] = decode(
        "overlay", json.dumps(overlay, ensure_ascii=False, default=str).encode()
    ).data
    for key in plain:
        if key not in OVERLAY_KEYS:
            faults.add(f"overlay.{key}", key, f"加えられるのは {'、'.join(OVERLAY_KEYS)} です")
    data["tie_break"] = [*(data.get("tie_break") or []), *(plain.get("extra_tie_break") or [])]
    if "version" in plain:
        data["version"] = plain["version"]
    if "breaks" in plain:
        hours = dict(data.get("hours") or {})
        if hours.get("breaks", "unknown") != "unknown":
            faults.add("overlay.breaks", plain["breaks"], "基準表が休憩の扱いを決めています。変えられません")
        data["hours"] = hours | {"breaks": plain["breaks"]}


def _book(fields: Fields, digest: str) -> Rulebook:
    if fields.text("format") != FORMAT:
        fields.fault("format", fields.value.get("format"), f"{FORMAT} が必要です")
    evidence = fields.text("evidence", need=True)
    ranks = fields.texts("ranks")
    labels = {key: str(value) for key, value in fields.raw("facts").items()}
    basic = tuple(rows.basic_row(row, evidence, ranks, labels) for row in fields.rows("basic"))
    adjustments = tuple(rows.adjustment(row, evidence, ranks) for row in fields.rows("adjustments"))
    codes = {row.code for row in basic} | {row.code for row in adjustments}
    steps = tuple(rows.step(row, evidence, codes) for row in fields.rows("tie_break"))
    book = Rulebook(
        id=fields.code("id"),
        municipality=fields.text("municipality", need=True),
        prefecture=fields.text("prefecture"),
        fiscal_year=fields.whole("fiscal_year"),
        version=fields.text("version", need=True),
        effective_from=fields.day("effective_from"),
        effective_until=fields.day("effective_until"),
        status=fields.one_of("status", ("complete", "template"), "template", need=True),  # type: ignore[arg-type]  # as named
        evidence=evidence,
        evidence_note=fields.text("evidence_note"),
        invented=fields.yes_no("invented"),
        sources=tuple(parts.source(row) for row in fields.rows("sources")),
        terms=parts.terms(fields.inner("terms")),
        combination=parts.combination(fields.inner("combination"), basic),
        hours=parts.hours(fields.inner("hours")),
        facts=labels,
        basic=basic,
        adjustments=adjustments,
        groups=parts.groups(fields.inner("groups"), adjustments),
        caps=tuple(parts.cap(row, codes) for row in fields.rows("caps")),
        tiers=tuple(parts.tier(row) for row in fields.rows("tiers")),
        ranks=ranks,
        leave_extension=parts.leave_extension(fields.inner("leave_extension"), adjustments, ranks),
        tie_break=steps,
        notes=fields.texts("notes"),
        gaps=fields.texts("gaps"),
        examples=tuple(parts.example(row) for row in fields.rows("examples")),
        tie_examples=tuple(parts.tie_example(row, steps) for row in fields.rows("tie_examples")),
        sha256=digest,
    )
    fields.done()
    _whole(fields, book)
    return book


def _whole(fields: Fields, book: Rulebook) -> None:
    """What only shows when all parts are together: duplicates, overlaps, rows that nothing reaches."""
    basic = {f"basic[{i}]": row for i, row in enumerate(book.basic)}
    adjustments = {f"adjustments[{i}]": row for i, row in enumerate(book.adjustments)}
    codes = {place: row.code for place, row in basic.items()}
    _no_duplicates(fields, codes | {place: row.code for place, row in adjustments.items()})
    _no_duplicates(fields, {f"tie_break[{i}]": step.key for i, step in enumerate(book.tie_break)})
    _no_duplicates(fields, {f"tiers[{i}]": str(tier.number) for i, tier in enumerate(book.tiers)})
    _no_duplicates(fields, {f"sources[{i}]": source.id for i, source in enumerate(book.sources)})
    for (place, one), (later, other) in combinations(basic.items(), 2):
        if rows.overlap(one, other):
            found = f"{one.code} と {other.code}"
            fields.fault(f"{later}.when", found, f"{place} と重ならない範囲が必要です")
    known = {source.id for source in book.sources}
    used = {place: row.source for place, row in basic.items()}
    for place, source in (used | {place: row.source for place, row in adjustments.items()}).items():
        if source and source not in known:
            fields.fault(f"{place}.source", source, "sources にある id が必要です")
    parts.check_whole(fields, book)


def _no_duplicates(fields: Fields, values: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for place, value in values.items():
        if value and value in seen:
            fields.fault(place, value, "同じ記号（番号）が2つあります")
        seen.add(value)
