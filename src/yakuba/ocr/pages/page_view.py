"""One page of a batch: the picture with its fields on it, what was read, and what to do when it was not."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.ocr.domain.form import Field, FormDefinition, Kind
from yakuba.ocr.entry import RescanForm, incoming
from yakuba.ocr.models import FieldValue, Page, PageState, ValueState
from yakuba.ocr.pages import links
from yakuba.ocr.pages.batches import PAGE_CHIPS
from yakuba.ocr.pages.check_items import shown_text
from yakuba.ocr.pages.pictures import covered, png
from yakuba.ocr.services.batches import STUCK_PAGES, remove_page
from yakuba.ocr.services.forms import active_versions, content
from yakuba.ocr.services.intake import IntakeRefused, read_again, replace_file
from yakuba.ocr.services.scans import BadScan, picture, reduced, scan_of
from yakuba.ocr.services.turns import OPEN
from yakuba.ocr.services.visibility import hidden_numbers, is_hidden, note_view
from yakuba.ocr.services.words import kind_text, reason_text

THUMB_PX = 260
ORIGINAL_PX = 2200
NO_SCAN = 225  # the grey of a sheet that can't be opened
MASKED = "●●●●（個人番号）"
VALUE_CHIPS = {
    ValueState.AUTO: "chip-auto",
    ValueState.WAITING: "chip-ask",
    ValueState.ONCE: "chip-ask",
    ValueState.DIFFERS: "chip-ask",
    ValueState.ESCALATED: "chip-ask",
    ValueState.DONE: "chip-ok",
    ValueState.ILLEGIBLE: "chip-hand",
}
MEASURES = (
    ("dpi", "解像度", "dpi"),
    ("scan_dpi", "用紙の大きさから見た解像度", "dpi"),
    ("turned", "傾き", "度"),
    ("correlation", "用紙との一致", ""),
    ("residual_px", "位置のずれ", "画素"),
    ("seconds", "読取りにかかった時間", "秒"),
)


def find(request: HttpRequest, pk: int) -> Page:
    """One page with what it shows; 404 also for a protected sheet that the person is not named for."""
    rows = Page.objects.select_related(
        "batch", "batch__version", "version", "version__form", "source", "registered"
    )
    found = get_object_or_404(rows, pk=pk)
    if is_hidden(found, request.user):
        raise Http404("そのページはありません。")
    return found


@require_GET
@require("ocr", Role.VIEWER)
def page_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture with boxes, values beside it; on record, because a page holds personal data."""
    found = find(request, pk)
    record("ocr.page.view", actor=request.user, target=f"ocr.page:{found.pk}")
    note_view(request.user, [found])
    form = content(found.version) if found.version is not None and found.registered is not None else None
    values = [] if form is None else _values(found, form)
    context: dict[str, Any] = {
        "page": found,
        "chip_css": PAGE_CHIPS[PageState(found.state)],
        "form": form,
        "values": values,
        "boxes": [box for one in values for box in one["boxes"]],
        "measures": [
            (label, f"{found.measures[key]:g}{unit}")
            for key, label, unit in MEASURES
            if key in found.measures
        ],
        "has_secret": form is not None and any(one.kind is Kind.MY_NUMBER for one in form.fields),
        "revealed": request.GET.get("reveal") == "1" and allowed(request.user, "ocr", Role.OFFICER),
        "stuck": found.state in STUCK_PAGES,
        "versions": active_versions() if found.state in STUCK_PAGES else [],
        "rescan_form": RescanForm(),
        "before": _beside(found, request.user, forward=False),
        "after": _beside(found, request.user, forward=True),
        "check_url": links.check_url(found.batch_id),
        "may_edit": allowed(request.user, "ocr", Role.OFFICER),
    }
    return render(request, "ocr/page.html", context)


def _beside(page: Page, user: Any, *, forward: bool) -> str:
    """The next page that the person may see."""
    rows = Page.objects.filter(batch=page.batch_id).exclude(number__in=hidden_numbers(page.batch, user))
    row = (
        rows.filter(number__gt=page.number).order_by("number")
        if forward
        else rows.filter(number__lt=page.number).order_by("-number")
    ).first()
    return "" if row is None else reverse("ocr:page", args=[row.pk])


