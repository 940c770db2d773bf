"""``yakuba.handbook.rulebook/1``: reading a Japanese rule book strictly (the format: ``README.md``)."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path

from yakuba.handbook.domain.offsets import Offset
from yakuba.handbook.domain.rules import (
    Antigen,
    Association,
    Conflict,
    Contraindication,
    Extension,
    Group,
    HealthCheck,
    Rulebook,
    SignOff,
    Source,
)
from yakuba.handbook.rulebooks.courses import courses
from yakuba.handbook.rulebooks.faults import BadRulebook, Fault
from yakuba.handbook.rulebooks.fields import Fields, Reader
from yakuba.handbook.rulebooks.strict_yaml import decode

FORMAT = "yakuba.handbook.rulebook/1"
LAWS = ("A", "B", "optional")
RECALLED = "RECALLED"


def load(path: Path) -> Rulebook:
    """Read a rule book file. Raises ``BadRulebook`` with every fault: file, line, place, found, expected."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "読めません"
        raise BadRulebook([Fault(str(path), "", reason, "読めるファイルが必要です")]) from None
    return parse(path.name, content)


@cache
def builtin(name: str = "jp", year: int = 2026) -> Rulebook:
    """A rule book that comes with the product. Raises ``BadRulebook`` when there is none of that name."""
    file = resources.files("yakuba.handbook.rulebooks") / name / f"{year}.yaml"
    if not name.isalpha() or not file.is_file():
        raise BadRulebook([Fault(name, "", name, "備え付けの規則は jp です")])
    return parse(f"{name}/{year}.yaml", file.read_bytes())


def parse(name: str, content: bytes) -> Rulebook:
    """Read a rule book from bytes."""
    data, lines = decode(name, content)
    reader = Reader(name, lines)
    fields = Fields(reader, data, "")
    if fields.text("format") != FORMAT:
        reader.fault("format", fields.text("format"), f"{FORMAT} が必要です")
    book = _book(reader, fields, sha256(content).hexdigest())
    fields.done()
    _check(reader, book)
    reader.raise_if_any()
    return book


def _book(reader: Reader, fields: Fields, digest: str) -> Rulebook:
    antigens: dict[str, Antigen] = {}
    groups: dict[str, Group] = {}
    for key, one in fields.named("vaccines"):
        antigens[key], groups[key] = _vaccine(key, one)
        one.done()
    vaccines = _associations(antigens)
    titles: dict[str, str] = {}
    for key, one in fields.named("known_only"):
        titles[key] = one.text("title")
        one.source()
        one.done()
        vaccines.setdefault(key, ())
    for one in fields.each("calendar"):
        one.text("rule")
        one.source()
        one.done()
    return Rulebook(
        name=fields.text("name"),
        version=fields.text("version"),
        antigens=antigens,
        groups=groups,
        vaccines=vaccines,
        conflicts=_conflicts(fields),
        selection="start",
        extensions=tuple(_extension(one) for one in fields.each("extensions")),
        sources={key: _source(one) for key, one in fields.named("sources")},
        recalled=tuple(reader.recalled),
        questions=fields.texts("questions"),
        signed_off=_sign_off(fields),
        sha256=digest,
        health_checks=tuple(_health_check(one) for one in fields.each("health_checks")),
        titles=titles,
    )


def _source(fields: Fields) -> Source:
    found = Source(fields.text("url"), fields.text("what"), fields.text("date", ""))
    fields.done()
    return found


def _sign_off(fields: Fields) -> SignOff | None:
    one = fields.sub("signed_off")
    if one is None:
        return None
    name, day = one.text("name"), one.day("date")
    one.done()
    if day is None:
        one.reader.fault(f"{one.place}.date", "なし", "確認した日付が必要です")
        return None
    return SignOff(name, day)


