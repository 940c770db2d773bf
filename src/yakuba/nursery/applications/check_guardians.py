"""Checks of guardians: one row a person, hours and days that are possible and fit together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from yakuba.nursery.applications.records import Record
from yakuba.nursery.applications.rules import Rules

# unit in the key → (the most there can be, kind of fault)
LIMITS = {
    "_hours_month": (744, "hours-over"),  # 31 days of 24 hours
    "_hours_week": (168, "hours-over"),
    "_hours_day": (24, "hours-over"),
    "_days_month": (31, "days-over"),
    "_days_week": (7, "days-over"),
}
_FITS = (("work_days_month", "work_hours_month"), ("work_days_week", "work_hours_week"))
_TOLERANCE = Decimal("0.25")  # shifts differ from day to day; a wrong unit differs by far more
_SLACK_HOURS = 8


def check_guardians(records: Sequence[Record], rules: Rules) -> None:
    first: dict[tuple[str, str], Record] = {}
    for record in records:
        identity = (record.get("household"), record.get("relation"))
        if None not in identity and identity[1] != "other":
            kept = first.setdefault(identity, record)
            if kept is not record:
                record.note("guardian-duplicate", "relation", _said(record), first=kept.number)
        _limits(record)
        _fit(record)
        _codes(record, rules)
        numbers = [value for value in record.facts().values() if not isinstance(value, bool)]
        if not (numbers or record.get("reasons") or record.get("rows")):
            record.note("guardian-no-reason", "relation", _said(record))


def _said(record: Record) -> str:
    return {"father": "父", "mother": "母"}.get(record.get("relation") or "", "その他")


def _limits(record: Record) -> None:
    for key, value in record.facts().items():
        for unit, (most, code) in LIMITS.items():
            if unit in key and value > most:
                record.note(code, key, value, limit=most)


def _fit(record: Record) -> None:
    """Days × hours a day against the hours of the same period."""
    for days, hours in _FITS:
        product = _product(record.get(days), record.get("work_hours_day"))
        given = record.get(hours)
        if product is None or given is None:
            continue
        if abs(product - given) > max(_TOLERANCE * Decimal(max(product, given)), _SLACK_HOURS):
            record.note("hours-inconsistent", hours, given, product=f"{product.normalize():f}")


def _product(days: int | Decimal | None, hours: int | Decimal | None) -> Decimal | None:
    return None if days is None or hours is None else Decimal(days) * Decimal(hours)


def _codes(record: Record, rules: Rules) -> None:
    for code in record.get("rows") or ():
        if rules.unknown(code, "basic"):
            record.note("row-unknown", "rows", code)
    for mark in record.get("marks") or ():
        if rules.unknown(mark.code, "parent"):
            record.note("mark-unknown", "marks", mark.code)
