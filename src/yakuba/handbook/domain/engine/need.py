"""Immunity and contraindications (Logic Specification 7.2 and 7.3)."""

from __future__ import annotations

from yakuba.handbook.domain.engine.context import Context
from yakuba.handbook.domain.engine.state import PatientSeries, Reason
from yakuba.handbook.domain.rules import Antigen, Contraindication, VaccineUse


def immune(context: Context, antigen: Antigen) -> bool:
    """Table 7-3: a clinical history, or a birth before the immunity date without an exclusion.

    An unknown country of birth is taken to be the rule book's own.
    """
    if any(context.observed(code) for code in antigen.immune_after):
        return True
    birth = context.person.birth
    country = context.person.country or context.rulebook.country
    return birth is not None and any(
        birth < rule.day
        and not any(context.observed(code) for code in rule.exceptions)
        and (not rule.country or rule.country == country)
        for rule in antigen.born_before
    )


def _applies(context: Context, rule: Contraindication) -> bool:
    return context.observed(rule.observation) and context.within(context.on_date, rule.from_, rule.until)


def contraindication(context: Context, antigen: Antigen, patient: PatientSeries) -> Reason | None:
    """Table 7-7: an antigen contraindication, or one for each preferable vaccine of the series."""
    rules = [rule for rule in antigen.contraindications if context.observed(rule.observation)]
    if not rules:
        return None
    for rule in rules:
        if not rule.vaccines and _applies(context, rule):
            return Reason(f"contraindicated:{rule.observation}", None, rule.source)
    uses = [use for target in patient.targets for use in target.dose.preferable]
    if uses and all(forbidden(context, rules, use) for use in uses):
        return Reason("contraindicated:all_vaccines")
    return None


def forbidden(context: Context, rules: list[Contraindication], use: VaccineUse) -> bool:
    """Table 7-6: whether a vaccine is contraindicated on the assessment date."""
    return any(
        banned.vaccine == use.vaccine and context.within(context.on_date, banned.from_, banned.until)
        for rule in rules
        for banned in rule.vaccines
    )
