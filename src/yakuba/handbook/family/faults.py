"""What is wrong in a form: by field, and as the lines of the summary that stands over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from yakuba.handbook.family.words import fault
from yakuba.handbook.services.families.errors import BadField

LABELS: dict[str, Promise | str] = {  # as they stand over the fields
    "name": gettext_lazy("Name, as you call your child"),
    "birth": gettext_lazy("Birth date"),
    "due": gettext_lazy("Due date"),
    "sex": gettext_lazy("Sex"),
    "vaccine": gettext_lazy("Vaccine"),
    "given_on": gettext_lazy("Day on which it was given"),
    "product": gettext_lazy("Product"),
    "lot": gettext_lazy("Lot number"),
    "clinic": gettext_lazy("Clinic"),
    "on": gettext_lazy("Day of the measuring"),
    "weight": gettext_lazy("Weight (kg)"),
    "height": gettext_lazy("Height (cm)"),
    "head": gettext_lazy("Head (cm)"),
    "login": gettext_lazy("Sign-in name"),
    "old": gettext_lazy("Present password"),
    "password": gettext_lazy("Your new password"),
    "again": gettext_lazy("The same password again"),
    "language": gettext_lazy("Language of reminders"),
    "role": gettext_lazy("What the person may do"),
    "first": gettext_lazy("First day"),
    "last": gettext_lazy("Last day"),
    "weekday": gettext_lazy("Weekdays that suit you"),
    "most": gettext_lazy("Most injections and drops in one visit"),
}
WITHOUT_FIELD = frozenset({"days", "reason"})  # they come with links, not from a field of the page
OF_THE_WHOLE = frozenset({"too_many", "plan_changed"})  # no field can be put right


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the summary. ``anchor``: the field's id; empty where no field can be put right."""

    anchor: str
    label: Promise | str
    text: str


class Faults(dict[str, str]):
    """Texts by the fields' names, as the templates ask for them."""

    def __init__(
        self, texts: Mapping[str, str] = {}, labels: Mapping[str, Promise | str] | None = None
    ) -> None:
        super().__init__(texts)
        self._labels = {**LABELS, **(labels or {})}

    @property
    def lines(self) -> list[Line]:
        """The summary: every fault with its field's own label."""
        return [Line(name, self._labels[name] if name else "", text) for name, text in self.items()]


def faults_of(error: BadField | None, labels: Mapping[str, Promise | str] | None = None) -> Faults:
    """What a refused form says. ``labels``: where a page calls its fields otherwise."""
    if error is None:
        return Faults()
    whole = error.code in OF_THE_WHOLE or error.field in WITHOUT_FIELD
    return Faults({"" if whole else error.field: fault(error)}, labels)
