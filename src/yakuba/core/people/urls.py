"""Staff addresses of this part, under ``/staff/people/``."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from yakuba.core.people.pages import approvals, me, moves, people, protected

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("", people.people_list, name="list"),
    path("add/", people.person_add, name="add"),
    path("<int:pk>/", people.person, name="person"),
    path("<int:pk>/code/", people.person_code, name="code"),
    path("<int:pk>/transfer/", moves.transfer_person, name="transfer-person"),
    re_path(
        r"^(?P<pk>\d+)/(?P<act>disable|enable|unlock|remove-factor|sign-out)/$", people.person_act, name="act"
    ),
    path("departments/", people.departments, name="departments"),
    path("departments/add/", people.department_edit, name="department-add"),
    path("departments/<int:pk>/", people.department_edit, name="department"),
    path("import/", moves.import_staff, name="import"),
    path("import/confirm/", moves.import_confirm, name="import-confirm"),
    re_path(r"^template/(?P<name>staff|transfers)\.csv$", moves.template_csv, name="template"),
    path("transfers/", moves.transfer_list, name="transfers"),
    path("transfers/confirm/", moves.transfer_confirm, name="transfer-confirm"),
    path("transfers/<int:pk>/undo/", moves.transfer_undo, name="transfer-undo"),
    path("approvals/", approvals.inbox, name="approvals"),
    path("approvals/<int:pk>/", approvals.detail, name="approval"),
    path("deputies/", approvals.deputy_list, name="deputies"),
    path("deputies/<int:pk>/end/", approvals.deputy_end, name="deputy-end"),
    path("protected/", protected.listing, name="protected"),
    path("protected/<int:pk>/", protected.detail, name="protected-one"),
    path("me/", me.me, name="me"),
    path("me/sessions/end/", me.end_other_sessions, name="end-sessions"),
]