def _vaccine(key: str, fields: Fields) -> tuple[Antigen, Group]:
    source = fields.source()
    excluded = []
    for one in fields.each("excluded"):
        excluded.append(Contraindication(one.text("observation"), source=one.source(source)))
        one.done()
    series = courses(key, fields, source)
    group = Group(
        key,
        (key,),
        title=fields.text("title"),
        law=fields.one_of("law", LAWS, ""),
        product=fields.text("product", ""),
        keep=frozenset(fields.texts("keep")),
        covered_by=fields.text("covered_by", ""),
        counts_for=frozenset(fields.texts("counts_for")),
        source=source,
    )
    return Antigen(key, series, contraindications=tuple(excluded)), group


def _associations(antigens: dict[str, Antigen]) -> dict[str, tuple[Association, ...]]:
    """Which vaccines count for which keys: a combined vaccine counts for several."""
    found: dict[str, list[str]] = {key: [] for key in antigens}
    for key, antigen in antigens.items():
        uses = {
            use.vaccine
            for series in antigen.series
            for dose in series.doses
            for use in (*dose.preferable, *dose.allowable)
        }
        for vaccine in sorted(uses):
            found.setdefault(vaccine, []).append(key)
    return {vaccine: tuple(Association(key) for key in keys) for vaccine, keys in found.items()}


def _conflicts(fields: Fields) -> dict[tuple[str, str], tuple[Conflict, ...]]:
    found: dict[tuple[str, str], tuple[Conflict, ...]] = {}
    for one in fields.each("conflicts"):
        one.text("title")
        gap = Offset(days=one.number("days", 0))
        rule = Conflict(Offset(days=1), gap, gap, one.period(), one.source())
        later = one.texts("later")
        for earlier in one.texts("earlier"):
            for vaccine in later:
                if earlier != vaccine:
                    found[earlier, vaccine] = (*found.get((earlier, vaccine), ()), rule)
        one.done()
    return found


def _extension(fields: Fields) -> Extension:
    until = fields.day("until")
    ages = fields.sub("until_age")
    upper = {}
    for key in ages.values if ages else ():
        upper[key] = None if ages is None or ages.text(key) == "none" else ages.point(key, end=True)
    found = Extension(
        fields.text("name"),
        fields.text("observation"),
        upper,
        fields.offset("within"),
        until + timedelta(days=1) if until else None,
        fields.period("born_from", "born_until"),
        frozenset(int(number) for number in fields.texts("doses") if number.isdigit()),
        fields.source(),
    )
    fields.done()
    return found


def _health_check(fields: Fields) -> HealthCheck:
    found = HealthCheck(
        fields.text("id"),
        fields.text("title"),
        fields.text("law"),
        fields.point("from"),
        fields.point("until", end=True),
        fields.source(),
    )
    fields.done()
    return found


def _check(reader: Reader, book: Rulebook) -> None:
    """What can only be seen with the whole book: sources and vaccines that exist, doses in order."""
    known = {*book.sources, RECALLED}
    for antigen in book.antigens.values():
        for series in antigen.series:
            numbers = [dose.number for dose in series.doses]
            if numbers != list(range(1, len(numbers) + 1)):
                reader.fault(f"vaccines.{antigen.name}", numbers, "n は1からの続き番号です")
            cited = [w.source for d in series.doses for w in d.ages]
            cited += [i.source for d in series.doses for i in (*d.intervals, *d.allowed_intervals)]
            for source in {one for sources in cited for one in sources} - known:
                reader.fault(f"vaccines.{antigen.name}", source, "sources にある番号が必要です")
            if not all(cited):
                reader.fault(
                    f"vaccines.{antigen.name}", series.name, "すべての規則に src か ev: RECALLED が必要です"
                )
    for earlier, later in book.conflicts:
        for vaccine in {earlier, later} - set(book.vaccines):
            reader.fault("conflicts", vaccine, "vaccines か known_only にある名前が必要です")
    for extension in book.extensions:
        for vaccine in set(extension.until_age) - set(book.groups):
            reader.fault("extensions", vaccine, "vaccines にある名前が必要です")
