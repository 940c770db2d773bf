"""Staff addresses of this part, under ``/staff/people/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.core.people.pages import me

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("me/", me.me, name="me"),
    path("me/sessions/end/", me.end_other_sessions, name="end-sessions"),
]
