"""Children: the list, adding one, the plan page, the calendar, birth, corrections."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.handbook.family import forms
from yakuba.handbook.family.booked import booked_of, given_back_of
from yakuba.handbook.family.faults import Faults, faults_of
from yakuba.handbook.family.frame import child_name, child_note, show
from yakuba.handbook.family.month import month_of
from yakuba.handbook.family.observed import observed_lines
from yakuba.handbook.family.session import account_of, family_page
from yakuba.handbook.family.timeline import timeline_of
from yakuba.handbook.models import Child, Guardian
from yakuba.handbook.services.families import children, joining
from yakuba.handbook.services.families.errors import BadField
from yakuba.handbook.services.families.outlooks import view_of
from yakuba.handbook.services.families.rules import in_use

YEARS = 30  # around this year, as far as the calendar goes
MONTHS = 12
MOST_NAMED = 20  # bookings that were given back


@require_safe
@family_page
def home(request: HttpRequest) -> HttpResponse:
    """The children; a family with one child goes straight to its plan."""
    held = children.children_of(account_of(request))
    if len(held) == 1 and "all" not in request.GET:
        return HttpResponseRedirect(reverse("handbook_family:timeline", args=[held[0].child.reference]))
    today, rules = timezone.localdate(), in_use()
    rows = []
    for one in held:
        found = timeline_of(one.child, view_of(one.child, rules, today, named=writes(one)), rules, today)
        rows.append((one, child_name(one.child), child_note(one.child, today), found.hero))
    return show(request, "children.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def add(request: HttpRequest) -> HttpResponse:
    """A child or a pregnancy that the family enters itself."""
    if request.method != "POST":
        return show(request, "child_add.html", {"given": {}})
    try:
        child = children.add(
            account_of(request),
            forms.text(request, "name"),
            forms.day(request, "birth"),
            forms.day(request, "due"),
            forms.text(request, "sex", 1),
            timezone.now(),
        )
    except BadField as error:
        context = {"faults": faults_of(error), "given": request.POST}
        return show(request, "child_add.html", context, status=422)
    return HttpResponseRedirect(reverse("handbook_family:timeline", args=[child.reference]))


def held_child(request: HttpRequest, child: str, need: str = children.READER) -> Guardian:
    """The child of an address, as far as the signed-in adult may. ``NotAllowed`` becomes 404."""
    return children.guardian_of(account_of(request), child, need)


def writes(held: Guardian) -> bool:
    """Whether the adult may write; what an illness is called is not shown to those who only look."""
    return children.RANK[held.role] >= children.RANK[children.EDITOR]


@require_safe
@family_page
def timeline(request: HttpRequest, child: str) -> HttpResponse:
    """What comes next, and why."""
    held = held_child(request, child)
    today, rules = timezone.localdate(), in_use()
    found = timeline_of(held.child, view_of(held.child, rules, today, named=writes(held)), rules, today)
    return show(
        request,
        "timeline.html",
        {
            "line": found,
            "booked": booked_of(held, timezone.now()),
            "next_visit": next((one for one in found.visits if not one.late), None),
            "adopted": "adopted" in request.GET,
            "undone": "undone" in request.GET,
            "joined": "joined" in request.GET,
            "given_back": given_back_of(held.child, request.GET.getlist("back")[:MOST_NAMED], timezone.now()),
            "observed": observed_lines(held.child, rules) if writes(held) else [],
            "same": [(one, child_name(one)) for one in _same(request, held)],
        },
        held=held,
        tab="timeline",
        rules=rules,
    )


def _same(request: HttpRequest, held: Guardian) -> list[Child]:
    if held.role != children.OWNER:
        return []
    return joining.twin_entries(account_of(request), held.child)


@require_POST
@family_page
def join(request: HttpRequest, child: str) -> HttpResponse:
    """A child that the family entered itself turns out to be this one."""
    held = held_child(request, child, children.OWNER)
    given_back = joining.join(account_of(request), held.child, forms.text(request, "other", 64))
    said = "?joined" + "".join(f"&back={one.reference}" for one in given_back)
    return HttpResponseRedirect(reverse("handbook_family:timeline", args=[child]) + said)


@require_safe
@family_page
def month(request: HttpRequest, child: str, year: int = 0, number: int = 0) -> HttpResponse:
    """One month of the same."""
    held = held_child(request, child)
    today, rules = timezone.localdate(), in_use()
    if not year:
        year, number = today.year, today.month
    if abs(year - today.year) > YEARS or not 1 <= number <= MONTHS:
        raise Http404
    found = timeline_of(held.child, view_of(held.child, rules, today, named=writes(held)), rules, today)
    booked = booked_of(held, timezone.now(), past=True)
    shown = month_of(date(year, number, 1), found, today, booked)
    return show(request, "month.html", {"month": shown}, held=held, tab="month", rules=rules)


@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def edit(request: HttpRequest, child: str) -> HttpResponse:
    """Name, dates, sex; those of the register are shown but not changed here."""
    held = held_child(request, child, children.EDITOR)
    if request.method != "POST":
        return _edit_form(request, held)
    try:
        children.change(
            held.child,
            name=forms.text(request, "name"),
            birth=forms.day(request, "birth"),
            due=forms.day(request, "due"),
            sex=forms.text(request, "sex", 1),
            today=timezone.localdate(),
        )
    except BadField as error:
        return _edit_form(request, held, error)
    return HttpResponseRedirect(reverse("handbook_family:timeline", args=[child]))


def _edit_form(request: HttpRequest, held: Guardian, error: BadField | None = None) -> HttpResponse:
    kept = held.child
    given: object = {
        "name": kept.name,
        "birth": kept.birth.isoformat() if kept.birth else "",
        "due": kept.due.isoformat() if kept.due else "",
        "sex": kept.sex,
    }
    context = {"faults": faults_of(error), "given": given if error is None else request.POST}
    return show(request, "child_edit.html", context, held=held, status=200 if error is None else 422)


@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def born(request: HttpRequest, child: str) -> HttpResponse:
    """A pregnancy becomes a child."""
    held = held_child(request, child, children.EDITOR)
    if held.child.birth is not None:
        return HttpResponseRedirect(reverse("handbook_family:timeline", args=[child]))
    faults = Faults()
    if request.method == "POST":
        try:
            children.born(
                held.child,
                forms.day(request, "birth"),
                forms.text(request, "name"),
                forms.text(request, "sex", 1),
                timezone.localdate(),
            )
            return HttpResponseRedirect(reverse("handbook_family:timeline", args=[child]))
        except BadField as error:
            faults = faults_of(error)
    context = {"faults": faults, "given": request.POST}
    return show(request, "born.html", context, held=held, status=422 if faults else 200)
