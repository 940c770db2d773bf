"""Around each resident page of bookings: who asks, which child, the way to the entrance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext

from yakuba.core.ui.readings import plain
from yakuba.handbook.family.session import current_account
from yakuba.handbook.models import Booking, Child, FamilyAccount, ServiceOffer, WaitingEntry
from yakuba.handbook.services.bookings.parties import bookable_child

EASY = "ja-x-easy"
View = Callable[..., HttpResponse]


def family_view(view: View) -> View:
    """A page for a signed-in adult, which no browser or proxy keeps. The account is the first argument."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        account = current_account(request)
        response = _entrance(request) if account is None else view(request, account, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return guarded


def _entrance(request: HttpRequest) -> HttpResponse:
    entrance = address("handbook_family:entry") or "/"
    if request.method != "GET":
        return HttpResponseRedirect(entrance)
    return HttpResponseRedirect(f"{entrance}?{urlencode({'next': request.get_full_path()})}")


def address(name: str, *args: Any) -> str:
    """The URL of a neighbouring page; empty where this installation has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def show(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """A page, with the way back to the handbook."""
    around = {"handbook_url": address("handbook_family:children")}
    return render(request, f"handbook/bookings/{template}", {**around, **context}, status=status)


def child_or_404(account: FamilyAccount, reference: str) -> Child:
    """A child of the account."""
    child = bookable_child(account, reference)
    if child is None:
        raise Http404
    return child


def child_of_booking(account: FamilyAccount, booking: Booking | WaitingEntry) -> Child:
    """The child of a booking; somebody else's booking does not exist."""
    return child_or_404(account, booking.child_reference)


def name_of(child: Child) -> str:
    """How pages call a child."""
    if child.name:
        return child.name
    return gettext("Child") if child.birth else gettext("Baby to be born")


def words_of(offer: ServiceOffer) -> dict[str, str]:
    """An offer's texts in the reader's language, in Japanese where there is no other.

    Readings that the staff gave (``{園|えん}``) are kept for readers of easy Japanese alone.
    """
    language = get_language() or "ja"
    own = offer.words.get(language, {})
    found = {key: str(own.get(key) or getattr(offer, key)) for key in ("title", "text", "bring", "place")}
    return found if language == EASY else {key: plain(text) for key, text in found.items()}
