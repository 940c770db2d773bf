"""Addresses of rounds, rule books, applications and points."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
