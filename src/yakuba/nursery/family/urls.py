"""Resident addresses of this part, under ``/nursery/result/``."""

from __future__ import annotations

from django.urls import path

from yakuba.nursery.family import pages

app_name = "family"
urlpatterns = [
    path("", pages.enter, name="entry"),
    path("page/", pages.result, name="result"),
    path("close/", pages.leave, name="leave"),
]
