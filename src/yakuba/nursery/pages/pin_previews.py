"""The consequences of a pin: live progress while a job computes them, then the change, then the request."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.people.approval import ApprovalError
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.nursery.models import PinPreview
from yakuba.nursery.pages.allocations import find, frame
from yakuba.nursery.pages.changes import ShownDifference
from yakuba.nursery.pages.pins import WAITING, child_of, pin_form
from yakuba.nursery.services.bases import class_labels
from yakuba.nursery.services.pin_previews import StalePreview, ask, is_stale, request_preview
from yakuba.nursery.services.pins import PinError
from yakuba.nursery.services.visibility import note_views


def _preview(request: HttpRequest, pk: int) -> tuple[PinPreview, dict[str, Any]]:
    """The preview with the form it came from; not found for whom the child is hidden."""
    rows = PinPreview.objects.select_related("job", "pin", "allocation__ledger")
    preview = get_object_or_404(rows, pk=pk)
    found = find(preview.allocation_id)
    child = child_of(request, found, preview.child_id)
    if child is None:
        raise Http404("この固定の影響はありません。")
    note_views(request.user, {preview.child_id})
    form = pin_form(found, child, preview.class_id or WAITING, preview.reason)
    return preview, {**frame(request, found, "pins"), **form, "preview": preview, "job": preview.job}


@require_GET
@require("nursery", Role.OFFICER)
def pin_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it runs; then what would change, and the request for approval."""
    preview, context = _preview(request, pk)
    if preview.finished_at is None:
        context["stopped"] = preview.job is None or preview.job.is_final
        return render(request, "nursery/pin_preview_running.html", context)
    if preview.problem:
        context["errors"] = [("class", preview.problem)]
        return render(request, "nursery/pin_new.html", context, status=422)
    found = context["allocation"]
    shown = ShownDifference(request, found, preview.consequences, class_labels(found))
    context |= {
        "stale": preview.pin is None and is_stale(preview),
        "shown": shown,
        "table": shown.table(exports=False),
        "chosen_label": dict(context["choices"])[context["chosen"]],
    }
    return render(request, "nursery/pin_preview.html", context)


@require_POST
@require("nursery", Role.OFFICER)
def pin_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the pin as it was shown; when that no longer holds, ask for nothing and compute it again."""
    preview, _ = _preview(request, pk)
    try:
        pin = ask(preview, by=request.user)
    except StalePreview as error:
        again = request_preview(
            preview.allocation,
            child=preview.child_id,
            class_id=preview.class_id or None,
            reason=preview.reason,
            by=request.user,
        )
        messages.error(request, f"{error}影響を計算し直します。確かめてから依頼してください。")
        return redirect("nursery:pin-preview", again.pk)
    except (PinError, ApprovalError) as error:
        messages.error(request, str(error))
        return redirect("nursery:pin-preview", pk)
    messages.success(request, "固定の承認を依頼しました。承認者の画面に出ています。")
    return redirect("nursery:pin", pin.pk)
