"""Rule books: installed versions, one version in readable tables, what it changes, and its activation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.people.approval import ApprovalError
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.core.ui.templatetags.yakuba_ui import wareki
from yakuba.nursery.domain.market import BadInput, Fault
from yakuba.nursery.domain.scores.changes import ChildChange
from yakuba.nursery.forms import ApprovalForm
from yakuba.nursery.forms_desk import RulebookForm
from yakuba.nursery.models import ApplicationFile, Rulebook
from yakuba.nursery.pages import rulebook_words as words
from yakuba.nursery.pages.files import attachment
from yakuba.nursery.rulebooks.load import builtin, load_builtin
from yakuba.nursery.services import rulebooks
from yakuba.nursery.services.rulebook_changes import Report, report
from yakuba.nursery.services.scoring import shown_points
from yakuba.nursery.services.visibility import hidden_from, note_views, protected_ids

STATE_CHIPS = {"draft": "", "active": "chip-ok", "retired": ""}


def _link(row: Rulebook) -> str:
    return format_html('<a href="{}">{}</a>', reverse("nursery:rulebook", args=[row.pk]), str(row))


def state_chip(row: Rulebook) -> str:
    """The state of a version as a chip."""
    if row.state == Rulebook.State.DRAFT and row.approval is not None and row.approval.state == "waiting":
        return format_html('<span class="chip chip-run">{}</span>', "承認待ち")
    return format_html('<span class="chip {}">{}</span>', STATE_CHIPS[row.state], row.get_state_display())


def examples_text(row: Rulebook) -> str:
    """「13／13」, as passed of all."""
    passed, failed = row.examples.get("passed", 0), len(row.examples.get("failed", []))
    return f"{passed}／{passed + failed}"


def _examples(row: Rulebook) -> str:
    css = "chip-bad" if row.examples.get("failed") or not row.examples.get("passed") else "chip-ok"
    return format_html('<span class="chip {}">{}</span>', css, examples_text(row))


def _evidence(row: Rulebook) -> str:
    book = rulebooks.content(row)
    if book.invented:
        return format_html('<span class="chip">{}</span>', "架空の基準")
    if words.is_second(book.evidence):
        return format_html('<span class="chip chip-warn">{}</span>', "原本を未確認")
    return "原本を確認"


RULEBOOKS = Table(
    label="利用調整基準の一覧",
    columns=(
        Column("title", "基準", heading=True, search=True, cell=_link),
        Column("state", "状態", cell=state_chip),
        Column("effective_from", "適用開始日", cell=lambda row: wareki(row.effective_from), wrap=False),
        Column("effective_until", "適用終了日", cell=lambda row: wareki(row.effective_until), wrap=False),
        Column("examples", "計算例の一致", sortable=False, cell=_examples, value=examples_text),
        Column("evidence", "出典", sortable=False, cell=_evidence, value=lambda row: ""),
    ),
    default_sort="title",
    empty_text="基準はまだ登録されていません。下の一覧から登録するか、自分の市町村の基準を登録します。",
    exports=False,
)


@require_http_methods(["GET", "POST"])
@require("nursery", Role.VIEWER)
def rulebook_list(request: HttpRequest) -> HttpResponse:
    """Installed versions, the shipped books, and the upload of one's own."""
    may_edit = allowed(request.user, "nursery", Role.OFFICER)
    form = RulebookForm(request.POST or None, request.FILES or None)
    faults: list[Fault] = []
    if request.method == "POST":
        if not may_edit:
            return HttpResponse(status=403)
        try:
            made = _install(request, form)
        except BadInput as bad:
            faults = list(bad.faults)
        else:
            if made is not None:
                messages.success(request, f"「{made}」を案として登録しました。計算例 {examples_text(made)}。")
                return redirect("nursery:rulebook", made.pk)
    bound = request.method == "POST" and "book" not in request.POST
    shown = form if bound else RulebookForm()
    context = {
        "table": RULEBOOKS.view(Rulebook.objects.select_related("approval"), request.GET),
        "shipped": _shipped(),
        "form": shown,
        "faults": faults[:100],
        "fault_count": len(faults),
        "may_edit": may_edit,
    }
    failed = bool(faults) or bool(shown.errors)
    return render(request, "nursery/rulebooks.html", context, status=422 if failed else 200)


def _install(request: HttpRequest, form: RulebookForm) -> Rulebook | None:
    if "book" in request.POST:
        try:
            return rulebooks.install_shipped(request.POST["book"], by=request.user)
        except KeyError:
            raise Http404("その基準はありません。") from None
    if not form.is_valid():
        return None
    upload = form.cleaned_data["file"]
    if upload.size > rulebooks.UPLOAD_LIMIT:
        form.add_error("file", "2MBを超えています。基準のファイルか確かめてください。")
        return None
    return rulebooks.install(upload.read(), file_name=upload.name, by=request.user)


