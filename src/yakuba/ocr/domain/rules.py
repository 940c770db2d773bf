"""Rules between fields: sums, furigana and name, postal code and address. They only ever add doubt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from yakuba.ocr.domain.form import FormDefinition, FuriganaRule, Rule, SumRule
from yakuba.ocr.domain.names import NameLexicon, reading_fits
from yakuba.ocr.domain.postal import AddressBook
from yakuba.ocr.domain.reading import FieldReading, Reason


def apply_rules(
    form: FormDefinition,
    readings: Sequence[FieldReading],
    names: Callable[[], NameLexicon],
    addresses: Callable[[], AddressBook],
) -> tuple[FieldReading, ...]:
    """The readings with the reasons that broken rules give; every field of a broken rule gets it."""
    texts = {one.name: one.text for one in readings}
    doubts: dict[str, list[Reason]] = {}
    for rule in form.rules:
        reason = _broken(rule, texts, names, addresses)
        if reason is not None:
            for name in _fields(rule):
                doubts.setdefault(name, []).append(reason)
    return tuple(_with(one, doubts.get(one.name, [])) for one in readings)


def _broken(
    rule: Rule,
    texts: Mapping[str, str],
    names: Callable[[], NameLexicon],
    addresses: Callable[[], AddressBook],
) -> Reason | None:
    if isinstance(rule, SumRule):
        return None if sums_up(rule, texts) else Reason.SUM_MISMATCH
    if isinstance(rule, FuriganaRule):
        kana, name = texts.get(rule.furigana, ""), texts.get(rule.name, "")
        if not kana or not name:
            return None
        # The lexicon knows a small part of all names: a stranger is no fault, a wrong reading a doubt.
        fits = reading_fits(names(), kana, name)
        return Reason.FURIGANA_NAME if fits is False else None
    code, address = texts.get(rule.postal_code, ""), texts.get(rule.address, "")
    if not code or not address:
        return None
    # A code that does not exist speaks against the code just as one of another town does.
    return None if addresses().fits(code, address) else Reason.POSTAL_ADDRESS


def sums_up(rule: SumRule, texts: Mapping[str, str]) -> bool:
    """Whether the parts add up to the total; empty parts count nothing; all empty is no fault."""
    parts = [texts.get(name, "") for name in rule.parts]
    total = texts.get(rule.total, "")
    if total == "" and not any(parts):
        return True
    try:
        return sum(int(part or "0") for part in parts) == int(total)
    except ValueError:
        return False


def _fields(rule: Rule) -> tuple[str, ...]:
    if isinstance(rule, SumRule):
        return (*rule.parts, rule.total)
    if isinstance(rule, FuriganaRule):
        return (rule.furigana, rule.name)
    return (rule.postal_code, rule.address)


def _with(reading: FieldReading, reasons: list[Reason]) -> FieldReading:
    joined = tuple(dict.fromkeys((*reading.reasons, *reasons)))
    return replace(reading, reasons=joined)
