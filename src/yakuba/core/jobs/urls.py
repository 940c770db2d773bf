"""Staff addresses of this part, under ``/staff/jobs/``."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "jobs"
urlpatterns: list[URLPattern] = []
