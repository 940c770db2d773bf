"""One child: what it got, and for every other wish the reason."""

from __future__ import annotations

from typing import cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yakuba.core.audit.services import record
from yakuba.core.people import protected
from yakuba.core.people.models import Role, User
from yakuba.core.people.permissions import allowed, require
from yakuba.nursery.domain import explain
from yakuba.nursery.domain.market import Labels
from yakuba.nursery.models import Allocation, ChildOutcome
from yakuba.nursery.pages.allocations import find, frame
from yakuba.nursery.pages.files import attachment, letterhead, refused
from yakuba.nursery.printing import ChildResult, print_child
from yakuba.nursery.services.letters import OUTPUT
from yakuba.nursery.services.visibility import (
    SUBJECT,
    hidden_from,
    named_in,
    note_views,
    protected_ids,
    visible_children,
    without_names_of,
)


def labels_of(allocation: Allocation, row: ChildOutcome) -> Labels:
    """Names of the classes and of this one child."""
    classes = dict(allocation.class_rows.values_list("class_id", "label"))
    return Labels(classes=classes, children={row.child_id: row.name} if row.name else {})


def _row(request: HttpRequest, allocation: Allocation, child_id: str) -> ChildOutcome:
    rows = visible_children(request.user, ChildOutcome.objects.filter(allocation=allocation))
    row = rows.filter(child_id=child_id.replace("\0", "")).first()
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
    claims = without_names_of(hidden_from(request.user), row.claims)
    record("nursery.child.view", actor=request.user, target=f"nursery.child:{row.pk}")
    siblings = list(
        visible_children(
            request.user,
            ChildOutcome.objects.filter(allocation=found, family_id=row.family_id).exclude(pk=row.pk),
        )
    )
    note_views(
        request.user,
        {row.child_id, *(one.child_id for one in siblings)} | named_in(claims, protected_ids()),
    )
    return render(
        request,
        "nursery/child.html",
        {
            **frame(request, found, "children"),
            "row": row,
            "may_pin": allowed(request.user, "nursery", Role.OFFICER),
            "siblings": siblings,
            "audience": audience,
            "headline": explain.headline(claims, audience, labels),
            "blocks": explain.blocks(claims, audience, labels),
        },
    )


@require_GET
@require("nursery", Role.OFFICER)
def child_print(request: HttpRequest, pk: int, child_id: str) -> HttpResponse:
    """The same as one A4 page (PDF), for the window or the file."""
    found = find(pk)
    row = _row(request, found, child_id)
    audience: explain.Audience = "officer" if request.GET.get("for") == "officer" else "parent"
    labels = labels_of(found, row)
    # A sheet of paper is read by others too: it names no other protected child, whoever prints it.
    claims = without_names_of(protected_ids() - {row.child_id}, row.claims)
    result = ChildResult(
        number=row.child_id,
        name=row.name,
        headline=explain.headline(claims, audience, labels),
        wishes=explain.blocks(claims, audience, labels),
        audience=audience,
    )
    try:
        with transaction.atomic():
            protected.require_release(SUBJECT, row.child_id, OUTPUT, by=cast(User, request.user))
            body = print_child(result, letterhead(found), missing="mark")
            record(
                "nursery.child.print",
                actor=request.user,
                target=f"nursery.child:{row.pk}",
                detail={"audience": audience},
            )
    except protected.ReleaseRequired as needed:
        return refused(request, found, str(needed))
    return attachment(body, "application/pdf", f"child-{found.pk}-{row.pk}.pdf", inline=True)
