"""Residents' addresses, under ``/childcare/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.handbook.childcare import pages

app_name = "childcare"
urlpatterns: list[URLPattern] = [
    path("", pages.search, name="search"),
    path("place/<path:key>/", pages.place, name="place"),
    path("schemes/", pages.schemes, name="schemes"),
    path("vacancies/", pages.vacancies, name="vacancies"),
]
