"""Forms: the list, one form with its versions, one version, and what is done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.people.approval import ApprovalError
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.tables import Column, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.ocr.domain.form_faults import faults_of
from yakuba.ocr.entry import ImportForm, NewForm, ReasonForm
from yakuba.ocr.models import Form, FormVersion, VersionState
from yakuba.ocr.pages import links
from yakuba.ocr.pages.pictures import png_bytes
from yakuba.ocr.services import approvals, forms
from yakuba.ocr.services.form_files import FormPackage, dump_yaml, read_package
from yakuba.ocr.services.forms import BadForm, FormError
from yakuba.ocr.services.scans import BadScan
from yakuba.ocr.services.words import KINDS, POLICIES, WRITINGS, kind_text

FAULTS_SHOWN = 50
CHIPS = {VersionState.DRAFT: "chip-draft", VersionState.ACTIVE: "chip-ok", VersionState.RETIRED: ""}


def state_chip(version: FormVersion) -> str:
    """The version's state as a chip."""
    css = CHIPS[VersionState(version.state)]
    return format_html('<span class="chip {}">{}</span>', css, version.get_state_display())


def _form_link(form: Form) -> str:
    return format_html('<a href="{}">{}</a>', reverse("ocr:form", args=[form.pk]), form.name)


FORMS = Table(
    label="帳票の一覧",
    columns=(
        Column("name", "帳票", heading=True, search=True, cell=_form_link),
        Column("active", "使用中の版", numeric=True),
        Column("drafts", "下書き", numeric=True),
        Column("newest", "最後の版", lookup="newest", cell=lambda row: moment(row.newest), wrap=False),
    ),
    default_sort="name",
    empty_text="帳票はまだありません。「未記入の用紙から作る」か「取り込む」で始めます。",
    exports=False,
)


@require_GET
@require("ocr", Role.VIEWER)
def form_list(request: HttpRequest) -> HttpResponse:
    """Every form, searchable."""
    rows = Form.objects.annotate(
        active=Count("versions", filter=Q(versions__state=VersionState.ACTIVE)),
        drafts=Count("versions", filter=Q(versions__state=VersionState.DRAFT)),
        newest=Max("versions__created_at"),
    )
    context = {"table": FORMS.view(rows, request.GET), "may_edit": allowed(request.user, "ocr", Role.OFFICER)}
    return render(request, "ocr/forms.html", context)


@require_http_methods(["GET", "POST"])
@require("ocr", Role.OFFICER)
def form_new(request: HttpRequest) -> HttpResponse:
    """A draft from a blank sheet; the designer opens next."""
    form = NewForm(request.POST or None, request.FILES or None, initial={"name": request.GET.get("name", "")})
    if request.method == "POST" and form.is_valid() and (made := _create(request, form)) is not None:
        messages.success(request, f"「{made}」を下書きとして作りました。欄の枠を描いてください。")
        return redirect("ocr:design", made.pk)
    return render(request, "ocr/form_new.html", {"form": form}, status=422 if form.errors else 200)


def _create(request: HttpRequest, form: NewForm) -> FormVersion | None:
    data = form.cleaned_data
    if data["file"].size > forms.UPLOAD_LIMIT:
        form.add_error("file", "40MBを超えています。用紙1枚のファイルにしてください。")
        return None
    try:
        image, dpi = forms.read_blank(data["file"].read(), data["file"].name, data["page"])
        size = form.size_mm() or forms.paper_of(image, dpi)
        return forms.create_form(
            name=data["name"], version=data["version"], image=image, size_mm=size, by=request.user
        )
    except BadScan as bad:
        form.add_error("file", str(bad))
    except FormError as error:
        form.add_error(None, str(error))
    return None


@require_http_methods(["GET", "POST"])
@require("ocr", Role.OFFICER)
def form_import(request: HttpRequest) -> HttpResponse:
    """A draft from a package; every fault is shown and nothing is kept when there is one."""
    form = ImportForm(request.POST or None, request.FILES or None)
    faults: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            made = _import(request, form)
        except BadForm as bad:
            faults = bad.problems
        else:
            if made is not None:
                messages.success(request, f"「{made}」を下書きとして取り込みました。")
                return redirect("ocr:version", made.pk)
    context = {"form": form, "faults": faults[:FAULTS_SHOWN], "fault_count": len(faults)}
    return render(request, "ocr/form_import.html", context, status=422 if faults or form.errors else 200)


def _import(request: HttpRequest, form: ImportForm) -> FormVersion | None:
    upload, blank = form.cleaned_data["file"], form.cleaned_data["blank"]
    if upload.size > forms.UPLOAD_LIMIT or (blank and blank.size > forms.UPLOAD_LIMIT):
        form.add_error("file", "40MBを超えています。定義と用紙1枚だけにしてください。")
        return None
    package: FormPackage = read_package(upload.read(), upload.name)
    data, name = package.blank, package.blank_name
    if blank:
        data, name = blank.read(), blank.name
    if data is None:
        form.add_error("blank", "form.yaml だけのときは、未記入の用紙も選んでください。")
        return None
    try:
        image, _ = forms.read_blank(data, name)
        return forms.import_form(package, image, by=request.user)
    except BadScan as bad:
        form.add_error("blank", str(bad))
    except FormError as error:
        form.add_error(None, str(error))
    return None


