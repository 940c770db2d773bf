"""The portal's own pages: the first page, the list of components, the residents' first page, languages."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from yakuba.core.people.permissions import require_sign_in
from yakuba.site import events, samples
from yakuba.site.context import frame_of
from yakuba.site.services import resident_services


@require_safe
@require_sign_in
def home(request: HttpRequest) -> HttpResponse:
    """The portal's first page: one card a system, and what happened lately."""
    frame = frame_of(request)
    now = timezone.localtime()
    cards = frame.cards
    measured = [one.card.minutes_saved for one in cards if one.card and one.card.minutes_saved is not None]
    context = {
        "greeting": greeting(now.hour),
        "surname": surname(frame.user.name),
        "now": now,
        "cards": cards,
        "waiting": sum(one.card.waiting for one in cards if one.card),
        "saved": sum(measured) if measured else None,
        "measured": len(measured),
        "events": events.recent((one.system.key for one in cards), everything=frame.is_admin),
    }
    return render(request, "staff/home.html", context)


def greeting(hour: int) -> str:
    """The greeting that fits the hour of the day in an office."""
    if 4 <= hour < 11:
        return "おはようございます"
    return "こんにちは" if 11 <= hour < 17 else "お疲れさまです"


def surname(name: str) -> str:
    """「千葉」 of 「千葉 奈緒」; the whole name where no space parts it."""
    return name.replace("　", " ").strip().split(" ")[0]


@require_safe
@require_sign_in
def components(request: HttpRequest) -> HttpResponse:
    """Every part of the look with its class and its template."""
    shown = samples.PLACES.view(samples.place_rows(), request.GET)
    context = {
        "table": shown,
        "form": samples.SampleForm(samples.BAD_INPUT),
        "bars": samples.BARS,
        "days": samples.DAYS,
        "icons": samples.icon_names(),
        "tabs": samples.TABS,
        "steps": samples.STEPS,
        "facts": samples.FACTS,
        "stats": samples.STATS,
        "crumbs": samples.CRUMBS,
    }
    return render(request, "staff/components.html", context)


@require_safe
def resident_home(request: HttpRequest) -> HttpResponse:
    """What the city offers here."""
    return render(request, "resident/home.html", {"services": resident_services()})


@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language and go back; a plain link, because it must work without script."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    after = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts=None) or after.startswith("/i18n/"):
        after = "/"
    response = HttpResponseRedirect(after)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
