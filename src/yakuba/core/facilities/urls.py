"""Staff addresses of the register, under ``/staff/facilities/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.core.facilities import pages

app_name = "facilities"
urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("places/<int:pk>/", pages.facility, name="facility"),
    path("import/", pages.import_new, name="import-new"),
    path("import/<int:pk>/", pages.import_check, name="import"),
    path("import/<int:pk>/confirm/", pages.import_confirm, name="import-confirm"),
    path("import/<int:pk>/give-up/", pages.import_give_up, name="import-give-up"),
    path("undo/<slug:kind>/", pages.undo, name="undo"),
]
