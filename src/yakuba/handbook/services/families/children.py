"""Children of a family. They are reached through ``Guardian`` rows alone."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import IntegerField, QuerySet
from django.utils import timezone

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.handbook.models import Child, FamilyAccount, Guardian
from yakuba.handbook.services import reminders
from yakuba.handbook.services.families import plans
from yakuba.handbook.services.families.errors import BadField, NotAllowed

READER, EDITOR, OWNER = "reader", "editor", "owner"
RANK = {READER: 1, EDITOR: 2, OWNER: 3}
MOST_NAME = 60  # characters
MOST_CHILDREN = 20  # of one account
OLDEST = 25 * 366  # days: the handbook follows a child until it is grown up
MOST_DAYS_TO_GO = 300  # of a pregnancy
MOST_DAYS_OVERDUE = 60


def _standing() -> QuerySet[Guardian]:
    mine = Guardian.objects.filter(account=Told("account", IntegerField()), ended_at=None)
    return mine.filter(child__ended_at=None).select_related("child").order_by()


_HELD = KeptQuery(_standing)
_BESIDE = KeptQuery(lambda: _standing().filter(child__reference=Told("child")))


def children_of(account: FamilyAccount) -> list[Guardian]:
    """The account's children with the role in each, oldest child last, pregnancies first."""
    held = sorted(_HELD.ask(account=account.pk), key=lambda one: one.pk)
    return sorted(held, key=lambda one: one.child.birth or date.max, reverse=True)


def guardian_of(account: FamilyAccount, reference: str, need: str = READER) -> Guardian:
    """The account's place beside a child. ``NotAllowed`` when there is none, or it is too low."""
    for held in _BESIDE.ask(account=account.pk, child=reference):  # one at most: handbook_guardian_once
        if RANK[held.role] >= RANK[need]:
            return held
    raise NotAllowed


def add(
    account: FamilyAccount, name: str, birth: date | None, due: date | None, sex: str, now: datetime
) -> Child:
    """A child that the family enters itself. Raises ``BadField``."""
    check_name(name)
    if birth is None and due is None:
        raise BadField("birth", "date_needed")
    check_days(birth, due, timezone.localdate(now))
    if sex not in ("", "F", "M"):
        raise BadField("sex", "choose")
    if Guardian.objects.filter(account=account, ended_at=None).count() >= MOST_CHILDREN:
        raise BadField("name", "too_many", {"most": MOST_CHILDREN})
    with transaction.atomic():
        child = Child.objects.create(
            reference=secrets.token_urlsafe(24),
            name=name.strip(),
            birth=birth,
            due=due,
            sex=sex,
            from_register=False,
            created_at=now,
        )
        Guardian.objects.create(account=account, child=child, role=OWNER, since=now)
    return child


def check_name(name: str) -> None:
    """A name of a child as the family calls it; may be empty. Raises ``BadField``."""
    if len(name.strip()) > MOST_NAME:
        raise BadField("name", "too_long", {"most": MOST_NAME})


def check_days(birth: date | None, due: date | None, today: date) -> None:
    """Birth and due date are possible, alone and together. Raises ``BadField``."""
    if birth is not None and birth > today:
        raise BadField("birth", "in_future")
    if birth is not None and birth < today - timedelta(days=OLDEST):
        raise BadField("birth", "too_long_ago")
    if due is not None and birth is None:
        if due > today + timedelta(days=MOST_DAYS_TO_GO):
            raise BadField("due", "due_too_far")
        if due < today - timedelta(days=MOST_DAYS_OVERDUE):
            raise BadField("due", "due_is_past")
    if birth is not None and due is not None and not -140 <= (birth - due).days <= 30:
        raise BadField("due", "due_does_not_fit")


def change(child: Child, *, name: str, birth: date | None, due: date | None, sex: str, today: date) -> None:
    """Correct what the family may correct; dates of the register stay the register's. Raises ``BadField``."""
    check_name(name)
    child.name = name.strip()
    fields = ["name"]
    if not child.from_register:
        if birth is None and due is None:
            raise BadField("birth", "date_needed")
        check_days(birth, due, today)
        if sex not in ("", "F", "M"):
            raise BadField("sex", "choose")
        child.birth, child.due, child.sex = birth, due, sex
        fields += ["birth", "due", "sex"]
    elif child.birth is not None and due != child.due:  # the due date is the family's to add (corrected age)
        check_days(child.birth, due, today)
        child.due = due
        fields.append("due")
    with transaction.atomic():
        child.save(update_fields=fields)
        reminders.sync(child)


def born(child: Child, birth: date | None, name: str, sex: str, today: date) -> None:
    """The pregnancy becomes a child: the due date stays (corrected age). Raises ``BadField``."""
    if birth is None:
        raise BadField("birth", "date_needed")
    check_name(name)
    check_days(birth, child.due, today)
    if sex not in ("", "F", "M"):
        raise BadField("sex", "choose")
    child.birth, child.name = birth, name.strip() or child.name
    child.sex = sex or child.sex
    with transaction.atomic():
        plans.end_pregnancy(child, timezone.now())
        child.save(update_fields=["birth", "name", "sex"])
        reminders.sync(child)


def not_born(child: Child, now: datetime) -> None:
    """The office takes a birth back: what was planned for the child is nothing for a pregnancy."""
    child.planned_visits.all().delete()
    child.plan_changes.filter(taken_back_at=None).update(taken_back_at=now)
