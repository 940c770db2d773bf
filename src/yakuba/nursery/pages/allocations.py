"""One run: its progress, then its result by class, by child, by wish rank, and its proof."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Table, TableView
from yakuba.nursery.forms import ApprovalForm
from yakuba.nursery.models import Allocation, ChildOutcome, ClassOutcome, SelectionRound
from yakuba.nursery.pages.ledgers import STEPS
from yakuba.nursery.pages.tables import CHILDREN, CLASSES
from yakuba.nursery.services.approvals import NotReady, ask_for_approval
from yakuba.nursery.services.pins import pins_changed
from yakuba.nursery.services.rounds import STEPS as ROUND_STEPS
from yakuba.nursery.services.visibility import (
    HIDDEN,
    hidden_families,
    hidden_from,
    note_views,
    unprotected_children,
    visible_children,
)

TABS = (
    ("allocation", "クラス別"),
    ("children", "児童別"),
    ("ranks", "希望順位"),
    ("proof", "証明"),
    ("scenarios", "試算"),
    ("pins", "固定"),
    ("comparisons", "照合"),
)


def find(pk: int) -> Allocation:
    """The run, with what every page of it shows."""
    return get_object_or_404(
        Allocation.objects.select_related("ledger", "job", "approval", "requested_by"), pk=pk
    )


def round_of(found: Allocation) -> SelectionRound | None:
    """The round whose points the run used; none for a ledger that was uploaded ready made."""
    scoring = getattr(found.ledger, "scoring", None)
    return None if scoring is None else scoring.applications.selection


def frame(request: HttpRequest, found: Allocation, tab: str) -> dict[str, Any]:
    """What stands above the tabs."""
    figures = found.figures
    approved = found.approval is not None and found.approval.state == "approved"
    waiting_approval = found.approval is not None and found.approval.state == "waiting"
    selection = round_of(found)
    stale = not approved and pins_changed(found)
    step = 5 if approved else (4 if waiting_approval else 3)
    return {
        "allocation": found,
        "selection": selection,
        "steps": STEPS if selection is None else ROUND_STEPS,
        "current_step": step if selection is None else step + 2,
        "stats": [
            ("申込児童", f"{found.ledger.children:,}", "人", ""),
            ("内定", f"{figures.get('placed', 0):,}", "人", _moved_note(figures)),
            ("保留", f"{figures.get('waiting', 0):,}", "人", ""),
            ("空いている席", f"{figures.get('free', 0):,}", "席", ""),
        ],
        "tabs": [(reverse(f"nursery:{name}", args=[found.pk]), label, name == tab) for name, label in TABS],
        "approved": approved,
        "waiting_approval": waiting_approval,
        "pins_changed": stale,
        "may_ask": allowed(request.user, "nursery", Role.OFFICER)
        and not (approved or waiting_approval or stale),
        "may_write_letters": allowed(request.user, "nursery", Role.OFFICER) and approved,
    }


def _moved_note(figures: dict[str, Any]) -> str:
    moved = figures.get("moved", 0)
    return f"うち転園 {moved:,}人" if moved else ""


@require_GET
@require("nursery", Role.VIEWER)
def allocation(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it runs, then the result by class."""
    found = find(pk)
    if not found.is_finished:
        failed = found.job is None or found.job.state == "failed"
        context = {
            "allocation": found,
            "job": found.job,
            "steps": STEPS,
            "failed": failed,
            "stopped": failed or (found.job is not None and found.job.is_final),
        }
        return render(request, "nursery/allocation_running.html", context)
    shown = _table(request, CLASSES).view(ClassOutcome.objects.filter(allocation=found), request.GET)
    return _exported(request, found, shown, "classes") or render(
        request, "nursery/allocation.html", {**frame(request, found, "allocation"), "table": shown}
    )


def _table(request: HttpRequest, table: Table) -> Table:
    """Only an officer (担当) may take a table out of the product."""
    return replace(table, exports=allowed(request.user, "nursery", Role.OFFICER))


def _exported(request: HttpRequest, found: Allocation, shown: TableView, what: str) -> HttpResponse | None:
    answer = export(shown, f"{what}-{found.pk}")
    if answer is not None:
        record(
            "nursery.allocation.export",
            actor=request.user,
            target=f"nursery.allocation:{found.pk}",
            detail={"what": f"table-{what}", "form": shown.exporting},
        )
    return answer


@require_GET
@require("nursery", Role.VIEWER)
def children(request: HttpRequest, pk: int) -> HttpResponse:
    """The result by child; protected persons only for those who are named for them."""
    found = find(pk)
    if not found.is_finished:
        return redirect("nursery:allocation", pk)
    everybody = ChildOutcome.objects.filter(allocation=found)
    seen: list[str] = []

    def note(row: ChildOutcome) -> str:
        seen.append(row.child_id)
        return ""

    leaving = bool(request.GET.get("export"))
    rows = unprotected_children(everybody) if leaving else visible_children(request.user, everybody)
    shown = replace(_table(request, CHILDREN), row_class=note).view(rows, request.GET)
    answer = _exported(request, found, shown, "children")
    if answer is not None:
        return answer
    note_views(request.user, seen)
    return render(request, "nursery/children.html", {**frame(request, found, "children"), "table": shown})


