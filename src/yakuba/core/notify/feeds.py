"""``/calendar/<secret>.ics``: a calendar that needs its secret alone."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from yakuba.core.notify.services.calendar import feed

SECRET = 43  # characters of 32 random bytes


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The dates behind a secret address; 404 for any other, so that nothing says which ones exist."""
    data = feed(secret, now=timezone.now()) if len(secret) == SECRET else None
    if data is None:
        raise Http404
    return HttpResponse(
        data,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex",
            "Content-Disposition": 'inline; filename="calendar.ics"',
        },
    )


app_name = "notify_calendar"
urlpatterns = [path("<slug:secret>.ics", calendar_feed, name="feed")]
