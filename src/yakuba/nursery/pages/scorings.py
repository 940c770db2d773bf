"""Points of a round: the table of children and one child's trace, which reads like the form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.nursery.domain.scores.result import Line
from yakuba.nursery.models import Scoring
from yakuba.nursery.pages.applications import find_file
from yakuba.nursery.pages.tables import AGE_CHOICES
from yakuba.nursery.scores_file import ScoredChild, ScoresFile, printed_key
from yakuba.nursery.services.decisions import answers, newer_than
from yakuba.nursery.services.rounds import RoundError, open_questions
from yakuba.nursery.services.rulebooks import content
from yakuba.nursery.services.scoring import request_scoring, shown_points, trace_of
from yakuba.nursery.services.visibility import (
    HIDDEN,
    HIDDEN_LINE,
    hidden_from,
    mentioned,
    mentions,
    note_views,
    protected_ids,
)

WARNINGS_SHOWN = 50
PARTS = (
    ("father", "父"),
    ("mother", "母"),
    ("other", "その他の保護者"),
    ("household", "世帯"),
    ("child", "児童"),
    ("wish", "希望ごと"),
)


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One row of the table of points."""

    scoring: int
    id: str
    name: str
    kana: str
    age: int
    basic: Decimal
    adjustment: Decimal
    total: Decimal
    totals: str
    differs: str
    asks: str
    rank: str


def _link(row: ChildRow) -> str:
    return format_html(
        '<a href="{}">{}</a>', reverse("nursery:scoring-child", args=[row.scoring, row.id]), row.id
    )


def _differs(row: ChildRow) -> str:
    if not row.differs:
        return format_html('<span class="muted">{}</span>', "同じ")
    return format_html('<span class="chip">{}</span>', row.totals)


def _asks(row: ChildRow) -> str:
    return format_html('<span class="chip chip-ask">{}</span>', "判断待ち") if row.asks else ""


POINTS = Table(
    label="児童別の点数",
    columns=(
        Column("id", "受付番号", heading=True, search=True, cell=_link),
        Column("name", "氏名", search=True),
        Column("kana", "フリガナ", search=True),
        Column("age", "年齢", numeric=True, cell=lambda row: f"{row.age}歳"),
        Column("basic", "基準", numeric=True, cell=lambda row: shown_points(row.basic)),
        Column("adjustment", "調整", numeric=True, cell=lambda row: shown_points(row.adjustment)),
        Column("total", "合計", numeric=True, cell=lambda row: shown_points(row.total)),
        Column("differs", "希望先による違い", cell=_differs, value=lambda row: row.differs or None),
        Column("asks", "判断", cell=_asks, value=lambda row: row.asks or None),
    ),
    filters=(
        Filter("age", "年齢", AGE_CHOICES),
        Filter("differs", "希望先による違い", (("変わる", "変わる"),)),
        Filter("asks", "判断", (("判断待ち", "判断待ち"),)),
    ),
    default_sort="-total",
    row_class=lambda row: "is-ask" if row.asks else "",
    empty_text="児童がいません。",
)


def find(pk: int) -> Scoring:
    """The scoring, with what its pages show."""
    return get_object_or_404(
        Scoring.objects.select_related(
            "applications", "applications__selection", "rulebook", "job", "ledger", "requested_by"
        ),
        pk=pk,
    )


def subjects_of(trace: ScoresFile, hidden: set[str]) -> set[str]:
    """The hidden children and their households, as texts name them."""
    return hidden | {child.household for child in trace.children.values() if child.id in hidden}


def guarded(lines: list[str], names: set[str]) -> list[str]:
    """Lines in which one that names somebody hidden says only that."""
    return [HIDDEN_LINE if mentions(line, names) else line for line in lines] if names else list(lines)


@require_POST
@require("nursery", Role.OFFICER)
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a scoring of a version by the round's rule book."""
    found = find_file(pk)
    if found.selection.rulebook is None:
        return redirect("nursery:round", found.selection_id)
    try:
        made = request_scoring(found, found.selection.rulebook, by=request.user)
    except RoundError as error:
        messages.error(request, str(error))
        return redirect("nursery:round", found.selection_id)
    return redirect("nursery:scoring", made.pk)


