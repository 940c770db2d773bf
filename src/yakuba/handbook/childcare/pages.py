"""Resident pages of childcare information. No sign-in; everything works without script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, Protocol

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from yakuba.core.facilities import maps, register
from yakuba.core.facilities import vacancies as door
from yakuba.core.facilities.domain.columns import KINDS
from yakuba.core.facilities.domain.search import Found, schemes_for
from yakuba.core.facilities.domain.search import search as find
from yakuba.core.facilities.domain.texts import fold
from yakuba.core.facilities.models import Vacancy
from yakuba.core.holidays import is_holiday
from yakuba.handbook.childcare import asking, words
from yakuba.handbook.childcare.drawing import Marked, picture
from yakuba.handbook.childcare.opening import Opening, opening
from yakuba.handbook.family.faults import Faults

PAGE = 20
AGES = range(6)  # classes of a nursery
# The browser may tell its place here, when the person asks for it; nowhere else in the product.
PERMISSIONS_POLICY = "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"


class Page(Protocol):
    """A view of this package."""

    def __call__(self, request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse: ...


def may_locate(view: Page) -> Page:
    """Let the page ask the device where it is; searches are kept out of shared stores."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return answered


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as the page shows it."""

    number: int
    found: Found
    name: str
    kind: str
    where: str
    opening: Opening
    services: tuple[str, ...]
    distance: str
    seats: Sequence[Vacancy]
    url: str


@may_locate
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The form, and what fits: as a list or on the map."""
    shapes = maps.drawn()
    districts = {one.code: one.centre for one in shapes if one.kind == "district"}
    asked = asking.read(request.GET, timezone.localdate(), districts)
    shown = register.shown()
    found = find(shown.places, asked.query, is_holiday)
    pages = max(1, -(-len(found) // PAGE))
    page = min(asked.page, pages)
    part = found[(page - 1) * PAGE : page * PAGE]
    lines = _lines(part, (page - 1) * PAGE + 1, asked)
    marked = [
        Marked(
            one.found.listed.place.point, one.number, one.found.listed.place.kind, one.name, one.found.sure
        )
        for one in lines
        if one.found.listed.place.point is not None
    ]
    context = {
        **_form(asked, shapes),
        "lines": lines,
        "total": len(found),
        "unsure": sum(not one.sure for one in found),
        "first": (page - 1) * PAGE + 1 if found else 0,
        "last": (page - 1) * PAGE + len(lines),
        "page": page,
        "pages": pages,
        "previous": asked.address(page=page - 1) if page > 1 else "",
        "next": asked.address(page=page + 1) if page < pages else "",
        "picture": picture(shapes, marked, asked.query.near) if asked.view == "map" else None,
        "unplaced": len(lines) - len(marked),
        "here": asked.address(page=page),  # what another language begins with
        "as_list": asked.address(view="list", page=page),
        "as_map": asked.address(view="map", page=page),
        "schemes_url": reverse("childcare:schemes")
        + asked.address(q="", view="", within="", at="", **{"from": ""}),
        "sources": shown.sources,
    }
    return render(request, "childcare/search.html", context)


def _place_url(key: str) -> str:
    return reverse("childcare:place", args=[key])


def _lines(part: Sequence[Found], first: int, asked: asking.Asked) -> list[Line]:
    notice = door.newest()
    names = [one.listed.place.name for one in part if "childcare" in one.listed.kinds]
    seats = door.of_nurseries(notice, names)
    back = asked.address(page=asked.page).removeprefix("?")
    return [
        Line(
            number=number,
            found=one,
            name=words.name(one.listed.place),
            kind=gettext(words.ONE_KIND[one.listed.place.kind]),
            where=one.listed.place.address,
            opening=opening(one.listed.place),
            services=tuple(str(words.SERVICES[service]) for service in one.listed.services),
            distance="" if one.distance is None else words.distance(one.distance),
            seats=seats.get(fold(one.listed.place.name), ()),
            url=_place_url(one.listed.key) + (f"?{back}" if back else ""),
        )
        for number, one in enumerate(part, first)
    ]


def _form(asked: asking.Asked, shapes: Sequence[Any], *, schemes: bool = False) -> dict[str, Any]:
    """What the form shows of a search."""
    query = asked.query
    return {
        "asked": asked,
        "given": asked.values,
        "faults": _faults(asked, shapes, schemes=schemes),
        "on": query.on,
        "on_text": words.day(query.on),
        "age": "" if asked.months is None else words.age(asked.months),
        "kinds": [(key, gettext(label), key in asked.kinds) for key, label in words.KINDS.items()],
        "services": [(key, label, key in asked.services) for key, label in words.SERVICES.items()],
        "districts": sorted(
            {(one.code, one.name) for one in shapes if one.kind == "district"}, key=lambda one: one[0]
        ),
        "distances": asking.DISTANCES,
        "share": asked.shared(),
        "more": bool(asked.services or query.near or query.opening or query.sure or "on" in asked.values)
        or not asked.faults.keys().isdisjoint({"time", "from"}),
    }


def _faults(asked: asking.Asked, shapes: Sequence[Any], *, schemes: bool) -> Faults:
    """What was not understood, by field; the district has none where no district is known."""
    labels = {**words.FIELDS, "on": gettext("On which day")} if schemes else words.FIELDS
    known = any(one.kind == "district" for one in shapes)
    texts = {"" if key == "from" and not known else key: gettext(text) for key, text in asked.faults.items()}
    return Faults(texts, labels)


@may_locate
@require_safe
def place(request: HttpRequest, key: str) -> HttpResponse:
    """One place with all that is published of it."""
    shapes = maps.drawn()
    districts = {one.code: one.centre for one in shapes if one.kind == "district"}
    asked = asking.read(request.GET, timezone.localdate(), districts)
    shown = register.shown()
    listed = shown.place(key)
    if listed is None:
        raise Http404
    found = find([listed], asked.query, is_holiday)
    where = listed.place.point
    marked = [Marked(where, 1, listed.place.kind, words.name(listed.place), True)] if where else []
    notice = door.newest()
    context = {
        "asked": asked,
        "place": listed.place,
        "listed": listed,
        "name": words.name(listed.place),
        "kind": gettext(words.ONE_KIND[listed.place.kind]),
        "capacity": listed.place.takes(),
        "opening": opening(listed.place),
        "services": [words.SERVICES[one] for one in listed.services],
        "found": found[0] if found else None,
        "age": "" if asked.months is None else words.age(asked.months),
        "on_text": words.day(asked.query.on),
        "picture": picture(shapes, marked, asked.query.near) if marked else None,
        "notice": notice,
        "month": words.month(notice.month) if notice else "",
        "as_of": words.day(notice.as_of) if notice else "",
        "seats": door.of_nurseries(notice, [listed.place.name]).get(fold(listed.place.name), []),
        "sources": [one for one in shown.sources if one.kind in listed.kinds],
        "back": reverse("childcare:search") + asked.address(page=asked.page),
    }
    return render(request, "childcare/place.html", context)


@may_locate
@require_safe
def schemes(request: HttpRequest) -> HttpResponse:
    """Support schemes that fit the child's age on the day, with where to apply."""
    asked = asking.read(request.GET, timezone.localdate(), {})
    shown = register.shown()
    found = schemes_for(shown.schemes, asked.query)
    context = {
        **_form(asked, (), schemes=True),
        "found": found,
        "unsure": sum(one.fit is None for one in found),
        "sources": [one for one in shown.sources if KINDS[one.kind].schemes],
    }
    return render(request, "childcare/schemes.html", context)


@dataclass(frozen=True, slots=True)
class NurseryLine:
    """One nursery's classes by age; ``None`` where it has no such class."""

    name: str
    url: str
    cells: tuple[Vacancy | None, ...]


@require_safe
def vacancies(request: HttpRequest) -> HttpResponse:
    """Nurseries with free seats, for which month and as of which day."""
    notice = door.newest()
    free_only = bool(request.GET.get("free", ""))
    rows: dict[str, dict[int | None, Vacancy]] = {}
    for row in notice.rows.order_by("name", "age", "pk") if notice else ():
        held = rows.setdefault(row.name, {})
        if row.age not in held or row.state == Vacancy.State.FREE:
            held[row.age] = row
    listed = {fold(one.place.name): one.key for one in register.shown().places if "childcare" in one.kinds}
    lines = []
    for name, by_age in rows.items():
        if free_only and not any(one.state == Vacancy.State.FREE for one in by_age.values()):
            continue
        key = listed.get(fold(name))
        url = _place_url(key) if key else ""
        lines.append(NurseryLine(name, url, tuple(by_age.get(age) for age in AGES)))
    context: dict[str, Any] = {
        "notice": notice,
        "month": words.month(notice.month) if notice else "",
        "as_of": _day(notice.as_of) if notice else "",
        "lines": lines,
        "ages": AGES,
        "free_only": free_only,
    }
    return render(request, "childcare/vacancies.html", context)


def _day(found: date) -> str:
    return words.day(found)
