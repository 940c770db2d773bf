"""Staff addresses of this part, under ``/staff/effects/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.effects import overview, pages

app_name = "effects"
urlpatterns: list[URLPattern] = [
    path("", overview.home, name="home"),
    path("capture/begin", pages.begin, name="capture-begin"),
    path("capture/activity", pages.activity, name="capture-activity"),
    path("capture/end", pages.end, name="capture-end"),
]
