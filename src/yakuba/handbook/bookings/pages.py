"""``/handbook/bookings/``: find a time for a child, hold it, confirm, change, cancel, wait for a place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.db.models import DateTimeField, IntegerField, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from yakuba.core.kept_queries import KeptQuery, Told
from yakuba.core.ui import resident_dates
from yakuba.core.ui.readings import plain
from yakuba.handbook.bookings.frame import (
    child_of_booking,
    child_or_404,
    family_view,
    name_of,
    show,
)
from yakuba.handbook.bookings.lists import times_of
from yakuba.handbook.bookings.views import BookingView, booking_view, clock, offer_view, offers_for
from yakuba.handbook.domain.bookings.ics import Visit, calendar_file, uid_of
from yakuba.handbook.domain.bookings.states import OPEN, State
from yakuba.handbook.models import Booking, Child, FamilyAccount, Slot, WaitingEntry
from yakuba.handbook.services.bookings import choosing, holding, moving, waiting
from yakuba.handbook.services.bookings.boards import board_of
from yakuba.handbook.services.bookings.errors import BookingRefused
from yakuba.handbook.services.bookings.parties import (
    Asker,
    Wish,
    bookable,
    bookable_children,
    day_of,
    fresh_reference,
    party_of,
)

PAST = 10  # past bookings that are listed
LONGEST_KEY = 40


def _rows() -> QuerySet[Booking]:
    mine = bookable(Told("account", IntegerField())).order_by().values("reference")
    return Booking.objects.filter(child_reference__in=mine).select_related("slot__offer", "waiting_entry")


_IS_COMING = Q(state__in=OPEN, slot__end__gt=Told("now", DateTimeField()))
_COMING = KeptQuery(lambda: _rows().filter(_IS_COMING).order_by("slot__start", "pk"))
_PAST = KeptQuery(
    lambda: (
        _rows().exclude(state=State.EXPIRED.value).filter(~_IS_COMING).order_by("-slot__start", "-pk")[:PAST]
    )
)
_IN_LINE = KeptQuery(
    lambda: (
        WaitingEntry.objects.select_related("slot__offer")
        .filter(
            child_reference__in=bookable(Told("account", IntegerField())).order_by().values("reference"),
            state="waiting",
            slot__start__gt=Told("now", DateTimeField()),
        )
        .order_by("slot__start", "pk")
    )
)
_BY_REFERENCE = KeptQuery(
    lambda: Booking.objects.select_related("slot__offer", "waiting_entry").filter(reference=Told("reference"))
)
_SLOT = KeptQuery(
    lambda: (
        Slot.objects.filter(reference=Told("reference"), offer__reference=Told("offer"))
        .order_by()
        .values_list("pk", flat=True)
    )
)


def _shown(rows: list[Booking], children: dict[str, Child], now: datetime) -> list[BookingView]:
    return [booking_view(one, child, now) for one in rows if (child := children.get(one.child_reference))]


@require_safe
@family_view
def home(request: HttpRequest, account: FamilyAccount) -> HttpResponse:
    """The family's bookings, and for which child to look for a time."""
    now = timezone.now()
    children = {child.reference: child for child in bookable_children(account)}
    context = {
        "coming": _shown(_COMING.ask(account=account.pk, now=now), children, now),
        "past": _shown(_PAST.ask(account=account.pk, now=now), children, now),
        "line": [
            (one, name_of(child), day_of(one.slot), clock(one.slot.start))
            for one in _IN_LINE.ask(account=account.pk, now=now)
            if (child := children.get(one.child_reference))
        ],
        "children": [(one, name_of(one), resident_dates.day(one.birth)) for one in children.values()],
    }
    return show(request, "home.html", {**context, "joined": "waiting" in request.GET})


@require_safe
@family_view
def offers(request: HttpRequest, account: FamilyAccount, child: str) -> HttpResponse:
    """What can be booked for a child, and why not for the rest."""
    found = child_or_404(account, child)
    every = offers_for(found)
    context = {
        "child": found,
        "name": name_of(found),
        "offers": [one for one in every if not one.why_not],
        "others": [one for one in every if one.why_not],
    }
    return show(request, "offers.html", context)


@require_safe
@family_view
def times(request: HttpRequest, account: FamilyAccount, child: str, offer: str) -> HttpResponse:
    """The times of an offer. ``?move=``: the booking that is to go to another of them."""
    return _times(request, account, child, offer, moving=request.GET.get("move", ""))


def _times(
    request: HttpRequest, account: FamilyAccount, child: str, offer: str, *, moving: str = "",
    refused: BookingRefused | None = None,
) -> HttpResponse:  # fmt: skip
    now = timezone.now()
    found = child_or_404(account, child)
    board = board_of(offer)
    if board is None:
        raise Http404
    booking = None
    if moving:
        booking, _ = _own(account, moving, found)
    listed = times_of(board, found, now, moving=bool(moving))
    context = {
        "child": found,
        "name": name_of(found),
        "view": offer_view(board.offer, board.rule, found) if board.times else None,
        "times": listed,
        "moving": booking and booking_view(booking, found, now),
        "refused": refused and refused.for_resident(),
        "key": fresh_reference(),
    }
    return show(request, "times.html", context, status=409 if refused else 200)


