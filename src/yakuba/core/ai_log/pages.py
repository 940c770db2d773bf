"""The AI log for admins and approvers: list, filters, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yakuba.core.ai_log.models import AiUse
from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require_sign_in
from yakuba.core.systems import all_systems
from yakuba.core.ui.exports import harmless

PER_PAGE = 50
HEADS = (
    "日時", "業務", "目的", "モデル", "版", "ハッシュ", "入力の参照", "出力の参照", "確からしさ", "利用者",
    "職員の判断", "判断した職員", "判断日時",
)  # fmt: skip


class FilterForm(forms.Form):
    """What to show. Empty fields filter nothing."""

    system = forms.CharField(label="業務", required=False, max_length=30)
    model = forms.CharField(label="モデル", required=False, max_length=100)
    since = forms.DateField(label="この日から", required=False)
    until = forms.DateField(label="この日まで", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "終わりの日が始まりの日より前です。始まりの日以後にしてください。")
        return cleaned


def open_systems(user: Any) -> list[str] | None:
    """The systems whose log the person may read: all (None) for admins, else those they approve for.

    ``PermissionDenied`` for everybody else.
    """
    if allowed(user, None, Role.ADMIN):
        return None
    mine = [one.key for one in all_systems() if allowed(user, one.key, Role.APPROVER)]
    if not mine:
        raise PermissionDenied
    return mine


def _start_of(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def filtered(form: FilterForm, systems: list[str] | None) -> QuerySet[AiUse]:
    """The rows that a valid form asks for, newest first; none for a form with faults."""
    rows = AiUse.objects.select_related("user", "human_by")
    if not form.is_valid():
        return rows.none()
    if systems is not None:
        rows = rows.filter(system__in=systems)
    wanted = form.cleaned_data
    if wanted["system"]:
        rows = rows.filter(system=wanted["system"])
    if wanted["model"]:
        rows = rows.filter(model=wanted["model"])
    if wanted["since"]:
        rows = rows.filter(at__gte=_start_of(wanted["since"]))
    if wanted["until"]:
        rows = rows.filter(at__lt=_start_of(wanted["until"] + timedelta(days=1)))
    return rows


@require_safe
@require_sign_in
def index(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first."""
    systems = open_systems(request.user)
    form = FilterForm(request.GET)
    page = Paginator(filtered(form, systems), PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    names = {one.key: one.name for one in all_systems()}
    known = AiUse.objects.all() if systems is None else AiUse.objects.filter(system__in=systems)
    context = {
        "form": form,
        "page": page,
        "rows": [(one, names.get(one.system, one.system)) for one in page.object_list],
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "query": query.urlencode(),
        "filtering": any(form.data.get(name) for name in form.fields),
        "choices": {
            "system": [(key, name) for key, name in names.items() if systems is None or key in systems],
            "model": [
                (name, name) for name in known.order_by("model").values_list("model", flat=True).distinct()
            ],
        },
    }
    return render(request, "ai_log/index.html", context)


@require_POST
@require_sign_in
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as CSV; the export is recorded."""
    systems = open_systems(request.user)
    form = FilterForm(request.POST)
    if not form.is_valid():
        return HttpResponse("絞り込みの条件に誤りがあります。一覧に戻って直してください。", status=400)
    rows = filtered(form, systems)
    record("ai_log.export", actor=request.user, target="ai_log", detail={"rows": rows.count()})
    response = StreamingHttpResponse(_csv(rows.iterator(500)), content_type="text/csv; charset=utf-8")
    name = f"ai-log-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _csv(rows: Iterable[AiUse]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _line(HEADS)
    for one in rows:
        yield _line(
            (
                one.at, one.system, one.purpose, one.model, one.model_version, one.model_hash, one.input_ref,
                one.output_ref, one.confidence, _name(one.user), one.get_human_display(), _name(one.human_by),
                one.human_at,
            )
        )  # fmt: skip


def _name(user: Any) -> str:
    return "" if user is None else f"{user.name}（{user.username}）"


def _line(values: Iterable[Any]) -> bytes:
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\r\n").writerow([harmless(value) for value in values])
    return sheet.getvalue().encode()
