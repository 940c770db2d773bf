"""The addresses of the product: residents at the root, staff under ``/staff/``, machines under ``/api/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from yakuba.site import pages
from yakuba.site.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("staff/", include("yakuba.core.people.signin.urls")),
    path("", pages.resident_home, name="resident_home"),
    path("i18n/<slug:code>/", pages.language, name="language"),
    path("staff/", pages.home, name="staff_home"),
    path("staff/components", pages.components, name="components"),
    path("staff/people/", include("yakuba.core.people.urls")),
    path("staff/audit/", include("yakuba.core.audit.urls")),
    path("staff/jobs/", include("yakuba.core.jobs.urls")),
    path("staff/tokens/", include("yakuba.core.tokens.urls")),
    path("staff/exchange/", include("yakuba.core.exchange.urls")),
    path("staff/notify/", include("yakuba.core.notify.urls")),
    path("staff/border/", include("yakuba.core.border.urls")),
    path("staff/ai-log/", include("yakuba.core.ai_log.urls")),
    path("staff/facilities/", include("yakuba.core.facilities.urls")),
    path("staff/effects/", include("yakuba.effects.urls")),
    path("staff/nursery/", include("yakuba.nursery.urls")),
    path("staff/handbook/", include("yakuba.handbook.urls")),
    path("staff/ocr/", include("yakuba.ocr.urls")),
    path("calendar/", include("yakuba.core.notify.feeds")),
    path("nursery/result/", include("yakuba.nursery.family.urls")),
    path("handbook/bookings/", include("yakuba.handbook.bookings.urls")),
    path("handbook/notices/", include("yakuba.handbook.family.notice_pages")),
    path("handbook/", include("yakuba.handbook.family.urls")),
    path("childcare/", include("yakuba.handbook.childcare.urls")),
    path("api/v1/", api.urls),
]

handler400 = "yakuba.site.errors.bad_request"
handler403 = "yakuba.site.errors.forbidden"
handler404 = "yakuba.site.errors.not_found"
handler500 = "yakuba.site.errors.server_error"
