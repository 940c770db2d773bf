"""Measure active handling time on the pages of every system.

A page says ``<body data-effects-task="nursery.review" data-effects-case="123">`` and loads
``effects/capture.js``; the rest happens here. Times are the server's: a browser's clock is not trusted.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from yakuba.core.people.models import User
from yakuba.effects.domain.active_time import IDLE_SECONDS, counted
from yakuba.effects.models import WorkSession

TASK = re.compile(r"[a-z][a-z0-9]*\.[a-z][a-z0-9_]*", re.ASCII)
CASE = re.compile(r"[\w.:-]*")
MOST_BEGUN_A_MINUTE = 60


class TooMany(Exception):
    """The person begins sessions faster than anybody works."""


def begin(task: str, case: str, user: User, *, at: datetime | None = None) -> UUID:
    """Start measuring and return the session's id.

    Beginning again within 30 seconds of the last activity on the same task and case continues the open
    session, so a reload or a repeated request starts none. ``ValueError`` for a task that is not
    ``system.task`` or a case that is not a plain number or code; ``TooMany`` above 60 a minute.
    """
    if len(task) > 60 or not TASK.fullmatch(task):
        raise ValueError("task must look like nursery.review")
    if len(case) > 100 or not CASE.fullmatch(case):
        raise ValueError("case must be a number or code of at most 100 characters")
    now = at or timezone.now()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # one beginning at a time for a person
        mine = WorkSession.objects.filter(user=user)
        current = (
            mine.filter(task=task, case_ref=case, ended_at=None)
            .filter(last_activity_at__gte=now - timedelta(seconds=IDLE_SECONDS))
            .last()
        )
        if current is not None:
            return current.id
        if mine.filter(started_at__gt=now - timedelta(minutes=1)).count() >= MOST_BEGUN_A_MINUTE:
            raise TooMany
        return WorkSession.objects.create(
            task=task, case_ref=case, user=user, started_at=now, last_activity_at=now
        ).id


def activity(session: UUID, at: datetime, *, user: User) -> bool:
    """The person did something; False when the session is not theirs or already over.

    A moment at or before the last one (a repeat, or reports that overtook each other) changes nothing.
    """
    return _advance(session, at, user=user, ends=False)


def end(session: UUID, at: datetime | None = None, *, user: User) -> bool:
    """The person left the page; False when the session is not theirs. Ending twice is harmless."""
    return _advance(session, at or timezone.now(), user=user, ends=True)


def _advance(session: UUID, at: datetime, *, user: User, ends: bool) -> bool:
    with transaction.atomic():
        row = WorkSession.objects.select_for_update().filter(pk=session, user=user).first()
        if row is None:
            return False
        if row.ended_at is not None:
            return ends
        pause = (at - row.last_activity_at).total_seconds()
        if pause > 0:
            row.active_seconds += counted(pause)
            row.idle_cut_seconds += pause - counted(pause)
            row.last_activity_at = at
        if ends:
            row.ended_at = row.last_activity_at
        row.save()
    return True