def _shipped() -> list[dict[str, Any]]:
    have = set(Rulebook.objects.values_list("sha256", flat=True))
    return [
        {"id": one, "book": book, "installed": book.sha256 in have, "second": words.is_second(book.evidence)}
        for one in builtin()
        for book in [load_builtin(one)]
    ]


def find(pk: int) -> Rulebook:
    """One installed version."""
    return get_object_or_404(Rulebook.objects.select_related("approval", "created_by", "file"), pk=pk)


@require_GET
@require("nursery", Role.VIEWER)
def rulebook(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: rows with sources and evidence, gaps, and its worked examples."""
    found = find(pk)
    book = rulebooks.content(found)
    results = words.example_rows(book)
    context = {
        "rulebook": found,
        "book": book,
        "chip": state_chip(found),
        "facts": words.facts(book, found),
        "basic": words.basic_rows(book),
        "adjustments": words.adjustment_rows(book),
        "steps": words.step_rows(book),
        "caps": words.cap_rows(book),
        "results": results,
        "passed": sum(one["ok"] for one in results),
        "hazards": words.hazards(book),
        "second": words.is_second(book.evidence),
        "may_edit": allowed(request.user, "nursery", Role.OFFICER),
    }
    return render(request, "nursery/rulebook.html", context)


@require_GET
@require("nursery", Role.VIEWER)
def rulebook_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The YAML of a version, byte for byte."""
    found = find(pk)
    return attachment(read_file(found.file), "application/yaml", f"{found.book}-{found.number}.yaml")


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One child in the what-changed report."""

    child: str
    name: str
    age: int
    old: Decimal
    new: Decimal
    difference: Decimal
    direction: str
    places: str
    moved: str
    rows: str


def _difference(row: ChangeRow) -> str:
    text = shown_points(row.difference)
    return f"+{text}" if row.difference > 0 else text


CHANGES = Table(
    label="変わる児童",
    columns=(
        Column("child", "受付番号", heading=True, search=True),
        Column("name", "氏名", search=True, wrap=False),
        Column("age", "年齢", numeric=True, cell=lambda row: f"{row.age}歳"),
        Column("old", "いまの合計", numeric=True, cell=lambda row: shown_points(row.old)),
        Column("new", "新しい合計", numeric=True, cell=lambda row: shown_points(row.new)),
        Column("difference", "差", numeric=True, cell=_difference),
        Column("places", "希望ごとの順位", sortable=False),
        Column("rows", "変わった項目", sortable=False, search=True),
    ),
    filters=(
        Filter("direction", "合計", (("上がる", "上がる"), ("下がる", "下がる"), ("同じ", "同じ"))),
        Filter("moved", "順位", (("変わる", "変わる"), ("同じ", "同じ"))),
    ),
    empty_text="変わる児童はいません。",
)


def _applications(request: HttpRequest, found: Rulebook) -> list[ApplicationFile]:
    """The newest file of each open round that scores with this book, newest first."""
    mine = Q(selection__rulebook__book=found.book) | Q(selection__rulebook=None)
    files = ApplicationFile.objects.filter(mine, selection__closed_at=None).select_related("selection")
    newest: dict[int, ApplicationFile] = {}
    for one in files.order_by("-number"):
        newest.setdefault(one.selection_id, one)
    asked = request.GET.get("applications", "") or request.POST.get("applications", "")
    return sorted(newest.values(), key=lambda one: (str(one.pk) != asked, -one.pk))


@require_http_methods(["GET", "POST"])
@require("nursery", Role.VIEWER)
def rulebook_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What the version changes, child by child; below it the request for activation."""
    found = find(pk)
    old = rulebooks.predecessor(found)
    if found.state != Rulebook.State.DRAFT:
        old = _activated_over(found)
    files = _applications(request, found)
    chosen = files[0] if files else None
    form = ApprovalForm(request.POST or None)
    made, faults = _report(found, old, chosen)
    if request.method == "POST":
        if not allowed(request.user, "nursery", Role.OFFICER):
            return HttpResponse(status=403)
        if form.is_valid() and not faults and _ask(request, found, form, made, old, chosen):
            return redirect("nursery:rulebook-changes", pk)
    leaving = bool(request.GET.get("export"))
    hidden = protected_ids() if leaving else hidden_from(request.user)
    table = replace(CHANGES, exports=allowed(request.user, "nursery", Role.OFFICER))
    shown = table.view([] if made is None else _rows(made, hidden), request.GET)
    answer = export(shown, f"changes-{found.pk}")
    if answer is not None:
        record("nursery.rulebook.export", actor=request.user, target=f"nursery.rulebook:{found.pk}")
        return answer
    if made is not None:
        note_views(request.user, {one.child for one in made.changes.children} - hidden)
    context = {
        "rulebook": found,
        "chip": state_chip(found),
        "old": old,
        "files": files,
        "chosen": chosen,
        "report": made,
        "faults": faults[:100],
        "stats": [] if made is None else _stats(made),
        "table": shown,
        "obstacles": rulebooks.obstacles(found),
        "key": rulebooks.report_key(old, chosen),
        "form": form,
        "may_edit": allowed(request.user, "nursery", Role.OFFICER),
    }
    return render(request, "nursery/rulebook_changes.html", context, status=422 if form.errors else 200)


def _activated_over(found: Rulebook) -> Rulebook | None:
    """The version that this one followed."""
    rows = Rulebook.objects.filter(book=found.book, state=Rulebook.State.RETIRED, number__lt=found.number)
    return rows.order_by("-number").first()


def _report(
    found: Rulebook, old: Rulebook | None, chosen: ApplicationFile | None
) -> tuple[Report | None, list[Fault]]:
    if old is None or chosen is None:
        return None, []
    try:
        return report(old, found, chosen), []
    except BadInput as bad:
        return None, list(bad.faults)


def _ask(
    request: HttpRequest,
    found: Rulebook,
    form: ApprovalForm,
    made: Report | None,
    old: Rulebook | None,
    chosen: ApplicationFile | None,
) -> bool:
    if request.POST.get("key") != rulebooks.report_key(old, chosen):
        form.add_error(None, "見ていた変更点が古くなりました。新しい変更点を確かめてから依頼してください。")
        return False
    counts = {} if made is None else made.counts()
    try:
        rulebooks.ask_activation(found, by=request.user, reason=form.cleaned_data["reason"], counts=counts)
    except (rulebooks.NotReady, ApprovalError) as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, "適用の承認を依頼しました。承認者の画面に出ています。")
    return True


