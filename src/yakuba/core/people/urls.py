"""Staff addresses of this part, under ``/staff/people/``."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "people"
urlpatterns: list[URLPattern] = []
