"""What waits for a person in a batch: by field across the pages, or page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from yakuba.ocr.models import Batch, Check, CheckLease, FieldValue, ValueState
from yakuba.ocr.services.checking import may_bulk
from yakuba.ocr.services.definitions import field_of
from yakuba.ocr.services.turns import OPEN, is_chief, standing_checks, why_not
from yakuba.ocr.services.visibility import hidden_numbers

LEASE = timedelta(seconds=90)
PART = 50  # fields on one screen
TIMED = 500  # the newest decisions that the median is of


@dataclass(frozen=True, slots=True)
class Way:
    """One walk through a batch: a field of a form version, or one page (``number``)."""

    batch: Batch
    version: int | None = None
    name: str = ""
    number: int | None = None

    def values(self) -> QuerySet[FieldValue]:
        """Every field on the walk, in order."""
        rows = FieldValue.objects.filter(page__batch=self.batch)
        if self.number is not None:
            return rows.filter(page__number=self.number).order_by("order")
        return rows.filter(page__version=self.version, name=self.name).order_by("page__number")

    def seen_by(self, user: Any) -> QuerySet[FieldValue]:
        """The fields on the walk that the person may see."""
        return self.values().exclude(page__number__in=hidden_numbers(self.batch, user))

    def rows(self, user: Any) -> list[FieldValue]:
        """The fields that the person may see, with all that the check screen shows of them."""
        chosen = self.seen_by(user).select_related("page__batch", "page__version__form", "page__registered")
        return list(chosen.prefetch_related("checks__by", "lease__by"))


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the choice of what to check."""

    title: str
    form: str
    version: int | None
    name: str
    number: int | None
    total: int
    waiting: int  # for this person
    others: int  # open, but for somebody else
    reasons: int  # of the waiting ones, those with a reason
    bulk: int  # of the waiting ones, those that a look over the grid may settle
    first: int  # the first waiting value, 0 without one


def batch_values(batch: Batch, user: Any) -> list[FieldValue]:
    """Every field of the batch that the person may see, with pages, forms and checks."""
    rows = FieldValue.objects.filter(page__batch=batch).order_by("page__number", "order")
    rows = rows.exclude(page__number__in=hidden_numbers(batch, user))
    return list(
        rows.select_related("page__batch", "page__version__form").prefetch_related("checks", "lease__by")
    )


def _group(user: Any, chief: bool, rows: Sequence[FieldValue], *, by_page: bool) -> Group:
    mine = [one for one in rows if waits_for(user, one, chief=chief)]
    head = rows[0]
    open_rows = sum(one.state in OPEN for one in rows)
    return Group(
        title=f"{head.page.number}ページ" if by_page else field_of(head).title,
        form=str(head.page.version or ""),
        version=head.page.version_id,
        name=head.name,
        number=head.page.number if by_page else None,
        total=len(rows),
        waiting=len(mine),
        others=open_rows - len(mine),
        reasons=0 if head.page.batch.blind else sum(bool(one.reasons) for one in mine),
        bulk=sum(may_bulk(one) for one in mine),
        first=mine[0].pk if mine else 0,
    )


def groups(batch: Batch, user: Any, *, by_page: bool = False) -> list[Group]:
    """What the person can check, in the order of the form or of the pages."""
    chief = is_chief(user)
    found: dict[tuple[Any, ...], list[FieldValue]] = {}
    for value in batch_values(batch, user):
        key = (value.page.number,) if by_page else (value.page.version_id or 0, value.name)
        found.setdefault(key, []).append(value)
    return [_group(user, chief, rows, by_page=by_page) for rows in found.values()]


def waits_for(user: Any, value: FieldValue, *, chief: bool) -> bool:
    """Whether the open field is this person's to decide now."""
    return value.state in OPEN and not why_not(value, standing_checks(value), user, chief=chief)


def held_by_other(value: FieldValue, user: Any, now: datetime) -> str:
    """The name of somebody else who has the field open just now; empty otherwise."""
    lease = getattr(value, "lease", None)
    if lease is None or lease.by_id == user.pk or lease.until <= now:
        return ""
    return str(lease.by.name)


def choose(rows: Sequence[FieldValue], user: Any, *, wanted: int = 0, after: int = 0) -> FieldValue | None:
    """The field to show: the one asked for, else the next of this person's after ``after``, round about."""
    chief, now = is_chief(user), timezone.now()
    mine = [one for one in rows if waits_for(user, one, chief=chief)]
    asked = [one for one in mine if one.pk == wanted]
    if asked:
        return asked[0]
    places = {one.pk: place for place, one in enumerate(rows)}
    behind = places.get(after, -1)
    turned = sorted(mine, key=lambda one: (places[one.pk] <= behind, places[one.pk]))
    free = [one for one in turned if not held_by_other(one, user, now)]
    return next(iter(free or turned), None)


def take(value: FieldValue, user: Any) -> None:
    """Say that the person has the field open; a living lease of somebody else stays theirs."""
    now = timezone.now()
    with transaction.atomic():
        mine = CheckLease.objects.filter(Q(by=user) | Q(until__lte=now), value=value)
        if mine.update(by=user, until=now + LEASE):
            return
        if CheckLease.objects.filter(value=value).exists():
            return
        try:
            with transaction.atomic():
                CheckLease.objects.create(value=value, by=user, until=now + LEASE)
        except IntegrityError:
            return  # somebody else opened it in the same moment


def release_others(value: FieldValue, user: Any) -> None:
    """The person has gone on: what else they had open is free again."""
    CheckLease.objects.filter(by=user).exclude(value=value).delete()


def median_seconds(rows: Iterable[FieldValue]) -> float | None:
    """Median seconds of the newest single decisions on these fields; ``None`` before the first."""
    checks = Check.objects.filter(value__in=[one.pk for one in rows], undone_at=None, seconds__gt=0).order_by(
        "-at"
    )
    times = list(checks.values_list("seconds", flat=True)[:TIMED])
    return median(times) if times else None


def part_of(rows: Sequence[FieldValue], value: FieldValue) -> tuple[int, list[FieldValue]]:
    """The stretch of ``PART`` fields that the value lies in, and the number of its first, from 1."""
    place = next((number for number, one in enumerate(rows) if one.pk == value.pk), 0)
    start = place - place % PART
    return start + 1, list(rows[start : start + PART])


STATE_WORDS = {
    ValueState.AUTO: "AI",
    ValueState.WAITING: "未確認",
    ValueState.ONCE: "1人目済み",
    ValueState.DIFFERS: "入力が違う",
    ValueState.DONE: "✓",
    ValueState.ILLEGIBLE: "●",
    ValueState.ESCALATED: "係長待ち",
}
