"""The read test of a draft: samples in, readings beside their crops, right or wrong."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.ocr.domain.form import Kind
from yakuba.ocr.domain.form_faults import faults_of
from yakuba.ocr.entry import SamplesForm, incoming
from yakuba.ocr.models import FormVersion, ReadTestSample, VersionState
from yakuba.ocr.pages.check_items import shown_text
from yakuba.ocr.pages.forms import find, state_chip
from yakuba.ocr.pages.pictures import cropped, png
from yakuba.ocr.services import read_tests
from yakuba.ocr.services.forms import BadForm, FormError, content, stamp_of
from yakuba.ocr.services.intake import IntakeRefused
from yakuba.ocr.services.scans import picture
from yakuba.ocr.services.words import kind_text, reason_text


@require_http_methods(["GET", "POST"])
@require("ocr", Role.OFFICER)
def read_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Samples and their readings; a POST adds samples."""
    found = find(pk)
    form = SamplesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            files = [incoming(one) for one in form.cleaned_data["scans"]]
            count = read_tests.add_samples(found, files, by=request.user)
        except IntakeRefused as refused:
            for problem in refused.problems:
                form.add_error("scans", problem)
        except FormError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"見本{count}枚を入れました。読み終わると、下に並びます。")
            return redirect("ocr:read-test", pk)
    shown = form if request.method == "POST" else SamplesForm()
    return _page(request, found, shown, 422 if form.errors else 200)


def _page(request: HttpRequest, found: FormVersion, form: SamplesForm, status: int) -> HttpResponse:
    stamp = stamp_of(found)
    samples = [_sample(one, stamp) for one in found.samples.select_related("version", "version__form")]
    fields = [field for one in samples for field in one["fields"]]
    if any(field["secret"] and field["text"] for field in fields):  # they stand in the page itself
        detail = {"version": found.pk, "picture": False}
        record("ocr.number.view", actor=request.user, target=f"ocr.version:{found.pk}", detail=detail)
    context = {
        "version": found,
        "chip": state_chip(found),
        "form": form,
        "samples": samples,
        "job": read_tests.running_job(found),
        "faults": faults_of(found.definition),
        "stale": any(one["stale"] for one in samples),
        "total": len(fields),
        "marked": sum(field["verdict"] != "" for field in fields),
        "may_change": found.state == VersionState.DRAFT,
        "test": found.read_test,
    }
    return render(request, "ocr/read_test.html", context, status=status)


def _sample(sample: ReadTestSample, stamp: str) -> dict[str, Any]:
    fields: list[dict[str, Any]] = []
    try:
        found = read_tests.fields_of(sample)
    except BadForm:
        found = []  # the draft has faults now; the page says so
    for one in found:
        form = content(sample.version)
        fields.append(
            {
                "name": one.name,
                "title": one.title,
                "kind": kind_text(one.kind),
                "text": shown_text(form.field_named(one.name), one.text),
                "secret": one.kind == Kind.MY_NUMBER,
                "confidence": one.confidence,
                "reasons": [reason_text(code) for code in one.reasons],
                "verdict": one.verdict,
            }
        )
    return {
        "sample": sample,
        "fields": fields,
        "unmarked": sum(one["verdict"] == "" for one in fields),
        "stale": sample.read_at is not None and sample.stamp != stamp,
    }


@require_POST
@require("ocr", Role.OFFICER)
def mark(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Keep what the officer found on one sample."""
    sample = _find_sample(pk, number)
    said = {key.removeprefix("v-"): str(value) for key, value in request.POST.items() if key.startswith("v-")}
    try:
        read_tests.mark(sample, said, by=request.user)
    except (FormError, BadForm) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"見本{number}の正誤を記録しました。")
    return redirect("ocr:read-test", pk)


@require_POST
@require("ocr", Role.OFFICER)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Read every sample with the present design."""
    found = find(pk)
    if found.state != VersionState.DRAFT or faults_of(found.definition):
        messages.error(request, "定義に直すところがない下書きだけを試せます。")
    else:
        read_tests.read_again(found, by=request.user)
    return redirect("ocr:read-test", pk)


@require_POST
@require("ocr", Role.OFFICER)
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove the samples."""
    try:
        read_tests.clear(find(pk), by=request.user)
    except FormError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "見本と試験の結果を消しました。")
    return redirect("ocr:read-test", pk)


@require_GET
@require("ocr", Role.OFFICER)
def crop(request: HttpRequest, pk: int, number: int, name: str) -> HttpResponse:
    """The part of a sample where a field stands."""
    sample = _find_sample(pk, number)
    if sample.registered is None:
        raise Http404("この見本は、様式と重なりませんでした。")
    try:
        form = content(sample.version)
        field = form.field_named(name)
    except (BadForm, KeyError):
        raise Http404("その欄はありません。") from None
    if field.kind is Kind.MY_NUMBER:
        detail = {"version": pk, "sample": number, "picture": True}
        record("ocr.number.view", actor=request.user, target=f"ocr.version:{pk}", detail=detail)
    return png(cropped(picture(sample.registered), form, field.boxes))


def _find_sample(pk: int, number: int) -> ReadTestSample:
    rows = ReadTestSample.objects.select_related("version", "version__form", "registered")
    return get_object_or_404(rows, version=pk, number=number)
