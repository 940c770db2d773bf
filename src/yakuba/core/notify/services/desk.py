"""What the staff do with a notice: send it again, settle it, cancel it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from yakuba.core.audit.services import record
from yakuba.core.notify.domain.states import State
from yakuba.core.notify.models import Delivery, Message
from yakuba.core.notify.registry import all_kinds
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed

UNSENT = (State.GIVEN_UP, State.FAILED, State.HELD)
ENDABLE = (State.WAITING, State.FAILED, State.HELD, State.GIVEN_UP)


class NotPossible(ValueError):
    """The notice has gone on meanwhile; the text is for the staff."""


def open_systems(user: Any, role: Role = Role.VIEWER) -> list[str] | None:
    """The systems whose notices a person sees: all (``None``) for admins, else those of their departments."""
    if allowed(user, None, Role.ADMIN):
        return None
    systems = sorted({kind.name.partition(".")[0] for kind in all_kinds()} - {"notify"})
    return [one for one in systems if allowed(user, one, role)]


def of_systems(rows: QuerySet[Any], systems: list[str] | None, path: str) -> QuerySet[Any]:
    """Those rows whose kind (at ``path``) belongs to the systems."""
    if systems is None:
        return rows
    wanted = Q(pk__in=[])
    for one in systems:
        wanted |= Q(**{f"{path}__startswith": f"{one}."})
    return rows.filter(wanted)


def retry(row: Message, *, by: Any, now: datetime) -> None:
    """Let a notice that failed, was given up or is held leave now. ``NotPossible`` in another state."""
    with transaction.atomic():
        done = Message.objects.filter(pk=row.pk, state__in=UNSENT).update(
            state=State.WAITING,
            token="",
            reason="",
            attempts=0,
            next_attempt=now,
            handed_at=None,
            handed_revision=None,
        )
        if not done:
            raise NotPossible("この通知の状態が変わったため、送り直せません。画面を開き直してください。")
        record("notify.retry", actor=by, target=f"notify.message:{row.pk}")


def retry_all(systems: list[str] | None, *, by: Any, now: datetime) -> int:
    """Send every notice again that was given up, but those that may have arrived; how many."""
    with transaction.atomic():
        rows = Message.objects.filter(state=State.GIVEN_UP, event__at__gt=now).exclude(reason="unknown")
        keys = list(of_systems(rows, systems, "event__kind").values_list("pk", flat=True))
        done = Message.objects.filter(pk__in=keys, state=State.GIVEN_UP).update(
            state=State.WAITING, reason="", attempts=0, next_attempt=now
        )
        if done:
            record("notify.retry", actor=by, target="notify.messages", detail={"messages": done})
    return done


def settle(row: Message, *, by: Any, now: datetime) -> None:
    """Take a mail whose outcome is open as delivered. ``NotPossible`` for any other."""
    with transaction.atomic():
        open_one = Message.objects.filter(pk=row.pk, state=State.GIVEN_UP, reason="unknown")
        done = open_one.update(state=State.SENT, reason="", sent_at=now, receipt="by-staff")
        if not done:
            raise NotPossible("この通知の状態が変わったため、記録できません。画面を開き直してください。")
        revision = row.handed_revision or row.revision
        Delivery.objects.get_or_create(
            message=row,
            revision=revision,
            defaults={"channel": row.channel, "at": now, "receipt": "by-staff"},
        )
        record("notify.settle", actor=by, target=f"notify.message:{row.pk}")


def cancel_message(row: Message, *, by: Any) -> None:
    """Keep a notice from leaving. ``NotPossible`` when it has left, or is leaving right now."""
    with transaction.atomic():
        done = Message.objects.filter(pk=row.pk, state__in=ENDABLE).update(
            state=State.CANCELLED, reason="by_staff", next_attempt=None
        )
        if not done:
            raise NotPossible("この通知は送信中か送信済みのため、取り消せません。")
        record("notify.cancel", actor=by, target=f"notify.message:{row.pk}")
