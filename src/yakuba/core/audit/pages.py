"""The audit log for admins: list, filters, CSV, verification."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yakuba.core.audit import heads, services
from yakuba.core.audit.actors import actor_names
from yakuba.core.audit.checks import CheckResult, last_check, remember_check
from yakuba.core.audit.labels import action_label, all_actions
from yakuba.core.audit.models import AuditEntry
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.core.spreadsheets import neutralised

PER_PAGE = 50


class FilterForm(forms.Form):
    """What to show. Empty fields filter nothing."""

    since = forms.DateField(label="この日から", required=False)
    until = forms.DateField(label="この日まで", required=False)
    actor = forms.CharField(label="行為者", required=False, max_length=150)
    action = forms.CharField(label="行為", required=False, max_length=100)
    target = forms.CharField(label="対象", required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "終わりの日が始まりの日より前です。始まりの日以後にしてください。")
        return cleaned


def _start_of(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _actors(text: str) -> list[str]:
    """The actor names that a search text stands for: staff by number or name, programmes by name."""
    users = get_user_model().objects.filter(Q(username=text) | Q(name__contains=text))
    return [f"user:{pk}" for pk in users.values_list("pk", flat=True)[:500]]


def filtered(form: FilterForm) -> QuerySet[AuditEntry]:
    """The lines that a valid form asks for, newest first; none for a form with faults."""
    entries = AuditEntry.objects.order_by("-sequence")
    if not form.is_valid():
        return entries.none()
    wanted = form.cleaned_data
    if wanted["since"]:
        entries = entries.filter(at__gte=_start_of(wanted["since"]))
    if wanted["until"]:
        entries = entries.filter(at__lt=_start_of(wanted["until"] + timedelta(days=1)))
    if wanted["actor"]:
        text = wanted["actor"].strip()
        entries = entries.filter(actor__in=[text, f"system:{text}", *_actors(text)])
    if wanted["action"]:
        entries = entries.filter(action=wanted["action"])
    if wanted["target"]:
        entries = entries.filter(target__contains=wanted["target"].strip())
    return entries


@dataclass(frozen=True, slots=True)
class Row:
    """One line as the page and the CSV show it."""

    sequence: int
    at: datetime
    actor: str
    action: str
    action_name: str
    target: str
    detail: str
    entry_hash: str


def rows(entries: Iterable[AuditEntry]) -> list[Row]:
    """Lines with the names of the staff who acted (one query for all of them)."""
    listed = list(entries)
    names = actor_names(entry.actor for entry in listed)
    return [
        Row(
            entry.sequence,
            timezone.localtime(entry.at),
            names.get(entry.actor, entry.actor),
            entry.action,
            action_label(entry.action),
            entry.target,
            _readable(entry.detail),
            entry.entry_hash,
        )
        for entry in listed
    ]


def _readable(detail: dict[str, Any]) -> str:
    shown = (
        f"{key} {value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)}"
        for key, value in detail.items()
    )
    return "、".join(shown)


@require_safe
@require(None, Role.ADMIN)
def index(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first, with the state of the chain above it."""
    form = FilterForm(request.GET)
    page = Paginator(filtered(form), PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "rows": rows(page.object_list),
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "query": query.urlencode(),
        "filtering": any(form.data.get(name) for name in form.fields),
        "actions": all_actions(),
        "head": _head(),
        "check": last_check(),
    }
    return render(request, "audit/index.html", context)


def _head() -> dict[str, Any] | None:
    try:
        head = heads.latest_head()
    except heads.UnreadableHead as error:
        return {"fault": str(error)}
    if head is None:
        return None
    return {"sequence": head.sequence, "at": timezone.localtime(datetime.fromisoformat(head.sealed_at))}


@require_POST
@require(None, Role.ADMIN)
def check(request: HttpRequest) -> HttpResponseBase:
    """Verify the whole chain now, seal the day's head, and show what was found."""
    verdict = services.verify_chain()
    result = CheckResult(
        timezone.now(), verdict.lines, verdict.good, verdict.sequence, verdict.reason, str(verdict.flaw or "")
    )
    remember_check(result)
    detail: dict[str, Any] = {"lines": verdict.lines}
    if not verdict.good:
        detail |= {"flaw": result.flaw, "sequence": verdict.sequence}
    services.record("audit.verify", actor=request.user, target="audit", detail=detail)
    services.seal_head()
    return redirect("audit:index")


_COLUMNS = ("連番", "日時", "行為者", "行為", "行為の記号", "対象", "内容", "ハッシュ")


def _csv(entries: QuerySet[AuditEntry]) -> Iterator[bytes]:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    sheet.write("\ufeff")  # so that Excel reads it as UTF-8
    writer.writerow(_COLUMNS)
    batch: list[AuditEntry] = []
    for entry in entries.iterator(500):
        batch.append(entry)
        if len(batch) == 500:
            yield _take(sheet, writer, batch)
            batch = []
    yield _take(sheet, writer, batch)


def _take(sheet: io.StringIO, writer: Any, batch: list[AuditEntry]) -> bytes:
    for row in rows(batch):
        texts = (row.actor, row.action_name, row.action, row.target, row.detail, row.entry_hash)
        writer.writerow([row.sequence, row.at.isoformat(), *map(neutralised, texts)])
    text = sheet.getvalue()
    sheet.seek(0)
    sheet.truncate()
    return text.encode()


@require_POST
@require(None, Role.ADMIN)
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as CSV; the export is itself recorded."""
    form = FilterForm(request.POST)
    if not form.is_valid():
        return HttpResponse("絞り込みの条件に誤りがあります。一覧に戻って直してください。", status=400)
    entries = filtered(form)
    services.record("audit.export", actor=request.user, target="audit", detail={"lines": entries.count()})
    response = StreamingHttpResponse(_csv(entries), content_type="text/csv; charset=utf-8")
    name = f"audit-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
