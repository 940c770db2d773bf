"""Addresses of withdrawals, later rounds and publication."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.nursery.pages import withdrawals

urlpatterns: list[URLPattern] = [
    path("rounds/<int:pk>/withdrawals/", withdrawals.withdrawals, name="withdrawals"),
    path("rounds/<int:pk>/", withdrawals.withdrawals, name="round"),
    path("rounds/<int:pk>/next/", withdrawals.withdrawals, name="next-round"),
    path("withdrawals/<int:pk>/undo/", withdrawals.undo, name="withdrawal-undo"),
]
