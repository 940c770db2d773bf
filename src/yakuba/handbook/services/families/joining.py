"""A child that the family entered itself, and the same child brought by the office later: put together."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from yakuba.handbook.domain.births import can_be_born
from yakuba.handbook.models import Booking, Child, FamilyAccount, Guardian
from yakuba.handbook.services import reminders
from yakuba.handbook.services.bookings.counters import durable
from yakuba.handbook.services.bookings.joining import bring_along
from yakuba.handbook.services.bookings.parties import Asker
from yakuba.handbook.services.families import plans
from yakuba.handbook.services.families.children import OWNER, RANK, guardian_of
from yakuba.handbook.services.families.doses import tell
from yakuba.handbook.services.families.errors import NotAllowed


def twin_entries(account: FamilyAccount, child: Child) -> list[Child]:
    """Children of the account, entered by the family, that may be a child of the register.

    They have the same birth or due date, or are a pregnancy of which the child can be born.
    """
    if not child.from_register:
        return []
    rows = Child.objects.filter(
        guardians__account=account,
        guardians__ended_at=None,
        guardians__role=OWNER,
        from_register=False,
        ended_at=None,
    )
    return [one for one in rows.distinct() if _same_days(one, child) and _same_sex(one, child)]


def _same_days(own: Child, child: Child) -> bool:
    if child.birth is None or own.birth is not None:
        return own.birth == child.birth and (own.birth is not None or own.due == child.due)
    return own.due is not None and can_be_born(own.due, child.birth)


def _same_sex(own: Child, child: Child) -> bool:
    return not own.sex or not child.sex or own.sex == child.sex


def join(account: FamilyAccount, child: Child, other: str) -> list[Booking]:
    """Move everything of a child that the family entered to the register's; the empty one is deleted.

    A dose or a place that both have stays the register's; the answer is the bookings that were given back.
    ``NotAllowed`` when the two can't be the same child.
    """
    guardian_of(account, child.reference, OWNER)
    now = timezone.now()
    durable()
    with transaction.atomic():
        own = next((one for one in twin_entries(account, child) if one.reference == other), None)
        if own is None:
            raise NotAllowed
        given_back = bring_along(own.reference, child.reference, asker=Asker.family(account), now=now)
        list(Child.objects.select_for_update().filter(pk__in=[own.pk, child.pk]))
        known = set(child.doses.filter(taken_back_at=None).values_list("vaccine", "given_on"))
        for dose in own.doses.filter(taken_back_at=None):
            if (dose.vaccine, dose.given_on) not in known:
                dose.child = child
                dose.save(update_fields=["child"])
                tell(dose)
        own.measurements.update(child=child)
        own.observations.update(child=child)
        own.unavailable.update(child=child)
        if child.birth is not None and own.birth is None:
            plans.end_pregnancy(own, now)
        if not child.planned_visits.exists():
            own.planned_visits.update(child=child)
        if not child.sharing_closed:
            _keep_guardians(own, child)
        if child.due is None and own.due is not None:
            child.due = own.due
            child.save(update_fields=["due"])
        reminders.withdraw(own, now)
        own.delete()
        reminders.sync(child, now)
        return given_back


def _keep_guardians(own: Child, child: Child) -> None:
    """Adults with whom the family shared its own entry see the register's child in the same role."""
    held = {one.account_id: one for one in child.guardians.filter(ended_at=None)}
    for one in own.guardians.filter(ended_at=None):
        there = held.get(one.account_id)
        if there is None:
            Guardian.objects.filter(pk=one.pk).update(child=child)
        elif RANK[there.role] < RANK[one.role]:
            Guardian.objects.filter(pk=there.pk).update(role=one.role)