def _own(account: FamilyAccount, reference: str, child: Child | None = None) -> tuple[Booking, Child]:
    """A booking of one of the account's children, and the child."""
    booking = _BY_REFERENCE.first(reference=reference)
    if booking is None:
        raise Http404
    mine = child_of_booking(account, booking)
    if child is not None and mine != child:
        raise Http404
    return booking, mine


@require_POST
@family_view
def hold(request: HttpRequest, account: FamilyAccount, child: str, offer: str) -> HttpResponse:
    """Keep a place for five minutes, stand in line, or move a booking to this time."""
    found = child_or_404(account, child)
    waits = "wait" in request.POST  # the button that was pressed names the time
    named = request.POST.get("wait" if waits else "hold", "")
    slot_id = _SLOT.first(reference=named, offer=offer)
    if slot_id is None:
        raise Http404
    key = f"{request.POST.get('key', '')[:LONGEST_KEY]}:{slot_id}"
    wish = Wish(slot_id, party_of(found), Asker.family(account), key, fresh_reference())
    moves = request.POST.get("move", "")
    now = timezone.now()
    try:
        if waits:
            waiting.join(wish, now=now)
            return HttpResponseRedirect(reverse("handbook_bookings:home") + "?waiting")
        if moves:
            _own(account, moves, found)
            booking = moving.move(moves, wish, now=now)
        else:
            booking = choosing.choose(wish, now=now)
    except BookingRefused as refused:
        return _times(request, account, child, offer, moving=moves, refused=refused)
    return HttpResponseRedirect(reverse("handbook_bookings:booking", args=[booking.reference]))


@require_safe
@family_view
def booking(request: HttpRequest, account: FamilyAccount, reference: str) -> HttpResponse:
    """One booking: confirm it while it is held; later print, change or cancel it."""
    return _booking(request, account, reference)


def _booking(
    request: HttpRequest, account: FamilyAccount, reference: str, refused: BookingRefused | None = None
) -> HttpResponse:
    now = timezone.now()
    found, child = _own(account, reference)
    view = booking_view(found, child, now)
    context = {
        "view": view,
        "child": child,
        "held": bool(view.until),
        "may_change": found.state == State.BOOKED and found.slot.start > now,
        "again": view.chip == "" and found.slot.offer.closed_at is None,
        "refused": refused and refused.for_resident(),
    }
    return show(request, "booking.html", context, status=409 if refused else 200)


@require_POST
@family_view
def confirm(request: HttpRequest, account: FamilyAccount, reference: str) -> HttpResponse:
    """Make the hold a booking."""
    return _act(request, account, reference, holding.confirm)


@require_POST
@family_view
def cancel(request: HttpRequest, account: FamilyAccount, reference: str) -> HttpResponse:
    """Give the place back."""
    return _act(request, account, reference, holding.cancel)


def _act(
    request: HttpRequest, account: FamilyAccount, reference: str, act: Callable[..., Booking]
) -> HttpResponse:
    _own(account, reference)
    try:
        act(reference, asker=Asker.family(account), now=timezone.now())
    except BookingRefused as refused:
        return _booking(request, account, reference, refused)
    return HttpResponseRedirect(reverse("handbook_bookings:booking", args=[reference]))


@require_POST
@family_view
def leave(request: HttpRequest, account: FamilyAccount, reference: str) -> HttpResponse:
    """Leave the waiting list."""
    entry = get_object_or_404(WaitingEntry, reference=reference)
    child_of_booking(account, entry)
    with suppress(BookingRefused):  # a place was offered meanwhile: the first page shows it
        waiting.leave(reference, asker=Asker.family(account), now=timezone.now())
    return HttpResponseRedirect(reverse("handbook_bookings:home"))


@require_safe
@family_view
def calendar(request: HttpRequest, account: FamilyAccount, reference: str) -> HttpResponse:
    """The booking as a file for the family's own calendar. It names neither child nor vaccine."""
    found, _ = _own(account, reference)
    text = calendar_file(visit_of(found, timezone.now()))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="booking.ics"'
    return response


def visit_of(booking: Booking, now: datetime) -> Visit:
    """The calendar entry of a booking; it keeps its UID when the booking moves."""
    return Visit(
        uid=uid_of(booking.visit),
        sequence=booking.sequence,
        start=booking.slot.start,
        end=booking.slot.end,
        summary=plain(gettext("Booking at the health centre")),
        place=plain(booking.slot.offer.place),
        stamp=now,
        cancelled=booking.state not in OPEN,
    )
