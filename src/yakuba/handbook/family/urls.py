"""Resident addresses of the handbook, under ``/handbook/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.handbook.family import (
    account_pages,
    children_pages,
    dose_pages,
    entrance,
    export_pages,
    growth_pages,
    passkey_pages,
    plan_pages,
    sharing_pages,
)

app_name = "handbook_family"
CHILD = "children/<slug:child>/"
urlpatterns: list[URLPattern] = [
    path("", entrance.sign_in, name="entry"),
    path("code/", entrance.code, name="code"),
    path("sign-out/", entrance.sign_out, name="sign_out"),
    path("passkey/begin/", passkey_pages.begin, name="passkey_begin"),
    path("passkey/finish/", passkey_pages.finish, name="passkey_finish"),
    path("account/", account_pages.account, name="account"),
    path("account/sign-in/", account_pages.secure, name="secure"),
    path("account/name/", account_pages.rename, name="rename"),
    path("account/password/", account_pages.change_password, name="change_password"),
    path("account/passkeys/begin/", passkey_pages.add_begin, name="passkey_add_begin"),
    path("account/passkeys/finish/", passkey_pages.add_finish, name="passkey_add_finish"),
    path("account/passkeys/<slug:credential>/remove/", passkey_pages.remove, name="passkey_remove"),
    path("account/devices/<int:pk>/end/", account_pages.end_device, name="end_device"),
    path("account/delete/", account_pages.delete, name="delete"),
    path("rules/", account_pages.rules, name="rules"),
    path("invitation/", sharing_pages.invitation, name="invitation"),
    path("children/", children_pages.home, name="children"),
    path("children/add/", children_pages.add, name="child_add"),
    path(CHILD, children_pages.timeline, name="timeline"),
    path(CHILD + "details/", children_pages.edit, name="child_edit"),
    path(CHILD + "join/", children_pages.join, name="join"),
    path(CHILD + "born/", children_pages.born, name="born"),
    path(CHILD + "month/", children_pages.month, name="month"),
    path(CHILD + "month/<int:year>/<int:number>/", children_pages.month, name="month"),
    path(CHILD + "doses/", dose_pages.listed, name="doses"),
    path(CHILD + "doses/add/", dose_pages.add, name="dose_add"),
    path(CHILD + "doses/<slug:dose>/", dose_pages.correct, name="dose_correct"),
    path(CHILD + "doses/<slug:dose>/take-back/", dose_pages.take_back, name="dose_back"),
    path(CHILD + "plan/", plan_pages.plan, name="plan"),
    path(CHILD + "plan/undo/", plan_pages.undo, name="plan_undo"),
    path(CHILD + "growth/", growth_pages.page, name="growth"),
    path(CHILD + "growth/<int:pk>/take-back/", growth_pages.take_back, name="growth_back"),
    path(CHILD + "family/", sharing_pages.sharing_page, name="sharing"),
    path(CHILD + "family/invite/", sharing_pages.invite, name="invite"),
    path(CHILD + "family/invitations/<int:pk>/revoke/", sharing_pages.revoke, name="invitation_revoke"),
    path(CHILD + "family/<int:pk>/end/", sharing_pages.end, name="sharing_end"),
    path(CHILD + "export/", export_pages.export, name="export"),
    path(CHILD + "export/data.json", export_pages.data, name="data"),
    path(CHILD + "export/fhir.json", export_pages.fhir, name="fhir"),
    path(CHILD + "export/visits.ics", export_pages.visits, name="visits"),
    path(CHILD + "print/", export_pages.paper, name="print"),
]
