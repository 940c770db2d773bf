"""Staff addresses of this part, under ``/staff/audit/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.core.audit import pages

app_name = "audit"
urlpatterns: list[URLPattern] = [
    path("", pages.index, name="index"),
    path("check/", pages.check, name="check"),
    path("export/", pages.export, name="export"),
]
