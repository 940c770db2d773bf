"""The designer: boxes on the blank sheet, saved as a whole, checked while one draws."""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.ocr.domain.form import BOXABLE
from yakuba.ocr.domain.form_faults import FaultAt, faults_of, usable_draft
from yakuba.ocr.domain.ruled_lines import ruled_lines
from yakuba.ocr.models import FormVersion, VersionState
from yakuba.ocr.pages.forms import find
from yakuba.ocr.services.forms import (
    MOST_DESIGN,
    FormError,
    StaleDesign,
    copy_version,
    save_design,
    stamp_of,
)
from yakuba.ocr.services.scans import picture
from yakuba.ocr.services.words import KEYS, KINDS, POLICIES, WRITINGS


@require_http_methods(["GET", "POST"])
@require("ocr", Role.OFFICER)
def design(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw and save. What somebody else saved in between is never overwritten."""
    found = find(pk)
    if found.state != VersionState.DRAFT:
        messages.error(request, "下書きの版だけを設計できます。「この版を写す」で下書きを作ってください。")
        return redirect("ocr:version", pk)
    if request.method == "POST":
        return _save(request, found)
    return _page(request, found, found.definition, stamp_of(found))


def _save(request: HttpRequest, found: FormVersion) -> HttpResponse:
    data, stamp = _posted(request), request.POST.get("stamp", "")
    try:
        if request.POST.get("as") == "copy":
            made = copy_version(found, by=request.user, design=data)
            messages.success(request, f"いまの内容を「{made}」として保存しました。")
            return redirect("ocr:design", made.pk)
        saved = save_design(found, data, stamp=stamp, by=request.user)
    except FormError as error:
        shown = data if usable_draft(data) else found.definition
        status = 409 if isinstance(error, StaleDesign) else 422
        return _page(request, found, shown, stamp, problem=error, status=status)
    faults = faults_of(saved.definition)
    if faults:
        messages.warning(request, f"保存しました。直すところが{len(faults)}か所あります。")
    else:
        messages.success(request, "保存しました。直すところはありません。")
    if request.POST.get("then") == "test" and not faults:
        return redirect("ocr:read-test", saved.pk)
    return redirect("ocr:design", saved.pk)


def _posted(request: HttpRequest) -> Any:
    text = request.POST.get("definition", "")
    if len(text) > MOST_DESIGN:
        return None
    try:
        data = json.loads(text)
        kept = json.dumps(data, allow_nan=False, ensure_ascii=False)
        kept.encode()
    except (ValueError, RecursionError):
        return None
    return None if "\\u0000" in kept else data  # no database keeps NUL in JSON


def _page(
    request: HttpRequest,
    found: FormVersion,
    data: dict[str, Any],
    stamp: str,
    *,
    problem: FormError | None = None,
    status: int = 200,
) -> HttpResponse:
    page = found.definition["page"]
    gray = np.asarray(cv2.cvtColor(picture(found.blank), cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    lines = ruled_lines(gray, float(page["width_mm"]), float(page["height_mm"]))
    context = {
        "version": found,
        "definition": _json(data),
        "stamp": stamp,
        "words": _json(
            {
                "kinds": {kind.value: text for kind, text in KINDS.items()},
                "writings": {one.value: text for one, text in WRITINGS.items()},
                "policies": {one.value: text for one, text in POLICIES.items()},
                "keys": KEYS,
                "boxable": sorted(kind.value for kind in BOXABLE),
            }
        ),
        "lines": _json({"across": lines.across, "down": lines.down}),
        "faults": _json([_fault(one) for one in faults_of(data)]),
        "problem": problem,
        "stale": isinstance(problem, StaleDesign),
        "kinds": KINDS.items(),
    }
    return render(request, "ocr/design.html", context, status=status)


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _fault(one: FaultAt) -> dict[str, Any]:
    return {"part": one.part, "index": one.index, "key": one.key, "text": one.text}


@require_POST
@require("ocr", Role.OFFICER)
def check(request: HttpRequest, pk: int) -> JsonResponse:
    """The faults of a design that is not saved yet."""
    found = find(pk)
    data = _posted(request)
    if not usable_draft(data):
        return JsonResponse({"faults": [_fault(one) for one in faults_of(None)]}, status=422)
    named = {**data, "name": found.form.name, "blank": "blank.png"}
    return JsonResponse({"faults": [_fault(one) for one in faults_of(named)]})
