"""The addresses of the product: residents at the root, staff under ``/staff/``, machines under ``/api/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
