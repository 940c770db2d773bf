"""Taking records out: JSON, FHIR R4, a calendar file, a page for paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from yakuba.core.notify.domain.ics import Entry, render
from yakuba.core.ui.readings import plain
from yakuba.handbook.domain.ages import preterm
from yakuba.handbook.domain.bookings.ics import uid_of
from yakuba.handbook.family import growth_pages
from yakuba.handbook.family.booked import Booked, confirmed_of
from yakuba.handbook.family.children_pages import held_child, writes
from yakuba.handbook.family.dose_pages import row_of
from yakuba.handbook.family.frame import show
from yakuba.handbook.family.session import family_page
from yakuba.handbook.family.timeline import timeline_of
from yakuba.handbook.models import Child
from yakuba.handbook.services.families import exports, growth
from yakuba.handbook.services.families.outlooks import view_of
from yakuba.handbook.services.families.rules import in_use
from yakuba.handbook.services.open_visits import still_open


@require_safe
@family_page
def export(request: HttpRequest, child: str) -> HttpResponse:
    """What can be taken out, and how."""
    held = held_child(request, child)
    context = {
        "visits": len(still_open(held.child)),
        "bookings": len(confirmed_of(held, timezone.now())),
    }
    return show(request, "export.html", context, held=held, tab="export")


def _attached(response: HttpResponse, name: str) -> HttpResponse:
    day = timezone.localdate().strftime("%Y%m%d")
    response.headers["Content-Disposition"] = f'attachment; filename="handbook-{day}{name}"'
    return response


def _json(content: dict[str, Any], kind: str) -> HttpResponse:
    return JsonResponse(content, content_type=kind, json_dumps_params={"ensure_ascii": False, "indent": 1})


@require_safe
@family_page
def data(request: HttpRequest, child: str) -> HttpResponse:
    """Everything as JSON."""
    held = held_child(request, child)
    content = exports.plain(held.child, in_use(), timezone.localtime(), observations=writes(held))
    return _attached(_json(content, "application/json; charset=utf-8"), ".json")


@require_safe
@family_page
def fhir(request: HttpRequest, child: str) -> HttpResponse:
    """The same as a FHIR R4 bundle."""
    held = held_child(request, child)
    content = exports.fhir_bundle(held.child, in_use(), timezone.localtime())
    return _attached(_json(content, "application/fhir+json; charset=utf-8"), "-fhir.json")


@require_safe
@family_page
def visits(request: HttpRequest, child: str) -> HttpResponse:
    """Planned visits and bookings for a calendar. Neither child nor vaccine is named: calendars lie open."""
    held = held_child(request, child)
    now = timezone.now()
    entries = [*entries_of(held.child), *booking_entries(confirmed_of(held, now))]
    body = render(entries, name=plain(gettext("Handbook")))
    return _attached(HttpResponse(body, content_type="text/calendar; charset=utf-8"), ".ics")


def entries_of(child: Child) -> list[Entry]:
    """Whole days, one a planned visit; the UID stays as long as the visit's day does."""
    return [
        Entry(
            uid=f"{child.reference}-{one.on:%Y%m%d}@handbook",
            sequence=int(one.planned_at.timestamp()),
            summary=plain(gettext("Visit planned in the handbook")),
            start=one.on,
            changed=one.planned_at,
        )
        for one, _ in still_open(child)
    ]


def booking_entries(booked: Sequence[Booked]) -> list[Entry]:
    """Bookings, under the same UIDs as a booking's own file: a calendar that has it keeps it once.

    What is booked is not named, it may be a vaccination; the place is where the family has to go.
    """
    return [
        Entry(
            uid=uid_of(one.booking.visit),
            sequence=one.booking.sequence,
            summary=plain(gettext("Booking at the health centre")),
            start=one.booking.slot.start,
            end=one.booking.slot.end,
            changed=one.booking.made_at,
            location=plain(one.place),
        )
        for one in booked
    ]


@require_safe
@family_page
def paper(request: HttpRequest, child: str) -> HttpResponse:
    """One page for paper (A4): doses, what comes, measures."""
    held = held_child(request, child)
    today, rules = timezone.localdate(), in_use()
    view = view_of(held.child, rules, today, named=writes(held))
    early = held.child.birth is not None and preterm(held.child.birth, held.child.due)
    context = {
        "doses": [row_of(one, rules) for one in view.recorded],
        "line": timeline_of(held.child, view, rules, today),
        "measures": [growth_pages.row_of(held.child, one, early) for one in growth.standing(held.child)],
        "early": early,
        "booked": confirmed_of(held, timezone.now()),
    }
    return show(request, "print.html", context, held=held, tab="export", rules=rules)
