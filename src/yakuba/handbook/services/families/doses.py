"""Doses that a family writes down. Nothing is overwritten; the office gets what concerns its children."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from yakuba.core.exchange.sending import reply
from yakuba.handbook.models import Child, Dose, FamilyAccount
from yakuba.handbook.services import reminders
from yakuba.handbook.services.families.errors import BadField, NotAllowed
from yakuba.handbook.services.families.rules import InUse

DOSE = "handbook.dose"
MOST_LOT, MOST_CLINIC = 40, 100  # characters
MOST_DOSES = 300  # of one child
MATERNAL = "RSV_MATERNAL"  # given to the mother, before the birth


@dataclass(frozen=True, slots=True)
class Entry:
    """A dose as it was typed in."""

    vaccine: str
    product: str
    given_on: date | None
    lot: str = ""
    clinic: str = ""


def products_of(rules: InUse, vaccine: str) -> list[str]:
    """The products of a vaccine that rules tell apart."""
    found: dict[str, None] = {}
    for antigen in rules.book.antigens.values():
        for series in antigen.series:
            for dose in series.doses:
                for use in (*dose.preferable, *dose.allowable):
                    if use.vaccine == vaccine and use.product:
                        found[use.product] = None
    return list(found)


def check(child: Child, entry: Entry, rules: InUse, today: date) -> date:
    """The day of a dose that can be written down. Raises ``BadField``."""
    if entry.vaccine not in rules.book.vaccines:
        raise BadField("vaccine", "choose")
    if entry.product and entry.product not in products_of(rules, entry.vaccine):
        raise BadField("product", "choose")
    if entry.given_on is None:
        raise BadField("given_on", "date_needed")
    if entry.given_on > today:
        raise BadField("given_on", "in_future")
    if entry.vaccine != MATERNAL:
        if child.birth is None:
            raise BadField("vaccine", "not_born")
        if entry.given_on < child.birth:
            raise BadField("given_on", "before_birth")
    for field, value, most in (("lot", entry.lot, MOST_LOT), ("clinic", entry.clinic, MOST_CLINIC)):
        if len(tidy(value)) > most:  # as it is kept and sent: some signs become several
            raise BadField(field, "too_long", {"most": most})
    return entry.given_on


def record(child: Child, entry: Entry, rules: InUse, by: FamilyAccount, now: datetime) -> Dose:
    """Write a dose down. Raises ``BadField``."""
    day = check(child, entry, rules, timezone.localdate(now))
    with transaction.atomic():
        Child.objects.select_for_update().get(pk=child.pk)  # the same dose sent twice waits here
        standing = child.doses.filter(taken_back_at=None)
        if standing.filter(vaccine=entry.vaccine, given_on=day).exists():
            raise BadField("given_on", "known_already")
        if standing.count() >= MOST_DOSES:
            raise BadField("vaccine", "too_many", {"most": MOST_DOSES})
        dose = Dose.objects.create(
            child=child,
            reference=secrets.token_urlsafe(24),
            vaccine=entry.vaccine,
            product=entry.product,
            given_on=day,
            lot=tidy(entry.lot),
            clinic=tidy(entry.clinic),
            source="family",
            recorded_by=by,
            recorded_at=now,
        )
        tell(dose)
        reminders.sync(child, now, (reminders.VISIT,))
    return dose


def correct(dose: Dose, entry: Entry, rules: InUse, by: FamilyAccount, now: datetime) -> Dose:
    """Take a dose back and write down what it should have been. Raises ``BadField``, ``NotAllowed``."""
    with transaction.atomic():
        take_back(dose, now)
        return record(dose.child, entry, rules, by, now)


def take_back(dose: Dose, now: datetime) -> None:
    """A dose of the family's own is crossed out; the row stays. ``NotAllowed`` for the office's doses."""
    if dose.source != "family":
        raise NotAllowed
    with transaction.atomic():
        changed = Dose.objects.filter(pk=dose.pk, taken_back_at=None).update(taken_back_at=now)
        if changed:
            dose.taken_back_at = now
            tell(dose)
            reminders.sync(dose.child, now, (reminders.VISIT,))


def tell(dose: Dose) -> None:
    """Post a dose to the office, if the child is one of its register."""
    if not dose.child.from_register:
        return
    content = {
        "child": dose.child.reference,
        "dose": dose.reference,
        "vaccine": dose.vaccine,
        "product": dose.product,
        "given_on": dose.given_on.isoformat(),
        "lot": dose.lot,
        "clinic": dose.clinic,
        "taken_back": dose.taken_back_at is not None,
    }
    reply(DOSE, dose.reference, content)


def tidy(text: str) -> str:
    """One line of plain text: full-width letters and digits of a lot number become half-width."""
    kept = unicodedata.normalize("NFKC", text)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in kept).split())
