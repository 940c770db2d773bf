"""Which children of the register may be born of which notice of pregnancy; nothing is joined here.

A new child that can be the one expected, with the same guardian or address, opens a task for staff.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from yakuba.handbook.domain.births import (
    ADDRESS,
    EARLIEST,
    GUARDIAN,
    LATEST,
    TERM,
    Household,
    can_be_born,
    plain,
    reasons,
)
from yakuba.handbook.models import Birth, RegisteredChild, StaffTask
from yakuba.handbook.words import RESOLVED

KIND = "birth_of_pregnancy"
MOST = 20  # candidates of a page
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A child, what it has in common with the pregnancy, and the days from the due date to the birth."""

    child: RegisteredChild
    reasons: tuple[str, ...]
    days: int


def live(**of: object) -> QuerySet[Birth]:
    """Hand-overs that were not undone."""
    return Birth.objects.filter(undone_at=None, **of)


def household_of(row: RegisteredChild) -> Household:
    """A notice of pregnancy names the mother herself, a child's row its guardian."""
    adults = (row.name, row.guardian) if row.birth is None else (row.guardian,)
    return Household(adults, row.address, row.postal_code)


def free_children(rows: QuerySet[RegisteredChild]) -> QuerySet[RegisteredChild]:
    """Born children in the municipality that no pregnancy has been handed over to."""
    handed = live(child=OuterRef("pk"))
    here = rows.filter(birth__isnull=False, gone_at=None).filter(~Exists(handed))
    return here.filter(Q(left_on=None) | Q(left_on__gt=timezone.localdate()))


def candidates(pregnancy: RegisteredChild, rows: QuerySet[RegisteredChild]) -> list[Candidate]:
    """Children of ``rows`` that can be born of it and share something with it; the likeliest first."""
    if pregnancy.due is None:
        return []
    first, last = pregnancy.due - TERM + EARLIEST, pregnancy.due + LATEST
    near = free_children(rows).filter(birth__range=(first, last))
    found = [one for child in near if (one := candidate(pregnancy, child)) is not None and one.reasons]
    found.sort(key=lambda one: (-len(one.reasons), abs(one.days), one.child.number))
    return found[:MOST]


def candidate(pregnancy: RegisteredChild, child: RegisteredChild) -> Candidate | None:
    """The child as a candidate; ``None`` when it can't be born of this pregnancy."""
    if pregnancy.due is None or child.birth is None or not can_be_born(pregnancy.due, child.birth):
        return None
    common = reasons(household_of(pregnancy), household_of(child))
    return Candidate(child, common, (child.birth - pregnancy.due).days)


def open_tasks(touched: Collection[int]) -> int:
    """After an import: a task on each child that may be born of a pregnancy. Returns how many are new.

    Only rows that the import brought or changed are looked at (against all others). One question a child
    and pregnancy: what a person closed stays closed.
    """
    handed = live(pregnancy=OuterRef("pk"))
    waiting = RegisteredChild.objects.filter(birth=None, due__isnull=False)
    pregnancies = list(waiting.filter(Q(gone_at=None) | Exists(handed)))
    if not pregnancies:
        return 0
    changed = set(touched)
    index = _index(pregnancies)
    opened = 0
    for child in _children_near(pregnancies, changed):
        home = household_of(child)
        keys = {(GUARDIAN, plain(name)) for name in home.adults} | {(ADDRESS, plain(home.address))}
        for pregnancy in {one.pk: one for key in keys for one in index.get(key, ())}.values():
            if child.pk in changed or pregnancy.pk in changed:
                opened += _ask(pregnancy, child)
    return opened


def _index(pregnancies: Iterable[RegisteredChild]) -> dict[tuple[str, str], list[RegisteredChild]]:
    found: dict[tuple[str, str], list[RegisteredChild]] = {}
    for one in pregnancies:
        home = household_of(one)
        keys = {(GUARDIAN, plain(name)) for name in home.adults} | {(ADDRESS, plain(home.address))}
        for key in keys:
            if key[1]:
                found.setdefault(key, []).append(one)
    return found


def _children_near(pregnancies: Iterable[RegisteredChild], changed: set[int]) -> Iterable[RegisteredChild]:
    days = [one.due for one in pregnancies if one.due is not None]
    span = (min(days) - TERM + EARLIEST, max(days) + LATEST + timedelta(days=1))
    near = free_children(RegisteredChild.objects.filter(birth__range=span))
    if any(one.pk in changed for one in pregnancies):
        return near.iterator(AT_ONCE)
    return (one for one in near.iterator(AT_ONCE) if one.pk in changed)


def _ask(pregnancy: RegisteredChild, child: RegisteredChild) -> bool:
    found = candidate(pregnancy, child)
    if found is None or pregnancy.due is None or child.birth is None:
        return False
    _, made = StaffTask.objects.get_or_create(
        child=child,
        kind=KIND,
        cause=f"pregnancy:{pregnancy.pk}",
        defaults={
            "detail": {
                "pregnancy": pregnancy.pk,
                "due": pregnancy.due.isoformat(),
                "birth": child.birth.isoformat(),
                "reasons": list(found.reasons),
            }
        },
    )
    return made


def drop_questions(row: RegisteredChild) -> None:
    """Before a row leaves the register again: a question that nobody answered is no record."""
    about = Q(child=row) | Q(cause=f"pregnancy:{row.pk}")
    StaffTask.objects.filter(about, kind=KIND).delete()


def settle(child: RegisteredChild) -> list[int]:
    """The question about a child is answered: end its tasks. Returns their keys."""
    waiting = list(child.tasks.filter(kind=KIND, closed_at=None).values_list("pk", flat=True))
    StaffTask.objects.filter(pk__in=waiting).update(closed_at=timezone.now(), outcome=RESOLVED)
    return waiting


def ask_again(tasks: Collection[int]) -> None:
    """Undo of ``settle``."""
    StaffTask.objects.filter(pk__in=list(tasks)).update(closed_at=None, outcome="", note="")
