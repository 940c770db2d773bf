"""One slot: who has a place, acts at the counter and on the telephone, calling the slot off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.handbook.bookings.forms import NumberForm
from yakuba.handbook.domain.bookings.states import State
from yakuba.handbook.domain.bookings.weeks import fill
from yakuba.handbook.models import Booking, RegisteredChild, Slot
from yakuba.handbook.services.bookings import desk, slots
from yakuba.handbook.services.bookings.counters import crowded
from yakuba.handbook.services.bookings.errors import BookingRefused, Full, NotPossible
from yakuba.handbook.services.bookings.parties import fresh_reference
from yakuba.handbook.services.bookings.sweeping import free, over
from yakuba.handbook.services.visibility import hidden_from

MOST_PLACES = 5_000
DONE = {"cancel": "予約を取り消しました。", "confirm": "予約を確定しました。"}


def _slot(pk: int) -> Slot:
    return get_object_or_404(Slot.objects.select_related("offer"), pk=pk)


def length_of(minutes: int) -> str:
    """「1日」「2時間30分」"""
    days, rest = divmod(minutes, 24 * 60)
    parts = ((days, "日"), (rest // 60, "時間"), (rest % 60, "分"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0分"


def _page(
    request: HttpRequest, found: Slot, form: NumberForm | None = None, status: int = 200
) -> HttpResponse:
    now, full = timezone.now(), crowded([found])
    shown = desk.bookings_of([found], request.user)
    context = {
        "slot": found,
        "fill": fill(
            found.used, found.capacity, waiting=found.waiting, cancelled=found.cancelled_at is not None
        ),
        "free": 0 if full else found.free,
        "room_full": bool(full) and found.free > 0,
        "shown": shown,
        "form": form or NumberForm(initial={"key": fresh_reference()}),
        "may_edit": allowed(request.user, "handbook", Role.OFFICER),
        "open": found.cancelled_at is None and found.end > now,
        "within": length_of(found.offer.offer_minutes),
        "begun": found.start <= now,
        "rooms": sorted(set(found.steps.values_list("step__resource__name", flat=True))),
    }
    return render(request, "handbook/bookings/staff_slot.html", context, status=status)


@require_safe
@require("handbook", Role.VIEWER)
def slot(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has a place and who waits."""
    found = _slot(pk)
    if free(over(timezone.now()).filter(slot=found), timezone.now()):
        found.refresh_from_db()
    return _page(request, found)


@require_POST
@require("handbook", Role.OFFICER)
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Book for a child, or put it on the waiting list where there is no place."""
    found, form = _slot(pk), NumberForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, 422)
    act = desk.wait if request.POST.get("act") == "wait" else desk.book
    try:
        child = desk.child_named(form.cleaned_data["number"], request.user)
        act(found, child, by=request.user, key=form.cleaned_data["key"], now=timezone.now())
    except desk.NoSuchChild as error:
        form.add_error("number", str(error))
        return _page(request, found, form, 422)
    except BookingRefused as refused:
        form.add_error(None, refused.for_staff())
        found.refresh_from_db()
        return _page(request, found, form, 409 if isinstance(refused, Full) else 422)
    messages.success(request, "空き待ちに入れました。" if act is desk.wait else "予約しました。")
    return redirect("handbook:booking-slot", pk)


def _visible(request: HttpRequest, pk: int) -> Booking:
    """A booking whose child the person may see; any other does not exist."""
    hidden = RegisteredChild.objects.filter(number__in=hidden_from(request.user)).values("reference")
    return get_object_or_404(Booking.objects.exclude(child_reference__in=hidden), pk=pk)


@require_POST
@require("handbook", Role.OFFICER)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel or confirm a booking, or note who came."""
    booking, wanted = _visible(request, pk), request.POST.get("act", "")
    acts: dict[str, Any] = {"cancel": desk.cancel, "confirm": desk.confirm}
    try:
        if wanted in acts:
            acts[wanted](booking, by=request.user, now=timezone.now())
            messages.success(request, DONE[wanted])
        elif wanted in (State.ATTENDED, State.NO_SHOW, State.BOOKED):
            done = desk.mark(booking, State(wanted), by=request.user, now=timezone.now())
            messages.success(request, f"「{done.get_state_display()}」と記録しました。")
    except BookingRefused as refused:
        messages.error(request, refused.for_staff())
    return redirect("handbook:booking-slot", booking.slot_id)


@require_POST
@require("handbook", Role.OFFICER)
def capacity(request: HttpRequest, pk: int) -> HttpResponse:
    """Change how many places there are."""
    found, text = _slot(pk), request.POST.get("capacity", "")
    try:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_PLACES))):
            raise NotPossible
        slots.set_capacity(found, int(text), by=request.user)
        messages.success(request, f"定員を{int(text)}人にしました。")
    except NotPossible:
        messages.error(
            request,
            f"定員は、いまの予約の数（{found.used}人）以上、{MOST_PLACES:,}以下の整数にしてください。",
        )
    return redirect("handbook:booking-slot", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@require("handbook", Role.OFFICER)
def cancel_slot(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask first, with everybody who must be told; then call the slot off."""
    found = _slot(pk)
    if request.method == "POST":
        told = slots.cancel_slot(found, by=request.user, now=timezone.now())
        messages.success(request, f"枠を取り消しました。予約していた{len(told)}人に連絡してください。")
        return redirect("handbook:booking-slot", pk)
    shown = desk.bookings_of([found], request.user)
    return render(request, "handbook/bookings/staff_slot_cancel.html", {"slot": found, "shown": shown})
