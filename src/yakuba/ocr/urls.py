"""Addresses of form reading, under ``/staff/ocr/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yakuba.ocr.pages import home, urls_batches, urls_checking, urls_documents, urls_forms

app_name = "ocr"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    *urls_forms.urlpatterns,
    *urls_batches.urlpatterns,
    *urls_checking.urlpatterns,
    *urls_documents.urlpatterns,
]
