"""Rules between fields, asked again after an officer's entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yakuba.ocr.domain.form import Rule, SumRule


@dataclass(frozen=True, slots=True)
class SumFault:
    """The parts of a sum rule make ``found`` yen, its total says ``total``."""

    rule: SumRule
    found: int
    total: int


def _number(text: str | None) -> int | None:
    """A whole number; an empty field counts nothing; ``None`` when it is no number."""
    if text == "":
        return 0
    try:
        return int(text or "x")
    except ValueError:
        return None


def sum_fault(rule: SumRule, values: Mapping[str, str]) -> SumFault | None:
    """The fault of one rule, ``None`` when it holds or a value is missing or no number."""
    parts = [_number(values.get(name)) for name in rule.parts]
    total = _number(values.get(rule.total))
    known = [part for part in parts if part is not None]
    if total is None or len(known) < len(parts) or values.get(rule.total) == "":
        return None
    return None if sum(known) == total else SumFault(rule, sum(known), total)


def sum_faults(rules: Iterable[Rule], values: Mapping[str, str]) -> list[SumFault]:
    """Every sum that does not come out."""
    found = (sum_fault(rule, values) for rule in rules if isinstance(rule, SumRule))
    return [one for one in found if one is not None]


def wanted_by_sums(rules: Iterable[Rule], name: str, values: Mapping[str, str]) -> set[str]:
    """What the sums that the field belongs to would have it say, given the other fields."""
    wanted = set()
    for rule in rules:
        if not isinstance(rule, SumRule) or name not in (*rule.parts, rule.total):
            continue
        others = [_number(values.get(part)) for part in rule.parts if part != name]
        known = [part for part in others if part is not None]
        if len(known) < len(others):
            continue
        total = _number(values.get(rule.total)) if name != rule.total else 0
        if total is None or (name != rule.total and values.get(rule.total) == ""):
            continue
        wanted.add(str(sum(known)) if name == rule.total else str(total - sum(known)))
    return wanted
