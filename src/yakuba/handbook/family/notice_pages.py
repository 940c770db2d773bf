"""The family's inbox, its choices and its calendar: pages of ``core.notify`` inside of the handbook."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext

from yakuba.core.notify import residents
from yakuba.core.notify.services.inbox import Notice
from yakuba.handbook.family.frame import surroundings
from yakuba.handbook.family.session import account_of, current_account, to_entry
from yakuba.handbook.models import Booking
from yakuba.handbook.services import reminders
from yakuba.handbook.services.families.children import EDITOR, RANK, children_of
from yakuba.handbook.services.reminders import recipient_of

NAMESPACE = "handbook_notices"


def _recipient(request: HttpRequest) -> str | None:
    account = current_account(request)
    return None if account is None else recipient_of(account)


def _around(request: HttpRequest) -> dict[str, Any]:
    """The handbook around these pages, which say themselves what is unread."""
    return {**surroundings(request), "unread_notices": 0}


BOOKINGS = (
    reminders.BOOKING, reminders.OFFERED, reminders.BOOKED, reminders.MOVED, reminders.CANCELLED
)  # fmt: skip


class About:
    """A reminder leads to its booking or to the plan of its visit.

    A booking that moved is found under its visit. Who only reads a child sees its bookings in the plan.
    """

    def words(self, notice: Notice) -> str:
        """By the kind alone."""
        if notice.kind in BOOKINGS:
            return gettext("Open this booking")
        return gettext("Open the plan") if notice.kind == reminders.VISIT else ""

    def address(self, request: HttpRequest, notice: Notice) -> str:
        """The page, while the reader still sees the child."""
        account = account_of(request)
        booking = _newest(str(notice.params.get("booking", "")))
        child = booking.child_reference if booking else str(notice.params.get("child", ""))
        held = next((one for one in children_of(account) if one.child.reference == child), None)
        if held is None:
            return ""
        if booking is not None and RANK[held.role] >= RANK[EDITOR]:
            return reverse("handbook_bookings:booking", args=[booking.reference])
        return reverse("handbook_family:timeline", args=[child])


def _newest(reference: str) -> Booking | None:
    """The booking, or the one that it was moved to."""
    rows = Booking.objects.order_by("-pk")
    visit = Booking.objects.filter(reference=reference).values("visit")
    return rows.filter(visit__in=visit).first()


MOUNT = residents.Mount(
    recipient=_recipient,
    sign_in=to_entry,
    base="handbook/family/base.html",
    namespace=NAMESPACE,
    around=_around,
    onward=About(),
)
urlpatterns = [path("", include((residents.urls(MOUNT), NAMESPACE)))]
