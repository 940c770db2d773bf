"""Addresses of the publication to families."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.nursery.pages import families

urlpatterns: list[URLPattern] = [
    path("allocations/<int:pk>/families/", families.families, name="families"),
    path("allocations/<int:pk>/families/refresh/", families.refresh, name="families-refresh"),
    path("allocations/<int:pk>/families/close/", families.close, name="families-close"),
    path("families/<int:pk>/close/", families.close_one, name="family-revoke"),
]
