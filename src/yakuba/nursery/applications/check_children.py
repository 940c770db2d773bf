"""Checks of one child's row."""

from __future__ import annotations

from yakuba.nursery.applications.field_types import WISHES
from yakuba.nursery.applications.offers import Offers
from yakuba.nursery.applications.records import Record
from yakuba.nursery.applications.rules import Rules, class_age, fiscal_year
from yakuba.nursery.domain.application import Mark
from yakuba.nursery.domain.siblings import PATTERNS

_OLDEST = 8  # years before the fiscal year: nobody born earlier is below school age


def kind_of(record: Record) -> str:
    """申込区分; where the file does not say it, a child who attends a nursery is a transfer."""
    given: str | None = record.get("kind")
    if given is not None:
        return given
    return "entry" if record.get("current") is None else "transfer"


def check_child(record: Record, offers: Offers, rules: Rules) -> None:
    _wishes(record, offers, rules)
    _current(record, offers)
    _birth(record, rules)
    _dates(record, rules)
    _marks(record, rules)
    pattern, tier = record.get("pattern"), record.get("tier")
    if pattern is not None and pattern not in PATTERNS:
        record.note("pattern-range", "pattern", pattern)
    if tier is not None and tier < 1:
        record.note("tier-range", "tier", tier)


def _wishes(record: Record, offers: Offers, rules: Rules) -> None:
    seen: set[str] = set()
    wishes = record.wishes()
    for number, nursery in wishes:
        key = f"{WISHES}:{number}"
        if nursery is None:
            if not _unreadable(record, key):
                record.note("wish-gap", key, "空欄")
            continue
        if nursery in seen:
            record.note("wish-duplicate", key, nursery)
        seen.add(nursery)
        offers.check(record, key, nursery, record, "wish-unknown-nursery", "wish-no-class")
        if nursery == record.get("current"):
            record.note("wish-is-current", key, nursery)
    if not wishes and kind_of(record) != "continue":
        record.note("wish-none", f"{WISHES}:1", "希望なし")
    if rules.max_wishes is not None and len(wishes) > rules.max_wishes:
        key = f"{WISHES}:{wishes[rules.max_wishes][0]}"
        record.note("wish-too-many", key, f"{len(wishes)}件", limit=rules.max_wishes)


def _unreadable(record: Record, key: str) -> bool:
    """Whether a cell holds something that has a fault of its own."""
    at, cells = record.view.columns[key], record.view.raw.rows[record.row]
    return (record.row, at) in record.view.raw.uncached or (at < len(cells) and bool(str(cells[at]).strip()))


def _current(record: Record, offers: Offers) -> None:
    current, kind = record.get("current"), record.get("kind")
    if current is None:
        if kind in ("transfer", "continue"):
            record.note("current-missing", "current", "空欄")
        return
    if kind == "entry":
        record.note("current-unexpected", "current", current)
    offers.check(record, "current", current, record, "current-unknown", "current-no-class")


def _birth(record: Record, rules: Rules) -> None:
    birth, start, age = record.get("birth"), record.get("wished_start"), record.get("age")
    if birth is None:
        return
    if start is not None and (birth.year, birth.month) > (start.year, start.month):
        record.note("birth-after-start", "birth", birth)
        return
    applied = record.get("applied_on")
    if applied is not None and birth > applied:
        record.note("birth-unborn", "birth", birth)
    year = rules.fiscal_year if rules.fiscal_year is not None else start and fiscal_year(start)
    if year is None:
        return
    if birth.year < year - _OLDEST:
        record.note("birth-too-early", "birth", birth)
    elif age is not None and max(class_age(birth, year), 0) != age:
        record.note("birth-class", "age", f"{age}歳（{birth}生まれ）", age=max(class_age(birth, year), 0))


def _dates(record: Record, rules: Rules) -> None:
    applied = record.get("applied_on")
    if applied is None:
        return
    if rules.today is not None and applied > rules.today:
        record.note("applied-future", "applied_on", applied, today=rules.today)
    elif rules.deadline is not None and applied > rules.deadline:
        record.note("applied-late", "applied_on", applied, deadline=rules.deadline)


def _marks(record: Record, rules: Rules) -> None:
    wished = {nursery for _, nursery in record.wishes()}
    marks: tuple[Mark, ...] = record.get("marks") or ()
    for mark in marks:
        if mark.nursery is not None and mark.nursery not in wished:
            record.note("mark-nursery-not-wished", "marks", f"{mark.code}@{mark.nursery}")
        if rules.unknown(mark.code, "child", "wish"):
            record.note("mark-unknown", "marks", mark.code)
