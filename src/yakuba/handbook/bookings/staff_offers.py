"""What can be booked, when it opens (with the slots shown before they are made), rooms and persons."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.handbook.bookings.forms import OfferForm, ResourceForm, RuleForm, age_text
from yakuba.handbook.domain.bookings.opening import Why
from yakuba.handbook.models import OpeningRule, Resource, ServiceOffer
from yakuba.handbook.services.bookings import crossing
from yakuba.handbook.services.bookings.parties import fresh_reference
from yakuba.handbook.services.bookings.slots import BadRule, Preview, close_offer, preview, publish

DEFAULTS = {"minutes": 30, "pause": 0, "capacity": 10, "opens_days_before": 60, "closes_hours_before": 24}
WHY = {Why.HOLIDAY: "祝日", Why.CLOSED: "休む日"}


@require_safe
@require("handbook", Role.VIEWER)
def offers(request: HttpRequest) -> HttpResponse:
    """Everything that is or was offered."""
    coming = Count("slots", filter=Q(slots__start__gt=timezone.now(), slots__cancelled_at=None))
    rows = ServiceOffer.objects.annotate(coming=coming).order_by("closed_at", "kind", "title", "pk")
    context = {
        "offers": [(one, ages_of(one)) for one in rows],
        "resources": Resource.objects.filter(closed_at=None),
        "may_edit": allowed(request.user, "handbook", Role.OFFICER),
    }
    return render(request, "handbook/bookings/staff_offers.html", context)


def ages_of(offer: ServiceOffer) -> str:
    """「10か月から2歳になるまで」; the health check's window is named by its id's title on the form."""
    first, until = age_text(offer.age_from), age_text(offer.age_until)
    words = (f"{first}から" if first else "") + (f"{until}になるまで" if until else "")
    return words or ("健診の規則の時期" if offer.health_check else "年齢の定めなし")


@require_http_methods(["GET", "HEAD", "POST"])
@require("handbook", Role.OFFICER)
def offer_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new offer, or changes to one; slots and bookings that exist stay as they are."""
    offer = None if pk is None else get_object_or_404(ServiceOffer, pk=pk)
    form = OfferForm(request.POST if request.method == "POST" else None, instance=offer)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            form.instance.reference = form.instance.reference or fresh_reference()
            with transaction.atomic():
                saved = form.save()
                crossing.post_offer(saved)
                detail = {"new": pk is None, "fields": form.changed_data}
                record(
                    "handbook.booking.offer",
                    actor=request.user,
                    target=f"handbook.offer:{saved.pk}",
                    detail=detail,
                )
            messages.success(request, f"「{saved.title}」を登録しました。")
            return (
                redirect("handbook:booking-open", saved.pk)
                if pk is None
                else redirect("handbook:booking-offers")
            )
    context = {"form": form, "offer": offer}
    return render(request, "handbook/bookings/staff_offer.html", context, status=status)


@require_POST
@require("handbook", Role.OFFICER)
def offer_close(request: HttpRequest, pk: int) -> HttpResponse:
    """No further bookings."""
    offer = get_object_or_404(ServiceOffer, pk=pk)
    close_offer(offer, by=request.user, now=timezone.now())
    messages.success(request, f"「{offer.title}」の受付を終了しました。いまある予約は変わりません。")
    return redirect("handbook:booking-offers")


@require_http_methods(["GET", "HEAD", "POST"])
@require("handbook", Role.OFFICER)
def open_slots(request: HttpRequest, pk: int) -> HttpResponse:
    """A rule, the slots that it would make, and only then the slots."""
    offer = get_object_or_404(ServiceOffer, pk=pk)
    form = RuleForm(request.POST if request.method == "POST" else None, initial=DEFAULTS)
    shown: Preview | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            rule = form.rule(offer)
            try:
                if request.POST.get("act") == "publish":
                    return _published(request, rule)
                shown, status = preview(rule), 200
            except BadRule as error:
                for line in str(error).splitlines():
                    form.add_error(None, line)
    context = {
        "offer": offer,
        "form": form,
        "rules": offer.rules.all()[:20],
        "preview": shown and _preview(shown),
    }
    return render(request, "handbook/bookings/staff_open.html", context, status=status)


def _published(request: HttpRequest, rule: OpeningRule) -> HttpResponse:
    made = publish(rule, by=request.user, now=timezone.now())
    messages.success(request, f"{made}枠を作りました。")
    return redirect("handbook:bookings")


def _preview(shown: Preview) -> dict[str, Any]:
    """By day, for the page."""
    new = {(one.start, one.end) for one in shown.new}
    every = sorted([*shown.new, *shown.known], key=lambda one: one.start)
    return {
        "count": len(shown.new),
        "known": len(shown.known),
        "days": [
            (day, [(one, (one.start, one.end) in new) for one in some])
            for day, some in groupby(every, key=lambda one: one.start.date())
        ],
        "left_out": [(one.day, WHY[one.why]) for one in shown.left_out],
        "crowded": len(shown.crowded),
        "rooms": sorted({name for _, name in shown.crowded}),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@require("handbook", Role.OFFICER)
def resource_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A room or a person. A new limit holds for slots that are made from now on."""
    resource = None if pk is None else get_object_or_404(Resource, pk=pk)
    form = ResourceForm(request.POST if request.method == "POST" else None, instance=resource)
    if request.method == "POST" and form.is_valid():
        form.instance.reference = form.instance.reference or fresh_reference()
        with transaction.atomic():
            saved = form.save()
            target = f"handbook.resource:{saved.pk}"
            record(
                "handbook.booking.resource", actor=request.user, target=target, detail={"most": saved.most}
            )
        messages.success(request, f"「{saved.name}」を登録しました。")
        return redirect("handbook:booking-offers")
    context = {"form": form, "resource": resource}
    status = 422 if form.errors else 200
    return render(request, "handbook/bookings/staff_resource.html", context, status=status)
