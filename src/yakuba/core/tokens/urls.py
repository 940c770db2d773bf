"""Staff addresses of this part, under ``/staff/tokens/``."""

from __future__ import annotations

from django.urls import path

from yakuba.core.tokens import pages

app_name = "tokens"
urlpatterns = [
    path("", pages.token_list, name="list"),
    path("issue/", pages.issue, name="issue"),
    path("<int:pk>/revoke/", pages.revoke, name="revoke"),
]
