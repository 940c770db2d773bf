"""What officers decide: rows that the book leaves to staff, missing facts, and the order of ties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.nursery.domain.priority import Tie
from yakuba.nursery.ledger import Ledger as LedgerContent
from yakuba.nursery.models import Decision, Scoring
from yakuba.nursery.pages.scorings import find, frame, guarded, subjects_of
from yakuba.nursery.scores_file import ScoresFile, printed_key
from yakuba.nursery.services import decisions
from yakuba.nursery.services.decisions import DecisionError
from yakuba.nursery.services.facts import YES_NO, FactForm, form_of
from yakuba.nursery.services.ledgers import source_of
from yakuba.nursery.services.rounds import rulebook_row
from yakuba.nursery.services.rulebooks import content
from yakuba.nursery.services.scoring import shown_points, trace_of
from yakuba.nursery.services.visibility import HIDDEN_LINE, hidden_from, mentioned, note_views

QUESTIONS_SHOWN = 100
TIES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Ask:
    """One question as the page shows it."""

    number: int
    kind: str
    subject: str
    code: str
    text: str
    hidden: bool
    decision: Decision | None
    limits: str
    form: FactForm | None = None
    typed: str = ""
    reason: str = ""
    error: str = ""

    @property
    def answer(self) -> str:
        """The decision in words."""
        return "" if self.decision is None else shown_answer(self.decision, self.form)


@require_http_methods(["GET", "POST"])
@require("nursery", Role.VIEWER)
def scoring_questions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every question of a scoring, each with its answer or a form for it."""
    found = find(pk)
    if found.finished_at is None:
        return redirect("nursery:scoring", pk)
    error, number = "", -1
    if request.method == "POST":
        _only_officers(request)
        number = _number(request.POST.get("number", ""))
        try:
            _answer(request, found, number)
        except DecisionError as problem:
            error = str(problem)
        else:
            messages.success(request, "判断を記録しました。採点し直すと点数に入ります。")
            return redirect(f"{request.path}#q-{number}")
    trace = trace_of(found)
    hidden = hidden_from(request.user)
    asks = _asks(request, found, subjects_of(trace, hidden), error, number)
    note_views(request.user, mentioned([one.text for one in asks]))
    own = {(one["subject"], one["code"]) for one in found.questions}
    context = {
        **frame(request, found, "questions"),
        "asks": asks[:QUESTIONS_SHOWN],
        "asks_more": max(0, len(asks) - QUESTIONS_SHOWN),
        "others": [
            (one, shown_answer(one, form_of(content(found.rulebook), one.code)))
            for one in decisions.in_force(found.applications.selection)
            if one.kind != Decision.Kind.ORDER
            and (one.subject, one.code) not in own
            and one.subject not in subjects_of(trace, hidden)
        ],
        "error": error,
    }
    return render(request, "nursery/scoring_questions.html", context, status=422 if error else 200)


def _only_officers(request: HttpRequest) -> None:
    from django.core.exceptions import PermissionDenied

    if not allowed(request.user, "nursery", Role.OFFICER):
        raise PermissionDenied


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _asks(request: HttpRequest, found: Scoring, names: set[str], error: str, failed: int) -> list[Ask]:
    known = decisions.answers(found.applications.selection)
    lines = guarded([one["text"] for one in found.questions], names)
    made = []
    for number, (one, line) in enumerate(zip(found.questions, lines, strict=True)):
        if one["kind"] == "order":
            continue
        bad = number == failed
        made.append(
            Ask(
                number=number,
                kind=one["kind"],
                subject=one["subject"],
                code=one["code"],
                text=line,
                hidden=line == HIDDEN_LINE,
                decision=known.get((one["subject"], one["code"])),
                limits=limits_of(found, one["code"]) if one["kind"] == "points" else "",
                form=form_for(found, one),
                typed=request.POST.get("value", "") if bad else "",
                reason=request.POST.get("reason", "") if bad else "",
                error=error if bad else "",
            )
        )
    return sorted(made, key=lambda one: (one.decision is not None, one.number))


