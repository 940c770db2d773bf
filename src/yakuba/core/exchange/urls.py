"""Staff addresses of this part, under ``/staff/exchange/``."""

from __future__ import annotations

from django.urls import path

from yakuba.core.exchange import pages

app_name = "exchange"
urlpatterns = [
    path("", pages.batches, name="list"),
    path("make/", pages.make, name="make"),
    path("take/", pages.take, name="take"),
    path("<int:pk>/file/", pages.download, name="file"),
]
