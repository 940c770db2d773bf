"""The plan of visits: what-if, taking it over, going back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from yakuba.core.ui import resident_dates
from yakuba.handbook.domain.planner.result import NotPlanned, Shot, Visit
from yakuba.handbook.family import vaccines
from yakuba.handbook.family.children_pages import held_child
from yakuba.handbook.family.faults import faults_of
from yakuba.handbook.family.frame import show
from yakuba.handbook.family.session import account_of, family_page
from yakuba.handbook.models import Guardian
from yakuba.handbook.services.families import children, plans
from yakuba.handbook.services.families.errors import BadField
from yakuba.handbook.services.families.rules import InUse, in_use

DAYS = (7, 14, 28)
WEEKDAYS = 7


@dataclass(frozen=True, slots=True)
class ShownShot:
    """A dose of a visit with its reasons in words."""

    name: str
    shot: Shot
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """A visit of a proposal."""

    day: date
    booked: bool
    shots: tuple[ShownShot, ...]


def asked_of(given: QueryDict, today: date) -> plans.Asked:
    """What the form or the link says. Raises ``BadField``."""
    blocked = None
    days, first, last = given.get("days", ""), given.get("first", ""), given.get("last", "")
    if days:
        if days not in {str(one) for one in DAYS}:
            raise BadField("days", "choose")
        blocked = plans.Blocked(today, today + timedelta(days=int(days) - 1))
    elif first or last:
        blocked = plans.Blocked(_day(first, "first"), _day(last, "last"), given.get("reason", "other"))
    weekdays = given.getlist("weekday")
    if not all(one in {str(number) for number in range(WEEKDAYS)} for one in weekdays):
        raise BadField("weekday", "choose")
    most = given.get("most", "")
    if most and most not in {str(number) for number in range(1, plans.MOST_SHOTS + 1)}:
        raise BadField("most", "choose")
    return plans.Asked(blocked, frozenset(int(one) for one in weekdays), int(most) if most else None)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadField(field, "date_needed") from None


@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def plan(request: HttpRequest, child: str) -> HttpResponse:
    """Try a plan (nothing is kept), or take over the one that was looked at."""
    held = held_child(request, child, children.EDITOR)
    rules, now = in_use(), timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    try:
        asked = asked_of(given, timezone.localdate(now))
        if request.method == "POST":
            mark = request.POST.get("mark", "")[:64]
            plans.adopt(held.child, rules, asked, mark, account_of(request), now)
            return HttpResponseRedirect(reverse("handbook_family:timeline", args=[child]) + "?adopted")
        proposal = plans.propose(held.child, rules, asked, now)
    except BadField as error:
        return _page(request, held, rules, given, None, error)
    return _page(request, held, rules, given, proposal)


@require_POST
@family_page
def undo(request: HttpRequest, child: str) -> HttpResponse:
    """Go back to the plan before."""
    held = held_child(request, child, children.EDITOR)
    plans.undo(held.child, timezone.now())
    return HttpResponseRedirect(reverse("handbook_family:timeline", args=[child]) + "?undone")


def _page(
    request: HttpRequest,
    held: Guardian,
    rules: InUse,
    given: QueryDict,
    proposal: plans.Proposal | None,
    error: BadField | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "faults": faults_of(error),
        "given": given,
        "days": DAYS,
        "weekdays": [
            (str(number), name, str(number) in given.getlist("weekday"))
            for number, name in enumerate(weekday_names())
        ],
        "counts": [str(one) for one in range(1, plans.MOST_SHOTS + 1)],
        "known": held.child.planned_visits.exists(),
    }
    if proposal is not None:
        context |= {
            "proposal": proposal,
            "visits": [shown(one, rules) for one in proposal.plan.visits],
            "moved": [_moved(one, rules) for one in proposal.moved],
            "missing": [_missing(one, rules) for one in proposal.plan.not_planned],
            "blocked": proposal.asked.blocked,
        }
    status = 200 if error is None else 422
    return show(request, "plan.html", context, held=held, tab="timeline", rules=rules, status=status)


def weekday_names() -> list[str]:
    """Weekdays from Monday."""
    return [
        gettext("Mon"), gettext("Tue"), gettext("Wed"), gettext("Thu"), gettext("Fri"), gettext("Sat"),
        gettext("Sun"),
    ]  # fmt: skip


def shown(one: Visit, rules: InUse) -> ShownVisit:
    """A visit with names and reasons."""
    shots = tuple(
        ShownShot(
            vaccines.dose_name(shot.vaccine, shot.dose, shot.label, rules),
            shot,
            tuple(dict.fromkeys(_reason(why.code, why.day, why.after, rules) for why in shot.why)),
        )
        for shot in one.shots
    )
    return ShownVisit(one.date, one.booked, shots)


def _reason(code: str, day: date, after: tuple[tuple[str, int], ...], rules: InUse) -> str:
    others = [vaccines.dose_name(vaccine, dose, "", rules) for vaccine, dose in after]
    values: Mapping[str, str] = {
        "day": resident_dates.day(day),
        "others": gettext("; ").join(dict.fromkeys(others)),
    }
    return {
        "age": gettext("The age for it is reached on %(day)s."),
        "interval": gettext("The interval after earlier doses is kept from %(day)s."),
        "live_conflict": gettext("The gap after another live vaccine is kept from %(day)s."),
        "recommended": gettext("The recommended time begins on %(day)s."),
        "last_dose": gettext("It comes after the doses given so far."),
        "start": gettext("It can be given from today on."),
        "closed": gettext("Before %(day)s there is no possible day."),
        "together": gettext("One visit together with %(others)s."),
        "keeps_gap": gettext("So that %(others)s can follow in time."),
        "weekday": gettext("A weekday that you wished for."),
        "booked": gettext("This visit is fixed already."),
        "kept": gettext("As in the plan before."),
        "order": gettext("The visit before it has no more room."),
    }.get(code, gettext("The rules name %(day)s for it.")) % values


def _moved(one: plans.Moved, rules: InUse) -> tuple[str, date | None, date | None]:
    return vaccines.dose_name(one.vaccine, one.dose, "", rules), one.before, one.after


def _missing(one: NotPlanned, rules: InUse) -> tuple[str, str]:
    text = {
        "no_open_day": gettext("There is no possible day in its time. Please ask the health centre."),
        "no_visit_possible": gettext("It does not fit into this plan. Please ask the health centre."),
    }.get(one.reason, gettext("Please ask the health centre for this one."))
    return vaccines.dose_name(one.vaccine, one.dose, "", rules), text