def frame(request: HttpRequest, found: Scoring, tab: str) -> dict[str, Any]:
    """What stands above the tabs of a finished scoring."""
    ledger = found.ledger
    questions = open_questions(found)
    ties = len(ledger.ties) if ledger is not None else 0
    tabs = [
        (reverse("nursery:scoring", args=[found.pk]), "児童別", tab == "children"),
        (
            reverse("nursery:scoring-questions", args=[found.pk]),
            f"職員の判断（{len(questions)}）",
            tab == "questions",
        ),
        (reverse("nursery:scoring-ties", args=[found.pk]), f"同点（{ties}）", tab == "ties"),
    ]
    return {
        "scoring": found,
        "selection": found.applications.selection,
        "tabs": tabs,
        "stale": newer_than(found),
        "may_edit": allowed(request.user, "nursery", Role.OFFICER),
        "stats": [
            ("申込児童", f"{found.figures.get('children', 0):,}", "人", ""),
            ("希望先で点が変わる", f"{found.figures.get('differing', 0):,}", "人", ""),
            ("未決の判断", f"{len(questions):,}", "件", ""),
            ("同点", f"{ties:,}", "組", ""),
        ],
    }


def totals_of(child: ScoredChild) -> str:
    """「36〜41」 when the total depends on the wish, else the total."""
    totals = [wish.total for wish in child.score.wishes] or [child.score.total]
    low, high = shown_points(min(totals)), shown_points(max(totals))
    return low if low == high else f"{low}〜{high}"


def _rows(found: Scoring, trace: ScoresFile, hidden: set[str]) -> list[ChildRow]:
    waiting = {one["subject"] for one in open_questions(found)}
    rows = []
    for child in trace.children.values():
        if child.id in hidden:
            continue
        score = child.score
        rows.append(
            ChildRow(
                scoring=found.pk,
                id=child.id,
                name=child.name,
                kana=child.kana,
                age=child.age,
                basic=score.basic_total,
                adjustment=child.highest - score.basic_total,
                total=child.highest,
                totals=totals_of(child),
                differs="変わる" if child.differs_by_wish else "",
                asks="判断待ち" if waiting & {child.id, child.household} else "",
                rank=score.rank or "",
            )
        )
    return rows


