"""Which children an officer may see (支援措置の対象者は、指名された職員だけが見られる).

A child is protected when it was put under protection (``core.people.protected``), and also as soon as the
resident register says so (``flagged``): until somebody names its officers, nobody sees it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from yakuba.core.people import protected
from yakuba.core.people.models import ProtectedAccess, ProtectedPerson
from yakuba.handbook.models import RegisteredChild

SUBJECT = "handbook.child"
PAGE_OUTPUT, LETTER_OUTPUT, VOUCHER_OUTPUT = "handbook.child_page", "handbook.letter", "handbook.voucher"
HIDDEN = "（非表示）"


def registered_numbers() -> set[str]:
    """宛名番号 of the children for whom protection is registered, with named officers."""
    rows = ProtectedPerson.objects.filter(subject_kind=SUBJECT, ended_at=None)
    return set(rows.values_list("subject_id", flat=True))


def protected_numbers() -> set[str]:
    """宛名番号 of the children who are protected now."""
    flagged = RegisteredChild.objects.filter(flagged=True).values_list("number", flat=True)
    return registered_numbers() | set(flagged)


def unregistered() -> int:
    """How many children the resident register flags for whom nobody has named officers yet."""
    flagged = RegisteredChild.objects.filter(flagged=True, gone_at=None).values_list("number", flat=True)
    return len(set(flagged) - registered_numbers())


def is_protected(child: RegisteredChild) -> bool:
    """Whether the child is protected now."""
    return child.flagged or protected.is_protected(SUBJECT, child.number)


def visible_children(user: Any, rows: QuerySet[RegisteredChild]) -> QuerySet[RegisteredChild]:
    """The rows without the protected children that ``user`` is not named for. Writes nothing."""
    hidden = hidden_from(user)
    return rows.exclude(number__in=hidden) if hidden else rows


def unprotected(rows: QuerySet[RegisteredChild]) -> QuerySet[RegisteredChild]:
    """The rows that may leave in an export; each protected child leaves by a release of its own alone."""
    guarded = protected_numbers()
    return rows.exclude(number__in=guarded) if guarded else rows


def hidden_from(user: Any) -> set[str]:
    """Protected children that the user is not named for."""
    guarded = protected_numbers()
    if not guarded or not user.is_active:
        return guarded
    named = ProtectedAccess.objects.filter(
        user=user, ended_at=None, protected__subject_kind=SUBJECT, protected__ended_at=None
    )
    return guarded - set(named.values_list("protected__subject_id", flat=True))


def note_views(user: Any, shown: Iterable[str]) -> None:
    """Put on record that the user was shown these children, as far as they are protected."""
    seen = protected_numbers() & set(shown)
    if seen:
        protected.visible(user, SUBJECT, seen)


def require_release(child: RegisteredChild, output: str, *, by: Any) -> None:
    """Use up the leave of a second person for an output about a protected child.

    ``ReleaseRequired`` without one, for officers who are not named, and for a child that the resident
    register flags but whose protection nobody has registered yet.
    """
    if child.flagged and not protected.is_protected(SUBJECT, child.number):
        raise protected.ReleaseRequired(
            "住民記録に支援措置の表示があります。「支援措置」の画面で登録し、担当者を指名してください。"
        )
    protected.require_release(SUBJECT, child.number, output, by=by)
