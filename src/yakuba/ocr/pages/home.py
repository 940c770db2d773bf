"""The first page of form reading: what waits for a person, then the batches."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.ocr.models import Batch, BatchState, FieldValue, FormVersion, Page, ValueState, VersionState
from yakuba.ocr.pages import links
from yakuba.ocr.pages.links import optional_url
from yakuba.ocr.services.batches import OPEN_VALUES, STUCK_PAGES, is_stopped, with_figures
from yakuba.ocr.services.expiring import announced
from yakuba.ocr.services.turns import waiting_for


def state_chip(batch: Batch, unread: int) -> str:
    """Where a batch stands, as a chip: never by colour alone."""
    if is_stopped(batch, unread):
        return format_html('<span class="chip chip-bad">{}</span>', "読取りが止まっている")
    css = {
        BatchState.READING: "chip-run",
        BatchState.CHECKING: "chip-ask",
        BatchState.DONE: "chip-ok",
        BatchState.FAILED: "chip-bad",
    }[BatchState(batch.state)]
    return format_html('<span class="chip {}">{}</span>', css, batch.get_state_display())


def _link(batch: Batch) -> str:
    return format_html('<a href="{}">{}</a>', reverse("ocr:batch", args=[batch.pk]), batch.title)


BATCHES = Table(
    label="束の一覧",
    columns=(
        Column("title", "束", heading=True, search=True, cell=_link),
        Column(
            "version",
            "帳票",
            lookup="version__form__name",
            value=lambda row: str(row.version) if row.version else "仕分け",
        ),
        Column("state", "状態", cell=lambda row: state_chip(row, row.unread_count)),
        Column("page_count", "ページ", numeric=True),
        Column("stuck_count", "読めないページ", numeric=True),
        Column("scanner", "読取機", search=True),
        Column("created_by", "受け付けた人", lookup="created_by__name", search=True),
        Column("created_at", "受付日時", cell=lambda row: moment(row.created_at), wrap=False),
    ),
    filters=(Filter("state", "状態", BatchState.choices),),
    default_sort="-created_at",
    empty_text="束はまだありません。使用中の帳票があれば、「スキャンを受け付ける」から始めます。",
    exports=False,
)


@require_GET
@require("ocr", Role.VIEWER)
def home(request: HttpRequest) -> HttpResponse:
    """What waits for a person, and every batch."""
    rows = with_figures(Batch.objects.select_related("version", "version__form", "created_by", "job"))
    context = {
        "table": BATCHES.view(rows, request.GET),
        "waits": _waits(request.user),
        "ending": announced(),
        "has_active": FormVersion.objects.filter(state=VersionState.ACTIVE).exists(),
        "may_edit": allowed(request.user, "ocr", Role.OFFICER),
        "border_url": optional_url("border:home"),
        "free_url": optional_url("ocr:free"),
    }
    return render(request, "ocr/home.html", context)


def _waits(user: Any) -> list[dict[str, object]]:
    """Batches with work for a person, oldest first, with what and where; ``mine``: for this person."""
    fields = _by_batch(FieldValue.objects.filter(state__in=OPEN_VALUES))
    mine = _by_batch(waiting_for(user))
    twice = _by_batch(FieldValue.objects.filter(state__in=(ValueState.DIFFERS, ValueState.ESCALATED)))
    pages = _by_batch(Page.objects.filter(state__in=STUCK_PAGES), "batch")
    found = Batch.objects.filter(pk__in=set(fields) | set(pages)).select_related("version", "version__form")
    return [
        {
            "batch": one,
            "fields": fields.get(one.pk, 0),
            "mine": mine.get(one.pk, 0),
            "twice": twice.get(one.pk, 0),
            "pages": pages.get(one.pk, 0),
            "check_url": links.check_url(one.pk),
        }
        for one in found.order_by("created_at", "pk")[:12]
    ]


def _by_batch(rows: QuerySet[Any], path: str = "page__batch") -> dict[int, int]:
    return dict(rows.order_by().values_list(path).annotate(Count("pk")))
