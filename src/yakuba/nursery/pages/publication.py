"""The public table of a round (公表用の集計), with small cells withheld."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.nursery.pages.rounds import find
from yakuba.nursery.pages.tables import AGE_CHOICES
from yakuba.nursery.services import vacancies
from yakuba.nursery.services.public_table import WITHHELD, public_rows
from yakuba.nursery.services.rounds import RoundError

PUBLIC = Table(
    label="公表用の集計",
    columns=(
        Column("nursery", "施設", heading=True, search=True),
        Column("age", "年齢", cell=lambda row: f"{row['age']}歳", numeric=True),
        Column("track", "枠", wrap=False),
        Column("recruits", "募集", numeric=True),
        Column("applicants", "申込み", numeric=True, sortable=False),
        Column("admitted", "内定", numeric=True, sortable=False),
        Column("waiting", "保留", numeric=True, sortable=False),
        Column("cutoff", "入所最低指数", numeric=True, sortable=False),
    ),
    filters=(Filter("age", "年齢", AGE_CHOICES),),
    default_sort="nursery",
    empty_text="クラスがありません。",
)


@require_GET
@require("nursery", Role.OFFICER)
def round_publication(request: HttpRequest, pk: int) -> HttpResponse:
    """What the town may print of the adopted result."""
    selection = find(pk)
    if selection.adopted is None:
        return redirect("nursery:round", pk)
    rows = public_rows(selection.adopted)
    shown = PUBLIC.view(rows, request.GET)
    answer = export(shown, f"publication-{pk}")
    if answer is not None:
        record(
            "nursery.publication.export",
            actor=request.user,
            target=f"nursery.round:{pk}",
            detail={"form": shown.exporting, "rows": len(rows)},
        )
        return answer
    withheld = sum(row["admitted"] == WITHHELD for row in rows)
    context = {
        "selection": selection,
        "table": shown,
        "withheld": withheld,
        "count": len(rows),
        "vacancies": vacancies.published(selection),
    }
    return render(request, "nursery/publication.html", context)


@require_POST
@require("nursery", Role.OFFICER)
def round_vacancies(request: HttpRequest, pk: int) -> HttpResponse:
    """Show residents the vacancies of the adopted result, or take them back."""
    selection = find(pk)
    if request.POST.get("act") == "withdraw":
        if vacancies.withdraw(selection, by=request.user):
            messages.success(request, "空き状況を取り下げました。")
        return redirect("nursery:round-publication", pk)
    try:
        vacancies.publish(selection, as_of=timezone.localdate(), by=request.user)
    except RoundError as refused:
        messages.error(request, str(refused))
        return redirect("nursery:round", pk)
    messages.success(request, "空き状況を公開しました。区民の「子育ての施設と制度」に出ています。")
    return redirect("nursery:round-publication", pk)
