"""First page: rounds first, then runs and directly uploaded ledgers."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.nursery.models import Allocation, Ledger, SelectionRound
from yakuba.nursery.pages.ledgers import ALLOCATIONS, LEDGERS
from yakuba.nursery.pages.round_tables import ROUNDS


@require_GET
@require("nursery", Role.VIEWER)
def home(request: HttpRequest) -> HttpResponse:
    """Rounds, runs and ledgers."""
    rounds = SelectionRound.objects.select_related("rulebook", "adopted")
    ledgers = Ledger.objects.select_related("imported_by").annotate(runs=Count("allocations"))
    runs = Allocation.objects.select_related("ledger", "job", "approval")
    return render(
        request,
        "nursery/home.html",
        {
            "rounds": ROUNDS.view(rounds, request.GET),
            "ledgers": LEDGERS.view(ledgers, request.GET),
            "allocations": ALLOCATIONS.view(runs, request.GET),
            "may_edit": allowed(request.user, "nursery", Role.OFFICER),
        },
    )
