"""Staff addresses of this part, under ``/staff/ai-log/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.core.ai_log import pages

app_name = "ai_log"
urlpatterns: list[URLPattern] = [
    path("", pages.index, name="home"),
    path("export", pages.export, name="export"),
]
