"""Staff addresses of this part, under ``/staff/notify/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.core.notify import pages, pages_letters

app_name = "notify"
urlpatterns: list[URLPattern] = [
    path("", pages.index, name="list"),
    path("retry", pages.retry_all, name="retry-all"),
    path("letters/", pages_letters.index, name="letters"),
    path("letters/make", pages_letters.make, name="make-batch"),
    path("letters/<int:pk>/", pages_letters.batch, name="batch"),
    path("letters/<int:pk>/file", pages_letters.download, name="batch-file"),
    path("<uuid:uid>/", pages.message, name="message"),
    path("<uuid:uid>/retry", pages.retry, name="retry"),
    path("<uuid:uid>/settle", pages.settle, name="settle"),
    path("<uuid:uid>/cancel", pages.cancel, name="cancel"),
]