@require_GET
@require("nursery", Role.VIEWER)
def ranks(request: HttpRequest, pk: int) -> HttpResponse:
    """How many children got their first, second, … wish."""
    found = find(pk)
    if not found.is_finished:
        return redirect("nursery:allocation", pk)
    counts: dict[int, int] = {int(rank): n for rank, n in found.figures.get("ranks", {}).items()}
    bars = [(f"第{rank}", counts.get(rank, 0)) for rank in range(1, 6)]
    bars.append(("第6以下", sum(n for rank, n in counts.items() if rank > 5)))
    bars.append(("継続", found.figures.get("held", 0)))
    bars.append(("保留", found.figures.get("waiting", 0)))
    total = sum(n for _, n in bars) or 1
    finding = "、".join(f"{label} {n:,}人" for label, n in bars)
    table = [(label, n, f"{100 * n / total:.1f}%") for label, n in bars]
    return render(
        request,
        "nursery/ranks.html",
        {
            **frame(request, found, "ranks"),
            "bars": bars,
            "finding": f"希望順位ごとの人数。{finding}",
            "rows": table,
            "total": total,
        },
    )


@require_GET
@require("nursery", Role.VIEWER)
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate in words, with the files that anybody can check."""
    found = find(pk)
    if not found.is_finished or found.certificate_file is None or found.result_file is None:
        return redirect("nursery:allocation", pk)
    certificate = json.loads(read_file(found.certificate_file))
    blocking = ChildOutcome.objects.filter(allocation=found, blocking=True)
    shown = list(visible_children(request.user, blocking))
    note_views(request.user, [row.child_id for row in shown])
    return render(
        request,
        "nursery/proof.html",
        {
            **frame(request, found, "proof"),
            "certificate": certificate,
            "facts": proof_facts(found),
            "extra_seats": _extra_seats(found, certificate),
            "extra_bound": _extra_bound(certificate),
            "result_hash": found.result_file.sha256,
            "envy": _pin_envy(request, found, certificate),
            "blocking_children": shown,
            "blocking_hidden": len(set(found.blocking_families) - {row.family_id for row in shown}),
            "approval_form": ApprovalForm(),
        },
    )


def proof_facts(found: Allocation) -> list[tuple[str, str]]:
    """The proof as facts, for the page and the printed certificate."""
    families = len(found.blocking_families)
    stability = {
        "stable": "成立（阻害する世帯 0）",
        "minimal": f"成立する割当はありません。阻害する世帯 {families}は、証明された最少です",
        "bounded": (
            f"成立する割当は見つかっていません。阻害する世帯は {families}、"
            f"最少は {found.blocking_lower_bound}以上 {families}以下です"
        ),
    }[found.status]
    unique = {
        True: "ほかに成立する割当はありません（証明済み）",
        False: "ほかにも成立する割当があります。内定の人数、希望順位の順で最もよいものを選びました",
        None: "判定していません",
    }[found.unique]
    pinned = len(found.pins or {})
    fixed = (
        [("固定", f"{pinned}人。固定による不満は {found.figures.get('envy_by_pins', 0)}世帯")]
        if pinned
        else []
    )
    lottery = "行っていません" if found.seed is None else f"行いました（種 {found.seed}）"
    return [
        ("安定性", stability),
        ("一意性", unique),
        ("抽選", lottery),
        *fixed,
        ("別経路の検証", "一致（独立した検証プログラム）"),
        ("計算時間", f"{found.seconds:.1f}秒" if found.seconds is not None else "—"),
    ]


def _extra_seats(found: Allocation, certificate: dict[str, Any]) -> list[tuple[str, int]]:
    seats: dict[str, int] = (certificate.get("extra_seats") or {}).get("seats") or {}
    labels = dict(
        ClassOutcome.objects.filter(allocation=found, class_id__in=seats).values_list("class_id", "label")
    )
    return [(labels.get(class_id, class_id), n) for class_id, n in sorted(seats.items())]


def _pin_envy(
    request: HttpRequest, found: Allocation, certificate: dict[str, Any]
) -> list[tuple[str, str, str]]:
    """(family, wish, pinned children) of the families that only pins keep from a wish."""
    declared = certificate.get("envy_caused_by_pins") or []
    hidden = hidden_from(request.user)
    families = hidden_families(found, hidden)
    note_views(request.user, {pin["child"] for one in declared for pin in one["pins"]} - hidden)
    rows = []
    for one in declared:
        pins = "、".join(HIDDEN if pin["child"] in hidden else f"受付{pin['child']}" for pin in one["pins"])
        name = HIDDEN if one["family"] in families else one["family"]
        rows.append((name, "" if name == HIDDEN else f"第{one['wish']}希望", pins))
    return rows


def _extra_bound(certificate: dict[str, Any]) -> str:
    """How sure it is that fewer seats would not do."""
    extra = certificate.get("extra_seats") or {}
    found = sum((extra.get("seats") or {}).values())
    if not found:
        return ""
    if extra.get("proven_fewest"):
        return f"合わせて {found}席。これより少ない席では成立しないことを証明しました。"
    return (
        f"合わせて {found}席。{extra.get('lower_bound', 1)}席以上要ることは証明済みですが、"
        "もっと少ない席で足りる組合せがあるかは分かっていません。"
    )


@require_POST
@require("nursery", Role.OFFICER)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the result to an approver."""
    found = find(pk)
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, format_html("{}", errors[0]))
        return redirect("nursery:proof", pk)
    try:
        ask_for_approval(found, by=request.user, reason=form.cleaned_data["reason"])
    except NotReady as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "承認を依頼しました。承認者の画面に出ています。")
    return redirect("nursery:proof", pk)
