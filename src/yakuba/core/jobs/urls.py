"""Staff addresses of this part, under ``/staff/jobs/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.core.jobs import pages

app_name = "jobs"
urlpatterns: list[URLPattern] = [
    path("", pages.index, name="home"),
    path("<uuid:job_id>/", pages.detail, name="detail"),
    path("<uuid:job_id>/row/", pages.row, name="row"),
    path("<uuid:job_id>/progress/", pages.progress, name="progress"),
    path("<uuid:job_id>/cancel/", pages.cancel, name="cancel"),
    path("<uuid:job_id>/retry/", pages.retry, name="retry"),
]
