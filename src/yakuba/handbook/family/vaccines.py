"""Vaccines, products and health checks as residents call them, by the rule book's codes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy

from yakuba.handbook.domain.rules import HealthCheck
from yakuba.handbook.services.families.rules import InUse

VACCINES: dict[str, Promise | str] = {
    "HEPB": gettext_lazy("Hepatitis B"),
    "ROTA": gettext_lazy("Rotavirus"),
    "PCV": gettext_lazy("Pneumococcus (children)"),
    "DPT_IPV_HIB": gettext_lazy("Five-in-one (diphtheria, pertussis, tetanus, polio, Hib)"),
    "DPT_IPV": gettext_lazy("Four-in-one (diphtheria, pertussis, tetanus, polio)"),
    "HIB": gettext_lazy("Hib"),
    "BCG": gettext_lazy("BCG (tuberculosis)"),
    "MR": gettext_lazy("Measles and rubella (MR)"),
    "VAR": gettext_lazy("Chickenpox"),
    "JE": gettext_lazy("Japanese encephalitis"),
    "DT": gettext_lazy("Diphtheria and tetanus (DT)"),
    "HPV": gettext_lazy("HPV (cervical cancer and others)"),
    "RSV_MATERNAL": gettext_lazy("RSV, for the mother during pregnancy"),
    "MUMPS": gettext_lazy("Mumps"),
    "FLU": gettext_lazy("Influenza"),
    "LAIV": gettext_lazy("Influenza (nasal spray)"),
    "COVID19": gettext_lazy("COVID-19"),
    "DPT_PRESCHOOL": gettext_lazy("Three-in-one before school"),
    "IPV5": gettext_lazy("Polio, fifth dose"),
}
PRODUCTS: dict[str, Promise | str] = {
    "RV1": gettext_lazy("monovalent (2 doses)"),
    "RV5": gettext_lazy("pentavalent (3 doses)"),
    "PCV20": gettext_lazy("20-valent"),
    "PCV15": gettext_lazy("15-valent"),
    "PCV13": gettext_lazy("13-valent"),
    "HPV2": gettext_lazy("2-valent"),
    "HPV4": gettext_lazy("4-valent"),
    "HPV9": gettext_lazy("9-valent"),
}
LABELS: dict[str, Promise | str] = {  # of doses, as the law names them
    "追加": gettext_lazy("booster"),
    "第1期": gettext_lazy("first period"),
    "第2期": gettext_lazy("second period"),
    "第1期初回": gettext_lazy("first period, first doses"),
    "第1期追加": gettext_lazy("first period, booster"),
    "追加（初回3回の後）": gettext_lazy("booster"),
    "追加（初回が3回に満たない）": gettext_lazy("booster"),
}
CHECKS: dict[str, Promise | str] = {
    "KENSHIN_1M": gettext_lazy("Health check at 1 month"),
    "KENSHIN_3_6M": gettext_lazy("Health check at 3 to 6 months"),
    "KENSHIN_9_11M": gettext_lazy("Health check at 9 to 11 months"),
    "KENSHIN_1Y6M": gettext_lazy("Health check at 1 year and 6 months"),
    "KENSHIN_3Y": gettext_lazy("Health check at 3 years"),
    "KENSHIN_5Y": gettext_lazy("Health check at 5 years"),
}


def vaccine_name(code: str, rules: InUse) -> str:
    """A vaccine in the reader's language; in Japanese, and for codes not known here, the book's own title."""
    group = rules.book.groups.get(code)
    if group is not None and group.title and (_japanese() or code not in VACCINES):
        return group.title
    return str(VACCINES.get(code, code))


def _japanese() -> bool:
    return (get_language() or "ja") == "ja"


def product_name(code: str) -> str:
    """A product in the reader's language; its code where it has no name here."""
    return str(PRODUCTS.get(code, code))


def dose_name(vaccine: str, dose: int | None, label: str, rules: InUse) -> str:
    """«Hepatitis B, dose 3», «MR (first period)»."""
    name = vaccine_name(vaccine, rules)
    if label:
        return gettext("%(vaccine)s (%(label)s)") % {"vaccine": name, "label": LABELS.get(label, label)}
    if dose is None:
        return name
    return gettext("%(vaccine)s, dose %(number)s") % {"vaccine": name, "number": dose}


def check_name(rule: HealthCheck) -> str:
    """A health check in the reader's language."""
    return rule.title if _japanese() else str(CHECKS.get(rule.id, rule.title))
