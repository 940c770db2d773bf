"""Doses: writing one down, the list, correcting and taking back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.handbook.domain.rules import Rulebook
from yakuba.handbook.family import forms, vaccines, words
from yakuba.handbook.family.children_pages import held_child
from yakuba.handbook.family.faults import faults_of
from yakuba.handbook.family.frame import show
from yakuba.handbook.family.session import account_of, family_page
from yakuba.handbook.family.timeline import NOTHING_MORE, recorded_name
from yakuba.handbook.models import Dose, Guardian
from yakuba.handbook.services.families import children, doses
from yakuba.handbook.services.families.errors import BadField, NotAllowed
from yakuba.handbook.services.families.outlooks import Recorded, view_of
from yakuba.handbook.services.families.rules import InUse, in_use


@require_safe
@family_page
def listed(request: HttpRequest, child: str) -> HttpResponse:
    """Every dose that was given."""
    held = held_child(request, child)
    today, rules = timezone.localdate(), in_use()
    view = view_of(held.child, rules, today)
    rows = [row_of(one, rules) for one in reversed(view.recorded)]
    new = next((row for row in rows if row["dose"].reference == request.GET.get("recorded")), None)
    context = {"rows": rows, "new": new, "taken_back": "back" in request.GET}
    return show(request, "doses.html", context, held=held, tab="doses", rules=rules)


def row_of(one: Recorded, rules: InUse) -> dict[str, Any]:
    """A dose as the list and the printed page show it."""
    chip, text = words.verdict(one.line)
    return {
        "dose": one.dose,
        "name": recorded_name(one, rules),
        "product": vaccines.product_name(one.dose.product) if one.dose.product else "",
        "chip": chip,
        "verdict": text,
        "gentle": words.outside_rules(one.line),
        "own": one.dose.source == "family",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def add(request: HttpRequest, child: str) -> HttpResponse:
    """Write a dose down."""
    held = held_child(request, child, children.EDITOR)
    rules = in_use()
    if request.method != "POST":
        given = {"vaccine": request.GET.get("vaccine", ""), "given_on": timezone.localdate().isoformat()}
        return _form(request, held, rules, given)
    try:
        dose = doses.record(held.child, _entry(request), rules, account_of(request), timezone.now())
    except BadField as error:
        return _form(request, held, rules, request.POST, error)
    return HttpResponseRedirect(
        reverse("handbook_family:doses", args=[child]) + f"?recorded={dose.reference}"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@family_page
def correct(request: HttpRequest, child: str, dose: str) -> HttpResponse:
    """Correct a dose of the family's own."""
    held = held_child(request, child, children.EDITOR)
    kept, rules = _own(held, dose), in_use()
    if request.method != "POST":
        given = {
            "vaccine": kept.vaccine,
            "product": f"{kept.vaccine}:{kept.product}" if kept.product else "",
            "given_on": kept.given_on.isoformat(),
            "lot": kept.lot,
            "clinic": kept.clinic,
        }
        return _form(request, held, rules, given, dose=kept)
    try:
        new = doses.correct(kept, _entry(request), rules, account_of(request), timezone.now())
    except BadField as error:
        return _form(request, held, rules, request.POST, error, kept)
    return HttpResponseRedirect(reverse("handbook_family:doses", args=[child]) + f"?recorded={new.reference}")


@require_POST
@family_page
def take_back(request: HttpRequest, child: str, dose: str) -> HttpResponse:
    """Cross a dose out."""
    held = held_child(request, child, children.EDITOR)
    doses.take_back(_own(held, dose), timezone.now())
    return HttpResponseRedirect(reverse("handbook_family:doses", args=[child]) + "?back")


def _own(held: Guardian, reference: str) -> Dose:
    found = held.child.doses.filter(reference=reference, source="family", taken_back_at=None).first()
    if found is None:
        raise NotAllowed
    return found


def _entry(request: HttpRequest) -> doses.Entry:
    vaccine = forms.text(request, "vaccine", 40)
    of, _, product = forms.text(request, "product", 80).partition(":")
    if product and vaccine and of != vaccine:
        raise BadField("product", "other_vaccine")  # not left out in silence: one of both is a slip
    return doses.Entry(
        vaccine,
        product if of == vaccine else "",
        forms.day(request, "given_on"),
        forms.text(request, "lot"),
        forms.text(request, "clinic"),
    )


def _form(
    request: HttpRequest,
    held: Guardian,
    rules: InUse,
    given: object,
    error: BadField | None = None,
    dose: Dose | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "given": given,
        "faults": faults_of(error),
        "choices": choices(held, rules, today),
        "products": product_choices(rules),
        "least": held.child.birth.isoformat() if held.child.birth else "",
        "most": today.isoformat(),
        "dose": dose,
    }
    status = 200 if error is None else 422
    return show(request, "dose_form.html", context, held=held, tab="doses", rules=rules, status=status)


def choices(held: Guardian, rules: InUse, today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Vaccines to choose from: first what is due, then the others."""
    found = view_of(held.child, rules, today).forecasts
    due = [
        one.vaccine
        for one in found
        if one.status not in NOTHING_MORE and one.legal_from is not None and one.legal_from <= today
    ]
    if held.child.birth is None:
        allowed = [doses.MATERNAL] if doses.MATERNAL in rules.book.vaccines else []
    else:
        allowed = list(rules.book.vaccines)
    first = [(one, vaccines.vaccine_name(one, rules)) for one in due if one in allowed]
    rest = [(one, vaccines.vaccine_name(one, rules)) for one in allowed if one not in due]
    parts = [(gettext("Can be given now"), first), (gettext("Other vaccines"), rest)]
    return [part for part in parts if part[1]]


def product_choices(rules: InUse) -> list[tuple[str, list[tuple[str, str]]]]:
    """Products to choose from, under their vaccine; a value names both."""
    found = []
    for vaccine in _with_products(rules.book):
        options = [
            (f"{vaccine}:{product}", vaccines.product_name(product))
            for product in doses.products_of(rules, vaccine)
        ]
        found.append((vaccines.vaccine_name(vaccine, rules), options))
    return found


def _with_products(book: Rulebook) -> list[str]:
    rules = InUse(book, None)
    return [vaccine for vaccine in book.vaccines if doses.products_of(rules, vaccine)]