def limits_of(found: Scoring, code: str) -> str:
    """The range that the book prints for a row, in words."""
    row = rulebook_row(found.rulebook, code)
    if row is None or (row.least is None and row.most is None):
        return ""
    return f"{shown_points(row.least)} から {shown_points(row.most)} まで"


def form_for(found: Scoring, one: Mapping[str, str]) -> FactForm | None:
    """How a question that is not about points is answered; ``None``: only the file can."""
    if one["kind"] == "together":
        return FactForm("choice", YES_NO)
    if one["kind"] != "fact" or not one["subject"]:
        return None
    return form_of(content(found.rulebook), one["code"])


def shown_answer(decision: Decision, form: FactForm | None) -> str:
    """A decision in words: 「6点」, 「はい」, 「60000」."""
    value = decision.value
    if decision.kind == Decision.Kind.POINTS:
        return f"{shown_points(Decimal(value['points']))}点"
    if decision.kind == Decision.Kind.TOGETHER:
        return "はい" if value.get("holds", True) else "いいえ"
    text = str(value.get("value", ""))
    return dict(form.choices).get(text, text) if form is not None else text


def _answer(request: HttpRequest, found: Scoring, number: int) -> None:
    if not 0 <= number < len(found.questions):
        raise DecisionError("項目が見つかりません。画面を開き直してください。")
    one = found.questions[number]
    hidden = hidden_from(request.user)
    if hidden and one["subject"] in subjects_of(trace_of(found), hidden):
        raise DecisionError(HIDDEN_LINE)
    selection, subject, code = found.applications.selection, one["subject"], one["code"]
    value, reason = request.POST.get("value", ""), request.POST.get("reason", "")
    form = form_for(found, one)
    if one["kind"] == "together":
        if value not in ("はい", "いいえ"):
            raise DecisionError("値：一覧から選んでください。")
        holds = value == "はい"
        decisions.decide_together(
            selection, child=subject, nursery=code, holds=holds, reason=reason, by=request.user
        )
        return
    if form is not None:
        decisions.decide_fact(
            selection, subject=subject, code=code, value=value, form=form, reason=reason, by=request.user
        )
        return
    if one["kind"] != "points":
        raise DecisionError("この項目は、申込情報を直して取り込み直してください。")
    row = rulebook_row(found.rulebook, one["code"])
    decisions.decide_points(
        selection,
        subject=subject,
        code=code,
        points=value,
        reason=reason,
        least=None if row is None else row.least,
        most=None if row is None else row.most,
        by=request.user,
    )


@dataclass(frozen=True, slots=True)
class TiedChild:
    """One of the tied children, for the page."""

    id: str
    name: str
    household: str
    place: str


@dataclass(frozen=True, slots=True)
class Group:
    """Children whom the keys do not tell apart, with the classes where that matters."""

    number: int
    children: list[TiedChild]
    classes: list[str]
    keys: list[tuple[str, str]]
    hidden: bool
    error: str = ""
    reason: str = ""


@require_http_methods(["GET", "POST"])
@require("nursery", Role.VIEWER)
def scoring_ties(request: HttpRequest, pk: int) -> HttpResponse:
    """Ties by group: order them by hand, or leave them to the lottery."""
    found = find(pk)
    if found.finished_at is None or found.ledger is None:
        return redirect("nursery:scoring", pk)
    trace = trace_of(found)
    content = source_of(found.ledger).content
    ties = grouped(content.ties()) if isinstance(content, LedgerContent) and found.ledger.ties else []
    hidden = hidden_from(request.user)
    error, number = "", -1
    if request.method == "POST":
        _only_officers(request)
        number = _number(request.POST.get("group", ""))
        try:
            _order(request, found, ties, number, hidden)
        except DecisionError as problem:
            error = str(problem)
        else:
            messages.success(request, "順位を記録しました。採点し直すと同点がなくなります。")
            return redirect("nursery:scoring-ties", pk)
    groups = [
        _group(at, tie, trace, content, hidden, request if at == number else None, error)
        for at, tie in enumerate(ties[:TIES_SHOWN])
    ]
    orders = [
        one
        for one in decisions.in_force(found.applications.selection)
        if one.kind == Decision.Kind.ORDER and not hidden & set(one.value["children"])
    ]
    seen = {child.id for group in groups if not group.hidden for child in group.children}
    note_views(request.user, seen | {child for one in orders for child in one.value["children"]})
    ordered = {frozenset(one.value["children"]) for one in orders}
    context = {
        **frame(request, found, "ties"),
        "groups": groups,
        "groups_more": max(0, len(ties) - TIES_SHOWN),
        "orders": orders,
        "done": [
            group.number for group in groups if frozenset(child.id for child in group.children) in ordered
        ],
        "outcome_names": [trace.names[at] for at in trace.outcome_keys if at < len(trace.names)],
        "error": error,
    }
    return render(request, "nursery/scoring_ties.html", context, status=422 if error else 200)


