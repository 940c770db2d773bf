"""A result's pages for its families: open them, see who has read, close them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from yakuba.core.exchange.lanes import Lane
from yakuba.core.exchange.models import ItemForResidents
from yakuba.core.exchange.sending import send
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Table, TableView
from yakuba.nursery.forms_family import PublicationForm
from yakuba.nursery.models import Allocation, ChildOutcome, Publication, PublishedNotice
from yakuba.nursery.pages.allocations import find, round_of
from yakuba.nursery.services.publication import KIND, NotPublishable, revoke_all, revoke_one
from yakuba.nursery.services.publication_runs import request_publication
from yakuba.nursery.services.visibility import hidden_families, hidden_from, note_views

STATES = {"open": ("chip-ok", "公開中"), "held": ("chip-wait", "許可待ち"), "closed": ("", "取消し済み")}


def _table(waiting: set[str]) -> Table:
    def state(row: PublishedNotice) -> str:
        if row.revoked_at is not None:
            return "closed"
        return "held" if row.reference in waiting else "open"

    def chip(row: PublishedNotice) -> Any:
        css, text = STATES[state(row)]
        return format_html('<span class="chip {}">{}</span>', css, text)

    def act(row: PublishedNotice) -> Any:
        if row.revoked_at is not None:
            return "—"
        return format_html(
            '<a class="button danger button-sm" href="{}" aria-label="{}を取り消す">取り消す</a>',
            reverse("nursery:family-revoke", args=[row.pk]),
            row.family_id,
        )

    return Table(
        label="家庭ごとの公開",
        columns=(
            Column("family_id", "世帯番号", heading=True, search=True),
            Column("version", "版", numeric=True),
            Column("opened_on", "はじめて見た日"),
            Column("state", "状態", sortable=False, value=lambda row: STATES[state(row)][1], cell=chip),
            Column("act", "操作", sortable=False, value=lambda _row: "", cell=act),
        ),
        default_sort="family_id",
        empty_text="まだ公開していません",
    )


def _initial(found: Allocation, publication: Publication | None) -> dict[str, Any]:
    """What was asked for last, so that an officer types it once; else dates counted from today."""
    last_run = found.publication_runs.first()
    if last_run is not None and last_run.finished_at is None:
        last = timezone.localtime(last_run.expires_at) - timedelta(days=1)
        return {**last_run.settings, "expires_on": last.date()}
    if publication is not None:
        last = timezone.localtime(publication.expires_at) - timedelta(days=1)
        return {**publication.settings, "expires_on": last.date()}
    today = timezone.localdate()
    letters = found.letter_batches.first()
    issue = letters.settings.get("issue", {}) if letters is not None else {}
    return {
        "starts_on": issue.get("starts_on") or date(today.year + (today.month > 3), 4, 1),
        "stage": _stage(found),
        "procedure_until": issue.get("papers_by"),
        "expires_on": today + timedelta(days=90),
    }


def _stage(found: Allocation) -> int:
    """1 for a first round, one more for every round before it."""
    number, selection = 1, round_of(found)
    while selection is not None and selection.previous is not None:
        number, selection = number + 1, selection.previous
    return number


def _shown(request: HttpRequest, found: Allocation, publication: Publication | None) -> TableView:
    """The families that the person may see; protected ones only for their named officers."""
    hidden = hidden_families(found, hidden_from(request.user))
    rows = PublishedNotice.objects.filter(publication=publication).exclude(family_id__in=hidden)
    waiting = ItemForResidents.objects.filter(kind=KIND, batch=None).exclude(held_at=None)
    shown = _table(set(waiting.values_list("reference", flat=True))).view(rows, request.GET)
    told = ChildOutcome.objects.filter(allocation=found, family_id__in=[row.family_id for row in rows])
    note_views(request.user, told.values_list("child_id", flat=True))
    return shown


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def families(request: HttpRequest, pk: int) -> HttpResponse:
    """The publication of a result, the progress of the one that runs, and the form for the next version."""
    found = find(pk)
    if not found.is_finished:
        raise Http404("計算が終わっていません。")
    publication = Publication.objects.filter(allocation=found).select_related("published_by").first()
    form = PublicationForm(request.POST or None, initial=_initial(found, publication))
    if request.method == "POST" and form.is_valid():
        try:
            request_publication(found, words=form.words(), expires_at=form.expires_at(), by=request.user)
        except NotPublishable as error:
            form.add_error(None, str(error))
        else:
            return redirect("nursery:families", pk)
    shown = _shown(request, found, publication)
    approved = found.approval is not None and found.approval.state == "approved"
    context = {
        "allocation": found,
        "selection": round_of(found),
        "publication": publication,
        "last_day": publication and timezone.localtime(publication.expires_at) - timedelta(days=1),
        "form": form,
        "table": shown,
        "approved": approved,
        "codes": found.family_codes.filter(revoked_at=None).count(),
        "live": 0 if publication is None else publication.notices.filter(revoked_at=None).count(),
        "opened": 0 if publication is None else publication.notices.exclude(opened_on=None).count(),
        **_last_run(found, publication),
    }
    return export(shown, f"families-{pk}") or render(
        request, "nursery/families.html", context, status=422 if form.errors else 200
    )


def _last_run(found: Allocation, publication: Publication | None) -> dict[str, Any]:
    """The newest run: its job while it goes on or when it came to nothing, else what it did."""
    run = found.publication_runs.select_related("job").first()
    if run is None:
        return {}
    if run.finished_at is None:
        return {"job": run.job, "running": run.job is not None and not run.job.is_final, "run": run}
    shown = publication is not None and publication.revoked_at is None and publication.version == run.version
    return {"told": _told(**run.figures)} if shown else {}


def _told(families: int, without_code: int, without_birth: int, held: int) -> str:
    text = f"{families:,}世帯に公開しました。"
    if without_code:
        text += f"閲覧コードのない {without_code:,}世帯には公開していません。"
    if without_birth:
        text += f"生年月日のない {without_birth:,}世帯には公開していません。"
    return text + (f"支援措置のため {held:,}世帯を保留にしています。" if held else "")


@require_POST
@require("nursery", Role.OFFICER)
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """With both faces on one machine: hand over what was released, and fetch what was opened."""
    found = find(pk)
    held = send(Lane.RESIDENTS, by=request.user).held
    send(Lane.STAFF, by=request.user)
    messages.success(request, f"最新にしました。{f'許可待ちは {held:,}世帯です。' if held else ''}")
    return redirect("nursery:families", found.pk)


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what happens, then close every page of the result."""
    found = find(pk)
    publication = get_object_or_404(Publication, allocation=found)
    if request.method == "POST":
        count = revoke_all(publication, by=request.user)
        messages.success(request, f"{count:,}世帯への公開を取り消しました。")
        return redirect("nursery:families", pk)
    live = publication.notices.filter(revoked_at=None).count()
    return render(request, "nursery/family_close.html", {"allocation": found, "families": live})


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def close_one(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for one family."""
    notice = get_object_or_404(PublishedNotice.objects.select_related("publication__allocation"), pk=pk)
    found = notice.publication.allocation
    if notice.family_id in hidden_families(found, hidden_from(request.user)):
        raise Http404("この世帯への公開はありません。")
    if request.method == "POST":
        revoke_one(notice, by=request.user)
        messages.success(request, f"世帯 {notice.family_id} への公開を取り消しました。")
        return redirect("nursery:families", found.pk)
    return render(request, "nursery/family_close.html", {"allocation": found, "notice": notice})
