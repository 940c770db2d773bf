"""Addresses of withdrawals, later rounds and publication."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