def grouped(ties: Sequence[Tie]) -> list[tuple[tuple[str, ...], list[Tie]]]:
    """The largest sets of tied children, each with the ties that lie inside it.

    >>> one = Tie("1-1", (3,), ("a", "b", "c"))
    >>> two = Tie("2-1", (3,), ("a", "b"))
    >>> [(children, len(inside)) for children, inside in grouped([two, one])]
    [(('a', 'b', 'c'), 2)]
    """
    sets = sorted({frozenset(tie.children) for tie in ties}, key=lambda one: (-len(one), sorted(one)))
    largest: list[frozenset[str]] = []
    for one in sets:
        if not any(one <= other for other in largest):
            largest.append(one)
    return [
        (tuple(sorted(one)), [tie for tie in ties if set(tie.children) <= one])
        for one in sorted(largest, key=sorted)
    ]


def _group(
    at: int,
    tie: tuple[tuple[str, ...], list[Tie]],
    trace: ScoresFile,
    content: Any,
    hidden: set[str],
    posted: HttpRequest | None,
    error: str,
) -> Group:
    children, inside = tie
    typed = posted.POST if posted is not None and error else {}
    keys = inside[0].keys
    return Group(
        number=at,
        children=[
            TiedChild(
                one,
                trace.children[one].name,
                trace.children[one].household,
                str(typed.get(f"place-{one}", "")),
            )
            for one in children
        ],
        classes=[content.labels.classes.get(one.class_id, one.class_id) for one in inside],
        keys=[
            (name, printed_key(key, ascending=turned))
            for name, key, turned in zip(trace.names, keys, trace.ascending, strict=False)
        ],
        hidden=bool(hidden & set(children)),
        error=error if posted is not None else "",
        reason=str(typed.get("reason", "")),
    )


def _order(
    request: HttpRequest,
    found: Scoring,
    ties: list[tuple[tuple[str, ...], list[Tie]]],
    number: int,
    hidden: set[str],
) -> None:
    if not 0 <= number < len(ties):
        raise DecisionError("同点の組が見つかりません。画面を開き直してください。")
    children = ties[number][0]
    if hidden & set(children):
        raise DecisionError(HIDDEN_LINE)
    places = {one: _number(request.POST.get(f"place-{one}", "").strip()) for one in children}
    if sorted(places.values()) != list(range(1, len(children) + 1)):
        raise DecisionError(f"順位：1から{len(children)}までを、1人に1つずつ入力してください。")
    best_first = sorted(children, key=lambda one: places[one])
    decisions.decide_order(
        found.applications.selection, best_first, reason=request.POST.get("reason", ""), by=request.user
    )


@require_POST
@require("nursery", Role.OFFICER)
def decision_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back; the page it was made on follows."""
    decision = get_object_or_404(Decision.objects.select_related("selection"), pk=pk)
    hidden = hidden_from(request.user)
    if hidden & {decision.subject, *decision.value.get("children", [])}:
        messages.error(request, HIDDEN_LINE)
        return redirect("nursery:round", decision.selection_id)
    decisions.withdraw(decision, by=request.user)
    messages.success(request, "判断を取り消しました。採点し直すと点数が戻ります。")
    newest = Scoring.objects.filter(
        applications__selection=decision.selection, finished_at__isnull=False
    ).first()
    if newest is None:
        return redirect("nursery:round", decision.selection_id)
    name = "scoring-ties" if decision.kind == Decision.Kind.ORDER else "scoring-questions"
    return redirect(f"nursery:{name}", newest.pk)
