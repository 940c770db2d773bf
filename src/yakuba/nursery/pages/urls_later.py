"""Addresses of withdrawals, later rounds and publication."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.nursery.pages import later_rounds, publication, withdrawals

urlpatterns: list[URLPattern] = [
    path("rounds/<int:pk>/withdrawals/", withdrawals.withdrawals, name="round-withdrawals"),
    path("withdrawals/<int:pk>/undo/", withdrawals.undo, name="withdrawal-undo"),
    path("rounds/<int:pk>/next/", later_rounds.round_second, name="round-second"),
    path("rounds/<int:pk>/publication/", publication.round_publication, name="round-publication"),
    path("rounds/<int:pk>/publication/vacancies/", publication.round_vacancies, name="round-vacancies"),
]
