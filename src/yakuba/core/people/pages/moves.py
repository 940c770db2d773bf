"""Staff import and transfers: upload, preview, confirm; nothing is kept between preview and confirmation."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.people import staff_import, transfers
from yakuba.core.people.domain.values import parse_day
from yakuba.core.people.forms import MoveForm, TransferForm, UploadForm
from yakuba.core.people.models import TransferBatch, User
from yakuba.core.people.pages.common import member, pack, read_upload, unpack
from yakuba.core.people.pages.people import admin_only
from yakuba.core.people.services import PeopleError

EXPIRED = "確かめる画面を開いてから30分が過ぎました。ファイルを選び直してください。"


@require_http_methods(["GET", "POST"])
@admin_only
def import_staff(request: HttpRequest) -> HttpResponse:
    """Choose a file and see what it would do."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _preview_import(request, read_upload(form.cleaned_data["file"]))
    context = {
        "form": form,
        "required": staff_import.REQUIRED,
        "optional": staff_import.OPTIONAL,
        "tab": "import",
    }
    return render(request, "people/import.html", context)


def _preview_import(request: HttpRequest, data: bytes, *, changed: str = "") -> HttpResponse:
    plan = staff_import.make_plan(data)
    context = {"plan": plan, "packed": pack(data, member(request)), "changed": changed, "tab": "import"}
    return render(request, "people/import_preview.html", context)


@require_POST
@admin_only
def import_confirm(request: HttpRequest) -> HttpResponse:
    """Write what was previewed, or show the preview again when the register changed meanwhile."""
    data = unpack(request.POST.get("packed", ""), member(request))
    if data is None:
        messages.error(request, EXPIRED)
        return HttpResponseRedirect(reverse("people:import"))
    try:
        counts = staff_import.apply_plan(data, digest=request.POST.get("digest", ""), by=member(request))
    except PeopleError as error:
        return _preview_import(request, data, changed=str(error))
    messages.success(request, f"取り込みました（追加 {counts['added']}人、変更 {counts['changed']}人）。")
    return HttpResponseRedirect(reverse("people:list"))


@require_http_methods(["GET", "POST"])
@admin_only
def transfer_list(request: HttpRequest) -> HttpResponse:
    """Announced transfers, and a form for the next."""
    form = TransferForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return _preview_transfer(request, read_upload(data["file"]), data["effective_on"], data["title"])
    batches = [
        {
            "batch": batch,
            "people": batch.lines.values("user").distinct().count(),
            "can_undo": transfers.can_undo(batch),
        }
        for batch in TransferBatch.objects.select_related("created_by", "undone_by")[:100]
    ]
    return render(request, "people/transfers.html", {"form": form, "batches": batches, "tab": "transfers"})


@require_http_methods(["GET", "POST"])
@admin_only
def transfer_person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's transfer by form; it becomes the same table as an uploaded one."""
    shown = get_object_or_404(User, pk=pk)
    form = MoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        code = data["department"].code if data["department"] else ""
        text = f'職員番号,課コード,権限\n"{shown.username}","{code}","{data["role"]}"\n'
        return _preview_transfer(request, text.encode(), data["effective_on"], f"{shown.name}さんの異動")
    context = {"form": form, "shown": shown, "today": timezone.localdate(), "tab": "transfers"}
    return render(request, "people/transfer_person.html", context)


def _preview_transfer(
    request: HttpRequest, data: bytes, effective_on: date, title: str, *, changed: str = ""
) -> HttpResponse:
    context = {
        "plan": transfers.make_plan(data, effective_on),
        "title": title,
        "packed": pack(data, member(request)),
        "changed": changed,
        "tab": "transfers",
    }
    return render(request, "people/transfer_preview.html", context)


@require_POST
@admin_only
def transfer_confirm(request: HttpRequest) -> HttpResponse:
    """Register what was previewed."""
    data = unpack(request.POST.get("packed", ""), member(request))
    day = parse_day(request.POST.get("effective_on", ""))
    if data is None or day is None:
        messages.error(request, EXPIRED)
        return HttpResponseRedirect(reverse("people:transfers"))
    title = request.POST.get("title", "")[:100]
    digest = request.POST.get("digest", "")
    try:
        transfers.confirm(data, day, digest=digest, title=title, by=member(request))
    except PeopleError as error:
        return _preview_transfer(request, data, day, title, changed=str(error))
    messages.success(
        request, f"「{title}」を登録しました。発令日から権限が変わります。前の日まで取り消せます。"
    )
    return HttpResponseRedirect(reverse("people:transfers"))


@require_POST
@admin_only
def transfer_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put everything back, before the day."""
    batch = get_object_or_404(TransferBatch, pk=pk)
    try:
        transfers.undo(batch, by=member(request))
        messages.success(request, f"「{batch.title}」を取り消しました。配属を元に戻しました。")
    except PeopleError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("people:transfers"))


@require_GET
@admin_only
def template_csv(request: HttpRequest, name: str) -> HttpResponse:
    """An empty table to start from, which a spreadsheet opens as UTF-8."""
    columns = {
        "staff": (*staff_import.REQUIRED, *staff_import.OPTIONAL),
        "transfers": (*transfers.REQUIRED, "氏名"),
    }
    response = HttpResponse(
        "\ufeff" + ",".join(columns[name]) + "\r\n", content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
