"""Growth: entering measures, the chart with its table, corrected age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from yakuba.handbook.domain.ages import age, corrected_age, gestation_at_birth, preterm
from yakuba.handbook.domain.growth import Chart, Point, chart
from yakuba.handbook.family import forms, words
from yakuba.handbook.family.children_pages import held_child
from yakuba.handbook.family.faults import faults_of
from yakuba.handbook.family.frame import show
from yakuba.handbook.family.session import account_of, family_page
from yakuba.handbook.models import Child, Guardian, Measurement
from yakuba.handbook.services.families import children, growth
from yakuba.handbook.services.families.errors import BadField

NAMES: dict[str, Promise] = {
    "weight_g": gettext_lazy("Weight"),
    "height_mm": gettext_lazy("Height"),
    "head_mm": gettext_lazy("Head"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its name and unit."""

    name: str
    unit: str
    chart: Chart
    first: str
    last: str

    @property
    def lines(self) -> list[tuple[Point, Point]]:
        """Each point with the next one."""
        return list(pairwise(self.chart.points))


@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def page(request: HttpRequest, child: str) -> HttpResponse:
    """The chart, the table, and the form."""
    held = held_child(request, child, children.READER if request.method != "POST" else children.EDITOR)
    if request.method != "POST" or held.child.birth is None:
        return _page(request, held)
    try:
        values = {
            one.field: forms.figure(
                request, one.name, scale=one.scale, least=one.least, most=one.most, unit=one.unit
            )
            for one in growth.MEASURES
        }
        made = growth.measure(
            held.child, forms.day(request, "on"), values, account_of(request), timezone.now()
        )
    except BadField as error:
        return _page(request, held, error)
    return HttpResponseRedirect(reverse("handbook_family:growth", args=[child]) + f"?kept={made.pk}")


@require_POST
@family_page
def take_back(request: HttpRequest, child: str, pk: int) -> HttpResponse:
    """Cross measures out."""
    held = held_child(request, child, children.EDITOR)
    growth.take_back(held.child, pk, timezone.now())
    return HttpResponseRedirect(reverse("handbook_family:growth", args=[child]) + "?back")


def _page(request: HttpRequest, held: Guardian, error: BadField | None = None) -> HttpResponse:
    child, rows = held.child, growth.standing(held.child)
    early = child.birth is not None and preterm(child.birth, child.due)
    kept = request.GET.get("kept", "")
    context: dict[str, Any] = {
        "charts": charts_of(child, rows, early),
        "rows": [row_of(child, one, early) for one in reversed(rows)],
        "early": early,
        "weeks": gestation_at_birth(child.birth, child.due) if child.birth and child.due else None,
        "faults": faults_of(error),
        "given": request.POST if error else {"on": timezone.localdate().isoformat()},
        "kept": next((one for one in rows if str(one.pk) == kept), None),
        "taken_back": "back" in request.GET,
        "least": child.birth.isoformat() if child.birth else "",
        "most": timezone.localdate().isoformat(),
    }
    status = 200 if error is None else 422
    return show(request, "growth.html", context, held=held, tab="growth", status=status)


def charts_of(child: Child, rows: list[Measurement], early: bool) -> list[Drawn]:
    """A chart for each measure that there is something of."""
    found: list[Drawn] = []
    if child.birth is None:
        return found
    for one in growth.MEASURES:
        said = [
            (row.on, getattr(row, one.field) / one.scale)
            for row in rows
            if getattr(row, one.field) is not None
        ]
        drawn = chart(child.birth, said, child.due if early else None)
        if drawn is not None:
            found.append(Drawn(str(NAMES[one.field]), one.unit, drawn, f"{said[0][1]:g}", f"{said[-1][1]:g}"))
    return found


def row_of(child: Child, one: Measurement, early: bool) -> dict[str, Any]:
    """A day of the table."""
    corrected: date | None = child.due if early else None
    at = corrected_age(corrected, one.on) if corrected else None
    return {
        "row": one,
        "age": words.age_text(age(child.birth, one.on)) if child.birth else "",
        "corrected": words.age_text(at) if at else "",
        "weight": said(one.weight_g, 1000, 2),
        "height": said(one.height_mm, 10, 1),
        "head": said(one.head_mm, 10, 1),
    }


def said(value: int | None, scale: int, places: int) -> str:
    """A kept figure in the unit that people say, with at least so many places; a dash for none."""
    if value is None:
        return "—"
    short, whole = f"{value / scale:.{places}f}", f"{value / scale:g}"
    return max(short, whole, key=len)
