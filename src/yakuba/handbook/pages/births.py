"""A pregnancy is handed over to the child born of it: candidates, consequences, confirmation, undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.handbook.models import Birth, RegisteredChild
from yakuba.handbook.pages.child import find_child
from yakuba.handbook.services import births
from yakuba.handbook.services.birth_matches import Candidate, candidate, candidates, live
from yakuba.handbook.services.births import Proposal
from yakuba.handbook.services.visibility import hidden_from, note_views, visible_children
from yakuba.handbook.words import SEXES, SHARED

LONGEST_NUMBER = 32


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A child that is proposed, and why."""

    child: RegisteredChild
    sex: str
    days: str
    reasons: tuple[str, ...]


def _row(one: Candidate) -> CandidateRow:
    return CandidateRow(
        one.child,
        SEXES.get(one.child.sex, ""),
        days_text(one.days),
        tuple(SHARED[name] for name in one.reasons),
    )


def days_text(days: int) -> str:
    """「予定日の12日前」."""
    if days == 0:
        return "予定日と同じ日"
    return f"予定日の{abs(days)}日{'前' if days < 0 else '後'}"


@require_GET
@require("handbook", Role.OFFICER)
def birth(request: HttpRequest, pk: int) -> HttpResponse:
    """Who may be born of a pregnancy, and why; a search by number."""
    found = find_child(request, pk)
    if found.birth is not None:
        return redirect("handbook:child", pk)
    rows = visible_children(request.user, RegisteredChild.objects.all())
    typed = request.GET.get("number", "").strip()[:LONGEST_NUMBER]
    listed, problem = _searched(found, typed, rows) if typed else (candidates(found, rows), "")
    note_views(request.user, [one.child.number for one in listed])
    first = live(pregnancy=found).exclude(how=Birth.SIBLING).select_related("child").first()
    hidden = hidden_from(request.user)
    context = {
        "child": found,
        "rows": [_row(one) for one in listed],
        "number": typed,
        "problem": problem,
        "handed": first is not None,
        "first": first.child if first is not None and first.child.number not in hidden else None,
    }
    return render(request, "handbook/birth.html", context)


def _searched(pregnancy: RegisteredChild, number: str, rows: Any) -> tuple[list[Candidate], str]:
    child = rows.filter(number=number).first()
    if child is None or child.birth is None:
        return [], f"宛名番号 {number} の子どもは見つかりません。番号を確かめてください。"
    one = candidate(pregnancy, child)
    if one is None:
        return [], (
            f"宛名番号 {number} の子どもは、生年月日が出産予定日から離れすぎています"
            "（妊娠22週0日から予定日の21日後まで）。"
        )
    return [one], ""


@require_http_methods(["GET", "POST"])
@require("handbook", Role.OFFICER)
def birth_confirm(request: HttpRequest, pk: int, child: int) -> HttpResponse:
    """What handing over changes, before it is done."""
    pregnancy, born = find_child(request, pk), find_child(request, child)
    proposal: Proposal | None = None
    problem = ""
    try:
        if request.method == "POST":
            made = births.link(pregnancy, born, how=request.POST.get("how", ""), by=request.user)
            messages.success(request, _done(made))
            return redirect("handbook:child", born.pk)
        proposal = births.propose(pregnancy, born)
    except births.NotPossible as error:
        problem = str(error)
    first = proposal.first if proposal else None
    if first is not None and first.number in hidden_from(request.user):
        first = None
    context = {
        "child": pregnancy,
        "first": first,
        "born": born,
        "proposal": proposal,
        "row": _row(proposal.found) if proposal else None,
        "problem": problem,
        "guardian_differs": proposal is not None and not proposal.found.reasons,
    }
    return render(request, "handbook/birth_confirm.html", context, status=422 if problem else 200)


def _done(made: Birth) -> str:
    if made.how == Birth.SIBLING:
        return (
            "もう1人の子として記録しました。ご家庭が手帳を開けるよう、"
            "「登録コード・通知」から通知を印刷してください。"
        )
    return "妊娠届を引き継ぎました。誤りのときは、「引継ぎを取り消す」で戻せます。"


@require_POST
@require("handbook", Role.OFFICER)
def birth_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Both rows as before."""
    made = get_object_or_404(Birth.objects.select_related("child", "pregnancy"), pk=pk)
    find_child(request, made.pregnancy_id)
    find_child(request, made.child_id)
    try:
        births.undo(made, by=request.user)
    except births.NotPossible as error:
        messages.error(request, str(error))
        return redirect("handbook:child", made.child_id)
    messages.success(request, "引継ぎを取り消しました。妊娠届と子どもは、別の行に戻りました。")
    return redirect("handbook:child", made.pregnancy_id)
