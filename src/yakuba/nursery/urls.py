"""Staff addresses of this part, under ``/staff/nursery/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.nursery.pages import (
    allocations,
    child,
    files,
    home,
    ledgers,
    urls_changes,
    urls_family,
    urls_later,
    urls_letters,
    urls_rounds,
)

app_name = "nursery"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("ledgers/new/", ledgers.ledger_new, name="ledger-new"),
    path("ledgers/<int:pk>/", ledgers.ledger, name="ledger"),
    path("ledgers/<int:pk>/allocate/", ledgers.allocate, name="allocate"),
    path("allocations/<int:pk>/", allocations.allocation, name="allocation"),
    path("allocations/<int:pk>/children/", allocations.children, name="children"),
    path("allocations/<int:pk>/ranks/", allocations.ranks, name="ranks"),
    path("allocations/<int:pk>/proof/", allocations.proof, name="proof"),
    path("allocations/<int:pk>/approval/", allocations.ask, name="ask-approval"),
    path("allocations/<int:pk>/files/<slug:name>/", files.download, name="file"),
    path("allocations/<int:pk>/print/<slug:name>/", files.printed, name="print"),
    path("allocations/<int:pk>/export/", files.export_result, name="export"),
    path("allocations/<int:pk>/children/<str:child_id>/", child.child, name="child"),
    path("allocations/<int:pk>/children/<str:child_id>/print/", child.child_print, name="child-print"),
    *urls_rounds.urlpatterns,
    *urls_changes.urlpatterns,
    *urls_letters.urlpatterns,
    *urls_family.urlpatterns,
    *urls_later.urlpatterns,
]
