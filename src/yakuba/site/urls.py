"""The addresses of the product: residents at the root, staff under ``/staff/``, machines under ``/api/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("staff/", include("yakuba.core.people.signin.urls")),
    path("staff/people/", include("yakuba.core.people.urls")),
    path("staff/audit/", include("yakuba.core.audit.urls")),
    path("staff/jobs/", include("yakuba.core.jobs.urls")),
    path("staff/effects/", include("yakuba.effects.urls")),
    path("staff/nursery/", include("yakuba.nursery.urls")),
]
