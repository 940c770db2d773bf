"""``/staff/handbook/bookings/``: week and month with how full each slot is, and the list of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.spreadsheets import neutralised
from yakuba.core.ui import resident_dates
from yakuba.handbook.domain.bookings.weeks import Fill, fill, month_weeks, next_month, previous_month, week_of
from yakuba.handbook.models import ServiceOffer, Slot
from yakuba.handbook.services.bookings.desk import Booked, bookings_of
from yakuba.handbook.services.bookings.parties import day_of

WEEK, MONTH = "week", "month"
FIRST_YEAR, LAST_YEAR = 1990, 2200
LONGEST_KEY = 18  # digits that every database takes
MOST_OF_A_DAY = 6  # slots of a day that the month shows
LABELS = {Fill.FREE: "空きあり", Fill.FEW: "残りわずか", Fill.FULL: "満員", Fill.CANCELLED: "取消し"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A slot in a calendar."""

    slot: Slot
    css: str
    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a calendar."""

    day: date
    cells: list[Cell]
    more: int
    out: bool  # of another month


def day_asked(request: HttpRequest) -> date:
    """``?day=``; today for none, for what is no date and for one around which no calendar can be drawn."""
    try:
        asked = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return timezone.localdate()
    return asked if FIRST_YEAR <= asked.year <= LAST_YEAR else timezone.localdate()


def _aware(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def slots_between(first: date, last: date, offer: str = "") -> list[Slot]:
    """Slots of the days, both inclusive; of one offer when it is named."""
    rows = Slot.objects.filter(start__gte=_aware(first), start__lt=_aware(last + timedelta(days=1)))
    if offer.isascii() and offer.isdecimal() and len(offer) <= LONGEST_KEY:
        rows = rows.filter(offer=int(offer))
    return list(rows.select_related("offer").order_by("start", "pk"))


def _cell(slot: Slot) -> Cell:
    found = fill(slot.used, slot.capacity, waiting=slot.waiting, cancelled=slot.cancelled_at is not None)
    return Cell(slot, f"is-{found}", LABELS[found])


@require_safe
@require("handbook", Role.VIEWER)
def calendar(request: HttpRequest) -> HttpResponse:
    """Week or month."""
    view = MONTH if request.GET.get("view") == MONTH else WEEK
    asked, offer = day_asked(request), request.GET.get("offer", "")
    rows = month_weeks(asked) if view == MONTH else [week_of(asked)]
    slots = slots_between(rows[0][0], rows[-1][-1], offer)
    by_day = {day: list(some) for day, some in groupby(slots, key=day_of)}
    grid = [[_day(day, by_day.get(day, []), view, asked) for day in row] for row in rows]
    week = timedelta(days=7)
    context = {
        "view": view,
        "asked": asked,
        "today": timezone.localdate(),
        "month": resident_dates.month(asked),
        "grid": grid,
        "first": rows[0][0],
        "last": rows[-1][-1],
        "before": previous_month(asked) if view == MONTH else asked - week,
        "after": next_month(asked) if view == MONTH else asked + week,
        "offers": ServiceOffer.objects.filter(closed_at=None),
        "offer": offer,
        "used": sum(one.used for one in slots if one.cancelled_at is None),
        "capacity": sum(one.capacity for one in slots if one.cancelled_at is None),
        "waiting": sum(one.waiting for one in slots),
        "slots": len(slots),
        "may_edit": allowed(request.user, "handbook", Role.OFFICER),
    }
    return render(request, "handbook/bookings/staff_calendar.html", context)


def _day(day: date, slots: list[Slot], view: str, asked: date) -> Day:
    most = MOST_OF_A_DAY if view == MONTH else len(slots)
    out = view == MONTH and day.month != asked.month
    return Day(day, [_cell(one) for one in slots[:most]], max(0, len(slots) - most), out)


@require_safe
@require("handbook", Role.VIEWER)
def day_list(request: HttpRequest) -> HttpResponse:
    """Everybody who is booked on a day, to print; ``?format=csv`` to take out."""
    asked = day_asked(request)
    slots = [one for one in slots_between(asked, asked, request.GET.get("offer", "")) if not one.cancelled_at]
    found = bookings_of(slots, request.user)
    if request.GET.get("format") == "csv":
        return _csv(request, asked, found.booked)
    by_slot = {pk: list(some) for pk, some in groupby(found.booked, key=lambda one: one.booking.slot_id)}
    context = {
        "day": asked,
        "before": asked - timedelta(days=1),
        "after": asked + timedelta(days=1),
        "slots": [(one, by_slot.get(one.pk, [])) for one in slots],
        "hidden": found.hidden,
        "count": len(found.booked) + found.hidden,
    }
    return render(request, "handbook/bookings/staff_day.html", context)


HEADER = ("開始", "終了", "名称", "宛名番号", "氏名", "生年月日", "状態")


def _csv(request: HttpRequest, asked: date, booked: list[Booked]) -> HttpResponse:
    import csv

    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="bookings-{asked}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(HEADER)
    for one in booked:
        slot, child = one.booking.slot, one.child
        start, end = timezone.localtime(slot.start), timezone.localtime(slot.end)
        row = [f"{start:%H:%M}", f"{end:%H:%M}", slot.offer.title]
        row += [child.number, child.name, str(child.birth or "")] if child else ["", "", ""]
        writer.writerow([neutralised(text) for text in (*row, one.booking.get_state_display())])
    detail = {"rows": len(booked)}
    record("handbook.booking.export", actor=request.user, target=f"handbook.day:{asked}", detail=detail)
    return response
