"""Staff addresses of this part, under ``/staff/effects/``."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "effects"
urlpatterns: list[URLPattern] = []
