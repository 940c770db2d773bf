"""Staff addresses of this part, under ``/staff/nursery/``."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "nursery"
urlpatterns: list[URLPattern] = []
