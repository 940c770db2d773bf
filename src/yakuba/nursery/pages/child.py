"""One child: what it got, and for every other wish the reason."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.nursery.domain import explain
from yakuba.nursery.domain.market import Labels
from yakuba.nursery.models import Allocation, ChildOutcome
from yakuba.nursery.pages.allocations import find, frame
from yakuba.nursery.printing import print_child
from yakuba.nursery.services.visibility import is_protected, visible_children


def labels_of(allocation: Allocation, row: ChildOutcome) -> Labels:
    """Names of the classes and of this one child."""
    classes = dict(allocation.class_rows.values_list("class_id", "label"))
    return Labels(classes=classes, children={row.child_id: row.name} if row.name else {})


def _row(request: HttpRequest, allocation: Allocation, child_id: str) -> ChildOutcome:
    rows = visible_children(request.user, ChildOutcome.objects.filter(allocation=allocation))
    row = rows.filter(child_id=child_id).first()
    if row is None:
        raise Http404("この受付番号の児童はありません。")
    return row


@require_GET
@require("nursery", Role.VIEWER)
def child(request: HttpRequest, pk: int, child_id: str) -> HttpResponse:
    """The reasons for one child, as the officer and as the parents would read them."""
    found = find(pk)
    row = _row(request, found, child_id)
    labels = labels_of(found, row)
    audience: explain.Audience = "parent" if request.GET.get("for") == "parent" else "officer"
    record("nursery.child.view", actor=request.user, target=f"nursery.child:{row.pk}")
    siblings = visible_children(
        request.user,
        ChildOutcome.objects.filter(allocation=found, family_id=row.family_id).exclude(pk=row.pk),
    )
    return render(
        request,
        "nursery/child.html",
        {
            **frame(request, found, "children"),
            "row": row,
            "siblings": siblings,
            "audience": audience,
            "headline": explain.headline(row.claims, audience, labels),
            "blocks": explain.blocks(row.claims, audience, labels),
        },
    )


@require_GET
@require("nursery", Role.OFFICER)
def child_print(request: HttpRequest, pk: int, child_id: str) -> HttpResponse:
    """The same as one A4 page (PDF), for the window or the file."""
    found = find(pk)
    row = _row(request, found, child_id)
    if is_protected(row.child_id):
        raise PermissionDenied("支援措置の対象です。書き出すには、もう一人の承認が必要です。")
    audience: explain.Audience = "officer" if request.GET.get("for") == "officer" else "parent"
    record(
        "nursery.child.print",
        actor=request.user,
        target=f"nursery.child:{row.pk}",
        detail={"audience": audience},
    )
    body = print_child(found, row, audience)
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="child-{found.pk}-{row.pk}.pdf"'},
    )
