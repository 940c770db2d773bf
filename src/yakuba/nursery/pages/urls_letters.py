"""Addresses of letters and family codes."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.nursery.pages import letters

urlpatterns: list[URLPattern] = [
    path("allocations/<int:pk>/letters/", letters.letters, name="letters"),
    path("allocations/<int:pk>/letters/sample/<slug:kind>/", letters.letters_sample, name="letters-sample"),
    path("letter-batches/<int:pk>/", letters.batch, name="letter-batch"),
    path("letter-batches/<int:pk>/files/<slug:form>/", letters.batch_file, name="letter-batch-file"),
    path("letters/<int:pk>/", letters.one, name="letter"),
    path("letters/<int:pk>/pdf/", letters.one_view, name="letter-view"),
    path("letters/<int:pk>/print/", letters.one_print, name="letter-print"),
    path("letters/<int:pk>/revoke/", letters.one_revoke, name="letter-revoke"),
]
