"""Pins (固定): choose, see the consequences, ask a second person, take off again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.tables import Column, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.nursery.models import Allocation, ChildOutcome, Pin
from yakuba.nursery.pages.allocations import find, frame
from yakuba.nursery.pages.changes import ShownDifference
from yakuba.nursery.services.bases import class_labels
from yakuba.nursery.services.pin_previews import request_preview
from yakuba.nursery.services.pins import PinError, remove_pin
from yakuba.nursery.services.visibility import HIDDEN, hidden_from, note_views, visible_children

WAITING = "-"  # the choice 保留 in the form
REASON_LENGTH = 500


def state_of(pin: Pin) -> tuple[str, str]:
    """Chip and word for the state of a pin."""
    if pin.removed_at is not None:
        return "", "解除済み"
    state = pin.approval.state if pin.approval is not None else "waiting"
    return {
        "waiting": ("chip-ask", "承認待ち"),
        "approved": ("chip-ok", "承認済み"),
        "refused": ("chip-bad", "差戻し"),
        "withdrawn": ("", "取下げ"),
    }[state]


def _table(allocation: Allocation, hidden: set[str]) -> Table:
    labels = class_labels(allocation).classes

    def link(pin: Pin) -> str:
        shown = HIDDEN if pin.child_id in hidden else pin.child_id
        return format_html('<a href="{}">{}</a>', reverse("nursery:pin", args=[pin.pk]), shown)

    def to(pin: Pin) -> str:
        if pin.child_id in hidden:
            return HIDDEN
        return labels.get(pin.class_id, pin.class_id) if pin.class_id else "保留"

    def chip(pin: Pin) -> str:
        return format_html('<span class="chip {}">{}</span>', *state_of(pin))

    def used(pin: Pin) -> str:
        inside = pin.child_id in (allocation.pins or {}) and pin.approved_at is not None
        return "反映済み" if inside else "次の割当から" if state_of(pin)[1] == "承認済み" else ""

    return Table(
        label="固定の一覧",
        columns=(
            Column("child_id", "受付番号", heading=True, sortable=False, cell=link),
            Column("to", "固定先", sortable=False, value=to),
            Column("state", "状態", sortable=False, cell=chip),
            Column("used", "この割当", sortable=False, value=used),
            Column("asked_by", "依頼した人", lookup="asked_by__name"),
            Column("asked_at", "依頼日時", cell=lambda pin: moment(pin.asked_at), wrap=False),
        ),
        default_sort="-asked_at",
        empty_text="固定はありません。児童の画面の「固定する」から依頼します。",
        exports=False,
    )


@require_GET
@require("nursery", Role.VIEWER)
def pins(request: HttpRequest, pk: int) -> HttpResponse:
    """Every pin of the ledger with its state."""
    found = find(pk)
    if not found.is_finished:
        return redirect("nursery:allocation", pk)
    hidden = hidden_from(request.user)
    rows = found.ledger.pins.select_related("approval", "asked_by")
    note_views(request.user, set(rows.values_list("child_id", flat=True)) - hidden)
    context = {
        "table": _table(found, hidden).view(rows, request.GET),
        "may_edit": allowed(request.user, "nursery", Role.OFFICER),
    }
    return render(request, "nursery/pins.html", {**frame(request, found, "pins"), **context})


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def pin_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a class or 保留 with a reason; a job then tells the consequences, before anything is asked."""
    found = find(pk)
    if not found.is_finished:
        return redirect("nursery:allocation", pk)
    asked = request.POST.get("child") or request.GET.get("child", "")
    row = child_of(request, found, asked)
    context: dict[str, Any] = {
        **frame(request, found, "pins"),
        **pin_form(found, row, request.POST.get("class", ""), request.POST.get("reason", "")),
        "asked": asked,
    }
    if request.method == "GET" or row is None:
        missing = bool(asked) and row is None
        if missing:
            told = f"受付番号「{asked[:40]}」の児童はありません。番号を確かめてください。"
            context["errors"] = [("child", told)]
        return render(request, "nursery/pin_new.html", context, status=422 if missing else 200)
    return _posted(request, found, row, context)


def pin_form(found: Allocation, row: ChildOutcome | None, chosen: str, reason: str) -> dict[str, Any]:
    """What the form of a pin (``_pin_form.html``) shows."""
    return {
        "row": row,
        "choices": _choices(found, row) if row is not None else [],
        "chosen": chosen,
        "reason": reason,
        "reason_length": REASON_LENGTH,
        "errors": [],
    }


def child_of(request: HttpRequest, found: Allocation, child_id: str) -> ChildOutcome | None:
    """The child of a result, unless the person may not see it."""
    rows = visible_children(request.user, ChildOutcome.objects.filter(allocation=found))
    return rows.filter(child_id=child_id.replace("\0", "").strip()).first()


def _choices(found: Allocation, row: ChildOutcome) -> list[tuple[str, str]]:
    """保留, and every class; those of the child's own age first."""
    classes = found.class_rows.order_by("nursery", "age", "class_id")
    own = [one for one in classes if row.age is not None and one.age == row.age]
    rest = [one for one in classes if one not in own]
    return [(WAITING, "保留（入所しない）"), *((one.class_id, one.label) for one in [*own, *rest])]


def _posted(
    request: HttpRequest, found: Allocation, row: ChildOutcome, context: dict[str, Any]
) -> HttpResponse:
    errors: list[tuple[str, str]] = context["errors"]
    chosen, reason = context["chosen"], context["reason"].strip()
    if chosen not in dict(context["choices"]):
        errors.append(("class", "固定先が選ばれていません。クラスか保留を選んでください。"))
    if not reason:
        errors.append(("reason", "理由がありません。承認する人に伝わる理由を入力してください。"))
    elif len(reason) > REASON_LENGTH:
        errors.append(("reason", f"理由が{len(reason)}文字あります。{REASON_LENGTH}文字までにしてください。"))
    if errors:
        return render(request, "nursery/pin_new.html", context, status=422)
    seat = None if chosen == WAITING else chosen
    asked = request_preview(found, child=row.child_id, class_id=seat, reason=reason, by=request.user)
    return redirect("nursery:pin-preview", asked.pk)


@require_GET
@require("nursery", Role.VIEWER)
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    """One pin with the consequences as they were shown before it was asked for."""
    row = get_object_or_404(Pin.objects.select_related("approval", "asked_by", "ledger", "removed_by"), pk=pk)
    found = find(row.consequences["allocation"])
    hidden = hidden_from(request.user)
    if row.child_id in hidden:
        raise Http404("この固定はありません。")
    note_views(request.user, {row.child_id})
    shown = ShownDifference(request, found, row.consequences, class_labels(found))
    removable = row.removed_at is None and state_of(row)[1] in ("承認待ち", "承認済み")
    return render(
        request,
        "nursery/pin.html",
        {
            **frame(request, found, "pins"),
            "pin": row,
            "place": shown.words.place(row.class_id or None),
            "state": state_of(row),
            "shown": shown,
            "table": shown.table(exports=False),
            "may_remove": removable and allowed(request.user, "nursery", Role.OFFICER),
        },
    )


@require_POST
@require("nursery", Role.OFFICER)
def pin_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a pin off."""
    row = get_object_or_404(Pin, pk=pk)
    if row.child_id in hidden_from(request.user):
        raise Http404("この固定はありません。")
    try:
        remove_pin(row, by=request.user)
    except PinError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"受付{row.child_id}の固定を解除しました。次の割当から反映します。")
    return redirect("nursery:pin", row.pk)
