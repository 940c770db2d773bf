"""What the office recorded of a child (特例・状態), in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from yakuba.handbook.models import Child
from yakuba.handbook.services.families.rules import InUse

# What it is called, what its day is, and what it does.
KINDS: dict[str, tuple[Promise | str, Promise | str, Promise | str]] = {
    "LONG_ILLNESS": (
        gettext_lazy("Special rule after a long illness"),
        gettext_lazy("The reason ended on"),
        gettext_lazy(
            "Vaccines that could not be given in time are free for two years from that day, up to an age "
            "for each vaccine."
        ),
    ),
    "MR_SHORTAGE": (
        gettext_lazy("Special rule for the shortage of MR vaccine"),
        gettext_lazy("Checked on"),
        gettext_lazy("MR that could not be given in time can be given free of charge later."),
    ),
    "HBIG_COURSE": (
        gettext_lazy("Hepatitis B protection after birth"),
        gettext_lazy("Begun on"),
        gettext_lazy("Hepatitis B is given through health insurance, not in the routine programme."),
    ),
    "INTUSSUSCEPTION": (
        gettext_lazy("Intussusception"),
        gettext_lazy("Ill on"),
        gettext_lazy("The rotavirus vaccine is not given."),
    ),
    "GUT_ANOMALY": (
        gettext_lazy("Congenital disorder of the bowel"),
        gettext_lazy("Found on"),
        gettext_lazy("The rotavirus vaccine is not given until it is treated."),
    ),
    "SCID": (
        gettext_lazy("Severe combined immunodeficiency"),
        gettext_lazy("Found on"),
        gettext_lazy("The rotavirus vaccine is not given."),
    ),
    "VARICELLA_DISEASE": (
        gettext_lazy("Had chickenpox"),
        gettext_lazy("Ill on"),
        gettext_lazy("The chickenpox vaccine is not needed any more."),
    ),
}


@dataclass(frozen=True, slots=True)
class ObservedLine:
    """One record: its name, what its day is, the day, and what it does."""

    name: str
    day_label: str
    day: date | None
    effect: str


def observed_lines(child: Child, rules: InUse) -> list[ObservedLine]:
    """What stands, in the order in which it came."""
    return [_line(one.code, one.on, rules) for one in child.observations.filter(taken_back_at=None)]


def _line(code: str, on: date | None, rules: InUse) -> ObservedLine:
    if code in KINDS:
        name, label, effect = KINDS[code]
        return ObservedLine(str(name), str(label), on, str(effect))
    title = next((one.name for one in rules.book.extensions if one.observation == code), "")
    return ObservedLine(title or gettext("A record for your vaccinations"), "", on, "")