@require_GET
@require("nursery", Role.VIEWER)
def scoring(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it runs, then the points by child."""
    found = find(pk)
    if found.finished_at is None:
        stopped = found.job is None or found.job.is_final
        running: dict[str, Any] = {
            "scoring": found,
            "selection": found.applications.selection,
            "job": found.job,
            "stopped": stopped,
        }
        return render(request, "nursery/scoring_running.html", running)
    trace = trace_of(found)
    hidden = hidden_from(request.user)
    leaving = bool(request.GET.get("export"))
    seen: list[str] = []

    def note(row: ChildRow) -> str:
        seen.append(row.id)
        return "is-ask" if row.asks else ""

    table = replace(POINTS, row_class=note, exports=allowed(request.user, "nursery", Role.OFFICER))
    shown = table.view(_rows(found, trace, protected_ids() if leaving else hidden), request.GET)
    answer = export(shown, f"points-{found.pk}")
    if answer is not None:
        record(
            "nursery.scoring.export",
            actor=request.user,
            target=f"nursery.scoring:{found.pk}",
            detail={"form": shown.exporting},
        )
        return answer
    warnings = guarded(found.warnings, subjects_of(trace, hidden))[:WARNINGS_SHOWN]
    note_views(request.user, {*seen, *mentioned(warnings)})
    context = {
        **frame(request, found, "children"),
        "table": shown,
        "warnings": warnings,
        "warnings_more": max(0, len(found.warnings) - WARNINGS_SHOWN),
    }
    return render(request, "nursery/scoring.html", context)


@dataclass(frozen=True, slots=True)
class Part:
    """One block of the trace, as on the form: its title, its lines, and what it adds."""

    title: str
    lines: list[dict[str, Any]]
    total: str


@require_GET
@require("nursery", Role.VIEWER)
def scoring_child(request: HttpRequest, pk: int, child_id: str) -> HttpResponse:
    """One child's points, line by line: what counted, what did not and why, and the sum."""
    found = find(pk)
    if found.finished_at is None:
        return redirect("nursery:scoring", pk)
    trace = trace_of(found)
    hidden = hidden_from(request.user)
    child = trace.children.get(child_id)
    if child is None or child.id in hidden:
        raise Http404("この受付番号の児童はありません。")
    siblings = [
        one
        for one in trace.children.values()
        if one.household == child.household and one.id not in hidden | {child.id}
    ]
    with transaction.atomic():
        record(
            "nursery.scoring.view",
            actor=request.user,
            target=f"nursery.scoring:{found.pk}",
            detail={"rulebook": found.rulebook_id},
        )
        note_views(request.user, {child.id, *(one.id for one in siblings)})
    known = answers(found.applications.selection)
    context = {
        **frame(request, found, "children"),
        "child": child,
        "siblings": siblings,
        "parts": parts_of(child, hidden),
        "formula": formula(child, found),
        "wishes": wishes_of(child, trace),
        "key_names": trace.names,
        "questions": [
            {**one, "answer": known.get((one["subject"], one["code"]))}
            for one in found.questions
            if one["subject"] in (child.id, child.household) and one["kind"] != "order"
        ],
    }
    return render(request, "nursery/scoring_child.html", context)


def parts_of(child: ScoredChild, hidden: set[str]) -> list[Part]:
    """The lines by part of the form; a text that names a hidden child says 「（非表示）」 in its place."""
    found = []
    for part, title in PARTS:
        lines = [line for line in child.score.lines if line.part == part]
        if not lines:
            if part in ("father", "mother") and part in child.score.basic:
                why = (
                    "不在（保護者の欄に記入がありません）" if child.score.basic[part] is None else "該当なし"
                )
                found.append(Part(f"{title}　{why}", [], shown_points(child.score.basic[part])))
            continue
        counted = sum((line.points or Decimal(0) for line in lines if line.counted), Decimal(0))
        total = "" if part == "wish" else shown_points(counted)
        found.append(Part(title, [_line(line, child, hidden) for line in lines], total))
    return found


def _line(line: Line, child: ScoredChild, hidden: set[str]) -> dict[str, Any]:
    def shown(text: str) -> str:
        return HIDDEN if mentions(text, hidden) else text

    return {
        "code": line.code,
        "label": line.label,
        "basis": shown(line.basis),
        "points": shown_points(line.points),
        "counted": line.counted,
        "why": shown(line.why),
        "nursery": child.nurseries.get(line.nursery, line.nursery) if line.nursery else "",
        "source": line.source,
        "evidence": line.evidence,
    }


def formula(child: ScoredChild, found: Scoring) -> str:
    """「父 20＋母 18 ＝ 基準 38、調整 ＋3、合計 41」, as the form adds up."""
    score = child.score
    words = dict(PARTS)
    given = [(words.get(part, part), points) for part, points in score.basic.items() if points is not None]
    parents = content(found.rulebook).combination.parents
    basic = ("＋" if parents == "sum" else " と ").join(f"{word} {shown_points(n)}" for word, n in given)
    basic += {"sum": " ＝", "lower": " の低いほう →", "average": " の平均 →"}.get(parents or "", " →")
    adjustment = score.total - score.basic_total
    sign = "＋" if adjustment >= 0 else "−"
    rank = f"、ランク {score.rank}" if score.rank else ""
    by_wish = any(line.part == "wish" and line.counted for line in score.lines)
    wishes = "（希望ごとの加点・減点は下の表）" if by_wish else ""
    tier = f"、優先区分 {score.tier}" if score.tier is not None else ""
    return (
        f"{basic} 基準 {shown_points(score.basic_total)}、"
        f"調整 {sign}{shown_points(abs(adjustment))}、合計 {shown_points(score.total)}{rank}{tier}{wishes}"
    )


def wishes_of(child: ScoredChild, trace: ScoresFile) -> list[dict[str, Any]]:
    """Per wish the total and the keys of the order."""
    return [
        {
            "rank": wish.rank,
            "nursery": child.nurseries.get(wish.nursery, wish.nursery),
            "total": shown_points(wish.total),
            "keys": [
                printed_key(key, ascending=turned)
                for key, turned in zip(wish.keys, trace.ascending, strict=True)
            ],
        }
        for wish in child.score.wishes
    ]
