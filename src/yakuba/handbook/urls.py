"""Staff addresses of this part, under ``/staff/handbook/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from yakuba.handbook.bookings import staff_urls
from yakuba.handbook.pages import (
    births,
    child,
    cohorts,
    home,
    letters,
    observations,
    register,
    rulebooks,
    tasks,
    vouchers,
)

app_name = "handbook"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    *staff_urls.urlpatterns,
    path("children/", register.children, name="children"),
    path("children/<int:pk>/", child.child, name="child"),
    path("children/<int:pk>/doses/new/", child.dose_new, name="dose-new"),
    path("doses/<int:pk>/correct/", child.dose_correct, name="dose-correct"),
    path("doses/<int:pk>/take-back/", child.dose_take_back, name="dose-take-back"),
    path("doses/<int:pk>/restore/", child.dose_restore, name="dose-restore"),
    path("children/<int:pk>/observations/new/", observations.observation_new, name="observation-new"),
    path(
        "observations/<int:pk>/take-back/", observations.observation_take_back, name="observation-take-back"
    ),
    path("observations/<int:pk>/restore/", observations.observation_restore, name="observation-restore"),
    path("children/<int:pk>/birth/", births.birth, name="birth"),
    path("children/<int:pk>/birth/<int:child>/", births.birth_confirm, name="birth-confirm"),
    path("births/<int:pk>/undo/", births.birth_undo, name="birth-undo"),
    path("imports/", register.import_list, name="imports"),
    path("imports/children/new/", register.import_new, {"kind": "children"}, name="children-new"),
    path("imports/doses/new/", register.import_new, {"kind": "doses"}, name="doses-new"),
    path("imports/<int:pk>/", register.import_page, name="import"),
    path("imports/<int:pk>/names/", register.import_names, name="import-names"),
    path("imports/<int:pk>/confirm/", register.import_confirm, name="import-confirm"),
    path("imports/<int:pk>/undo/", register.import_undo, name="import-undo"),
    path("imports/<int:pk>/forget/", register.import_forget, name="import-forget"),
    path("tasks/", tasks.task_list, name="tasks"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/reopen/", tasks.task_reopen, name="task-reopen"),
    path("letters/", letters.letters, name="letters"),
    path("letters/<int:pk>/", letters.batch, name="entry-batch"),
    path("letters/<int:pk>/file/", letters.batch_file, name="entry-batch-file"),
    path("children/<int:pk>/letters/", letters.child_letters, name="child-letters"),
    path("children/<int:pk>/letters/print/", letters.child_print, name="child-letters-print"),
    path("children/<int:pk>/letters/revoke/", letters.child_revoke, name="child-letters-revoke"),
    path("rulebooks/", rulebooks.rulebook_list, name="rulebooks"),
    path("rulebooks/<int:pk>/", rulebooks.rulebook, name="rulebook"),
    path("rulebooks/<int:pk>/file/<slug:part>/", rulebooks.rulebook_file, name="rulebook-file"),
    path("rulebooks/<int:pk>/sign/", rulebooks.rulebook_sign, name="rulebook-sign"),
    path("rulebooks/<int:pk>/unsign/", rulebooks.rulebook_unsign, name="rulebook-unsign"),
    path("rulebooks/<int:pk>/compare/", rulebooks.rulebook_compare, name="rulebook-compare"),
    path("rulebooks/<int:pk>/ask/", rulebooks.rulebook_ask, name="rulebook-ask"),
    path("rulebooks/reports/<int:pk>/", rulebooks.report, name="rulebook-report"),
    path("cohorts/", cohorts.cohorts, name="cohorts"),
    path("cohorts/run/", cohorts.cohorts_run, name="cohorts-run"),
    path("cohorts/overdue/", cohorts.overdue, name="overdue"),
    path("cohorts/overdue/export/", cohorts.overdue_export, name="overdue-export"),
    path("vouchers/", vouchers.voucher_list, name="vouchers"),
    path("vouchers/months/<str:month>/", vouchers.voucher_month, name="voucher-month"),
    path("vouchers/batches/<int:pk>/", vouchers.voucher_batch, name="voucher-batch"),
    path("vouchers/batches/<int:pk>/files/<slug:form>/", vouchers.voucher_file, name="voucher-file"),
    path("vouchers/batches/<int:pk>/sent/", vouchers.voucher_sent, name="voucher-sent"),
    path("vouchers/batches/<int:pk>/undo/", vouchers.voucher_undo, name="voucher-undo"),
    path("vouchers/<int:pk>/", vouchers.voucher, name="voucher"),
    path("vouchers/<int:pk>/print/", vouchers.voucher_print, name="voucher-print"),
]