@require_GET
@require("ocr", Role.VIEWER)
def form_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One form: its versions and their states."""
    found = get_object_or_404(Form, pk=pk)
    versions = found.versions.select_related("created_by", "activated_by")
    rows = [(one, state_chip(one), len(one.definition.get("fields", []))) for one in versions]
    context = {"form": found, "rows": rows, "may_edit": allowed(request.user, "ocr", Role.OFFICER)}
    return render(request, "ocr/form.html", context)


def find(pk: int) -> FormVersion:
    """One version with what its pages show."""
    rows = FormVersion.objects.select_related("form", "blank", "created_by", "activated_by")
    return get_object_or_404(rows, pk=pk)


@require_GET
@require("ocr", Role.VIEWER)
def version_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its blank with the fields on it, the test, and the way into use."""
    return _version_page(request, find(pk), ReasonForm())


def _version_page(
    request: HttpRequest, found: FormVersion, form: ReasonForm, status: int = 200
) -> HttpResponse:
    page = found.definition["page"]
    fields = [_shown(number, one) for number, one in enumerate(found.definition["fields"], 1)]
    context = {
        "version": found,
        "chip": state_chip(found),
        "width": page["width_mm"],
        "height": page["height_mm"],
        "fields": fields,
        "boxes": [box for one in fields for box in one["boxes"]],
        "faults": faults_of(found.definition)[:FAULTS_SHOWN],
        "obstacles": approvals.obstacles(found) if found.state == VersionState.DRAFT else [],
        "request_made": approvals.newest_request(found),
        "form": form,
        "steps": ["枠を描く", "読取りを試す", "承認を依頼する", "使用中"],
        "step": _step(found),
        "border_url": links.border_url(found) if found.state == VersionState.ACTIVE else "",
        "may_approve": allowed(request.user, "ocr", Role.APPROVER),
        "may_edit": allowed(request.user, "ocr", Role.OFFICER),
    }
    return render(request, "ocr/version.html", context, status=status)


def _step(found: FormVersion) -> int:
    if found.state != VersionState.DRAFT:
        return 4
    if faults_of(found.definition):
        return 1
    return 3 if found.read_test else 2


def _shown(number: int, one: dict[str, Any]) -> dict[str, Any]:
    """A field of a definition in words; drafts may hold anything."""
    boxes = [one.get("box")] + [option.get("box") for option in one.get("options", [])]
    return {
        "number": number,
        "title": str(one.get("label") or one.get("name") or ""),
        "name": str(one.get("name", "")),
        "kind": kind_text(str(one.get("kind", ""))),
        "writing": {k.value: v for k, v in WRITINGS.items()}.get(str(one.get("writing")), "活字"),
        "cells": one.get("cells") or "",
        "required": one.get("required") is True,
        "policy": {k.value: v for k, v in POLICIES.items()}.get(
            str(one.get("policy")), "認定の範囲でAIが処理"
        ),
        "boxes": [(number, *box) for box in boxes if isinstance(box, list) and _is_box(box)],
    }


def _is_box(box: list[Any]) -> bool:
    return len(box) == 4 and all(isinstance(one, (int, float)) for one in box)


@require_GET
@require("ocr", Role.VIEWER)
def blank_image(request: HttpRequest, pk: int) -> HttpResponse:
    """The blank sheet."""
    return png_bytes(read_file(find(pk).blank))


@require_GET
@require("ocr", Role.OFFICER)
def export_package(request: HttpRequest, pk: int) -> HttpResponse:
    """The zip for another installation."""
    found = find(pk)
    try:
        data = forms.package_of(found)
    except BadForm:
        messages.error(request, "定義に直すところがあるため、書き出せません。設計の画面で直してください。")
        return redirect("ocr:version", pk)
    return _handed_out(request, found, data, "application/zip", "zip")


@require_GET
@require("ocr", Role.OFFICER)
def export_yaml(request: HttpRequest, pk: int) -> HttpResponse:
    """The definition alone."""
    found = find(pk)
    return _handed_out(request, found, dump_yaml(found.definition), "application/yaml", "yaml")


def _handed_out(
    request: HttpRequest, found: FormVersion, data: bytes, content_type: str, ending: str
) -> HttpResponse:
    record("ocr.form.export", actor=request.user, target=f"ocr.version:{found.pk}", detail={"as": ending})
    name = f'attachment; filename="form-{found.pk}.{ending}"'
    return HttpResponse(data, content_type=content_type, headers={"Content-Disposition": name})


@require_POST
@require("ocr", Role.OFFICER)
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft from this version."""
    try:
        made = forms.copy_version(find(pk), by=request.user)
    except FormError as error:
        messages.error(request, str(error))
        return redirect("ocr:version", pk)
    messages.success(request, f"「{made}」を下書きとして作りました。")
    return redirect("ocr:version", made.pk)


@require_POST
@require("ocr", Role.OFFICER)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    found = find(pk)
    form = found.form_id
    try:
        forms.discard(found, by=request.user)
    except FormError as error:
        messages.error(request, str(error))
        return redirect("ocr:version", pk)
    messages.success(request, f"「{found}」の下書きを破棄しました。")
    if Form.objects.filter(pk=form).exists():
        return redirect("ocr:form", form)
    return redirect("ocr:forms")


@require_POST
@require("ocr", Role.APPROVER)
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """End the use of a version."""
    found = find(pk)
    try:
        forms.retire(found, by=request.user)
    except FormError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"「{found}」の使用を終えました。読んだものは残っています。")
    return redirect("ocr:version", pk)


@require_POST
@require("ocr", Role.OFFICER)
def ask_activation(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask an approver to let the version read."""
    found = find(pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            approvals.ask_activation(found, by=request.user, reason=form.cleaned_data["reason"])
        except (FormError, ApprovalError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "使用開始の承認を依頼しました。承認者の画面に出ています。")
            return redirect("ocr:version", pk)
    return _version_page(request, found, form, status=422)


__all__ = ["KINDS", "find", "state_chip"]