def _values(page: Page, form: FormDefinition) -> list[dict[str, Any]]:
    found = {one.name: one for one in page.values.all()}
    rows = []
    for number, field in enumerate(form.fields, 1):
        value = found.get(field.name)
        if value is None:
            continue
        rows.append(
            {
                "number": number,
                "title": field.title,
                "kind": kind_text(field.kind.value),
                "value": value,
                "shown": _shown(value, field, page),
                "chip": VALUE_CHIPS[ValueState(value.state)],
                "reasons": [] if _unseen(value, page) else [reason_text(code) for code in value.reasons],
                "open": VALUE_CHIPS[ValueState(value.state)] == "chip-ask",
                "boxes": [
                    {"number": number, "box": box, "open": VALUE_CHIPS[ValueState(value.state)] == "chip-ask"}
                    for box in field.boxes
                ],
            }
        )
    return rows


def _unseen(value: FieldValue, page: Page) -> bool:
    """Whether people still enter the field without having seen what was read, or why it was doubted."""
    return page.batch.blind and value.state in OPEN


def _shown(value: FieldValue, field: Field, page: Page) -> str:
    """What the page says of a value: never a personal number, and no reading in a blind batch."""
    if value.kind == Kind.MY_NUMBER:
        return MASKED if value.sealed else "—"
    if _unseen(value, page):
        return "（入力前のため見せません）"
    text = value.final if value.final_at is not None else value.text
    return shown_text(field, text) or ("空欄" if value.blank else "—")


@require_GET
@require("ocr", Role.VIEWER)
def image(request: HttpRequest, pk: int) -> HttpResponse:
    """The registered page with personal numbers covered; officers may ask for them, on record."""
    found = find(request, pk)
    if found.registered is None or found.version is None:
        raise Http404("このページは、様式と重なりませんでした。")
    shown = picture(found.registered)
    if request.GET.get("reveal") == "1" and allowed(request.user, "ocr", Role.OFFICER):
        record("ocr.page.reveal", actor=request.user, target=f"ocr.page:{found.pk}")
        note_view(request.user, [found])
        return png(shown)
    return png(covered(shown, content(found.version)))


@require_GET
@require("ocr", Role.VIEWER)
def thumb(request: HttpRequest, pk: int) -> HttpResponse:
    """A small picture, too small to read; personal numbers are covered where their place is known."""
    found = find(request, pk)
    if found.registered is not None and found.version is not None:
        return png(reduced(covered(picture(found.registered), content(found.version)), THUMB_PX))
    try:
        return png(reduced(_scanned(found), THUMB_PX))
    except Http404:  # the list says why it can't be opened; a grey sheet is no broken page
        return png(np.full((THUMB_PX, THUMB_PX * 7 // 10, 3), NO_SCAN, np.uint8))


@require_GET
@require("ocr", Role.OFFICER)
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """The page as it was scanned, on record: nothing is covered on it."""
    found = find(request, pk)
    record("ocr.page.reveal", actor=request.user, target=f"ocr.page:{found.pk}")
    note_view(request.user, [found])
    return png(reduced(_scanned(found), ORIGINAL_PX))


def _scanned(page: Page) -> Any:
    try:
        return scan_of(page.source).page(page.source_page).image
    except BadScan:
        raise Http404("このページは、画像として開けません。") from None


@require_POST
@require("ocr", Role.OFFICER)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the page once more, as the form that the person chose when one was."""
    wanted = request.POST.get("version", "")
    chosen = next((one for one in active_versions() if str(one.pk) == wanted), None)
    if wanted and chosen is None:
        messages.error(request, "選んだ様式は使用中ではありません。一覧から選び直してください。")
        return redirect("ocr:page", pk)
    said = "もう一度読みます。" if chosen is None else f"「{chosen}」として読みます。"
    return _acted(request, pk, lambda page: read_again(page, by=request.user, version=chosen), said)


@require_POST
@require("ocr", Role.OFFICER)
def rescan(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace the page's file by a better scan."""
    find(request, pk)
    form = RescanForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("ocr:page", pk)
    file = incoming(form.cleaned_data["file"])
    return _acted(
        request,
        pk,
        lambda page: replace_file(page, file, by=request.user),
        "差し替えました。もう一度読みます。",
    )


def _acted(request: HttpRequest, pk: int, act: Any, said: str) -> HttpResponse:
    try:
        act(find(request, pk))
    except IntakeRefused as refused:
        messages.error(request, "".join(refused.problems))
    else:
        messages.success(request, said)
    return redirect("ocr:page", pk)


@require_POST
@require("ocr", Role.OFFICER)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a page that can't be read out of its batch."""
    found = find(request, pk)
    batch = found.batch_id
    try:
        remove_page(found, by=request.user)
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("ocr:page", pk)
    messages.success(request, f"{found.number}ページを束から除きました。")
    return redirect("ocr:batch", batch)