def _stats(made: Report) -> list[tuple[str, str, str, str]]:
    changes = made.changes
    return [
        ("申込児童", f"{made.children:,}", "人", ""),
        ("合計が上がる", f"{changes.higher:,}", "人", ""),
        ("合計が下がる", f"{changes.lower:,}", "人", ""),
        ("順位が上がる", f"{changes.moved_up:,}", "人", "どれかの希望で"),
        ("順位が下がる", f"{changes.moved_down:,}", "人", "どれかの希望で"),
    ]


def _rows(made: Report, hidden: set[str]) -> list[ChangeRow]:
    rows = [_row(made, one) for one in made.changes.children if one.child not in hidden]
    return sorted(rows, key=lambda row: -abs(row.difference))  # the largest change first


def _row(made: Report, one: ChildChange) -> ChangeRow:
    difference = one.new_total - one.old_total
    return ChangeRow(
        child=one.child,
        name=made.names.get(one.child, ("", 0))[0],
        age=made.names.get(one.child, ("", 0))[1],
        old=one.old_total,
        new=one.new_total,
        difference=difference,
        direction="上がる" if difference > 0 else "下がる" if difference < 0 else "同じ",
        places="、".join(_places(made, one)),
        moved="変わる" if one.moved else "同じ",
        rows="、".join(_changed(one)),
    )


def _places(made: Report, one: ChildChange) -> Sequence[str]:
    return [
        f"{made.nurseries.get(wish.nursery, wish.nursery)} {wish.old_place}→{wish.new_place}番"
        for wish in one.wishes
        if wish.old_place != wish.new_place
    ]


def _changed(one: ChildChange) -> Sequence[str]:
    return [
        f"{row.label or row.code} {_points(row.old)}→{_points(row.new)}"
        for row in dict.fromkeys(replace(row, nursery=None) for row in one.rows)
    ]


def _points(points: Decimal | None) -> str:
    return "なし" if points is None else shown_points(points)


@require_POST
@require("nursery", Role.OFFICER)
def rulebook_recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Work the version's own examples out again, with the engine of today."""
    found = find(pk)
    found.examples = rulebooks.examples_of(rulebooks.content(found))
    found.save(update_fields=["examples"])
    messages.success(request, f"計算例を計算し直しました。一致 {examples_text(found)}。")
    return redirect("nursery:rulebook", pk)
