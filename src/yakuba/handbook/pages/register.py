"""The children of the register: list, search, imports with what they change, undo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Value, When
from django.db.models.functions import ExtractYear
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.sheets.faults import BadInput, Fault
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.core.ui.wareki import wareki as written
from yakuba.handbook.forms import ChildrenForm, DosesForm
from yakuba.handbook.models import RegisteredChild, RegisterImport
from yakuba.handbook.register.children import COLUMNS, ChildLine
from yakuba.handbook.register.doses import COLUMNS as DOSE_COLUMNS
from yakuba.handbook.register.names import UNKNOWN
from yakuba.handbook.services import books, dose_imports, imports
from yakuba.handbook.services.birth_matches import live
from yakuba.handbook.services.visibility import (
    HIDDEN,
    hidden_from,
    note_views,
    unprotected,
    visible_children,
)
from yakuba.handbook.words import SEXES, vaccine_title

STATES = (
    *(("here", "在籍"), ("unborn", "出生前"), ("handed", "出生・引継ぎ済み")),
    *(("left", "転出"), ("gone", "台帳にない")),
)
STATE_CHIPS = {"here": "chip-ok", "unborn": "chip-run", "handed": "", "left": "", "gone": "chip-warn"}
SHOWN = 200  # lines of a difference on the page
FAULTS_SHOWN = 100


def with_state(rows: QuerySet[RegisteredChild]) -> QuerySet[Any]:
    """The rows with ``state`` (here, unborn, handed, left, gone) and ``born`` (year) of today."""
    today = timezone.localdate()
    return rows.annotate(
        state=Case(
            When(Exists(live(pregnancy=OuterRef("pk"))), then=Value("handed")),
            When(gone_at__isnull=False, then=Value("gone")),
            When(left_on__lte=today, then=Value("left")),
            When(birth=None, then=Value("unborn")),
            default=Value("here"),
            output_field=CharField(),
        ),
        born=ExtractYear("birth"),
    )


def age_text(birth: date | None, on: date) -> str:
    """「2歳3か月」 by birthdays, as people say it; empty before birth."""
    if birth is None or birth > on:
        return ""
    months = (on.year - birth.year) * 12 + on.month - birth.month - (on.day < birth.day)
    return f"{months // 12}歳{months % 12}か月"


def _link(row: RegisteredChild) -> str:
    return format_html('<a href="{}">{}</a>', reverse("handbook:child", args=[row.pk]), row.name)


def _chip(row: Any) -> str:
    return format_html('<span class="chip {}">{}</span>', STATE_CHIPS[row.state], dict(STATES)[row.state])


def _birth(row: RegisteredChild) -> str:
    if row.birth is None:
        return f"出産予定 {written(row.due, weekday=False)}" if row.due else "—"
    return written(row.birth, weekday=False)


CHILDREN = Table(
    label="対象の子ども",
    columns=(
        Column("number", "宛名番号", search=True, wrap=False),
        Column("name", "氏名", heading=True, search=True, cell=_link),
        Column("kana", "フリガナ", search=True),
        Column("birth", "生年月日", cell=_birth, wrap=False),
        Column(
            "age",
            "年齢",
            sortable=False,
            value=lambda row: age_text(row.birth, timezone.localdate()),
            wrap=False,
        ),
        Column("sex", "性別", sortable=False, value=lambda row: SEXES.get(row.sex, "")),
        Column("district", "地区"),
        Column("state", "状態", value=lambda row: dict(STATES)[row.state], cell=_chip),
    ),
    default_sort="number",
    empty_text="まだ取り込んでいません。住民記録のファイルを取り込むと、ここに並びます。",
)


def children_table() -> Table:
    """The table with the filters that the register calls for now."""
    rows = RegisteredChild.objects.all()
    districts = rows.exclude(district="").order_by("district").values_list("district", flat=True).distinct()
    years = rows.filter(birth__isnull=False).annotate(born=ExtractYear("birth")).order_by("-born")
    return replace(
        CHILDREN,
        filters=(
            Filter("state", "状態", STATES),
            Filter(
                "born",
                "生まれた年",
                [(str(one), f"{one}年") for one in years.values_list("born", flat=True).distinct()],
            ),
            Filter("district", "地区", [(one, one) for one in districts]),
        ),
    )


@require_GET
@require("handbook", Role.VIEWER)
def children(request: HttpRequest) -> HttpResponse:
    """Every child that the person may see, searched by number, name or kana."""
    may_edit = allowed(request.user, "handbook", Role.OFFICER)
    table = replace(children_table(), exports=may_edit)
    rows = RegisteredChild.objects.all()
    leaving = bool(request.GET.get("export")) and may_edit
    rows = unprotected(rows) if leaving else visible_children(request.user, rows)
    shown = table.view(with_state(rows), request.GET)
    answer = export(shown, "handbook-children")
    if answer is not None:
        record(
            "handbook.register.export",
            actor=request.user,
            target="handbook.register",
            detail={"rows": shown.total},
        )
        return answer
    note_views(request.user, {str(row.cells[0].value) for row in shown.rows})
    return render(request, "handbook/children.html", {"table": shown, "may_edit": may_edit})


def _import_link(row: RegisterImport) -> str:
    return format_html('<a href="{}">{}</a>', reverse("handbook:import", args=[row.pk]), row.file_name)


def _import_state(row: RegisterImport) -> str:
    css, text = ("chip-ok", "反映済み") if row.confirmed_at else ("chip-ask", "反映の前")
    if row.undone_at:
        css, text = "", "元に戻した"
    return format_html('<span class="chip {}">{}</span>', css, text)


KINDS = {"children": "住民記録", "doses": "予防接種台帳"}
IMPORTS = Table(
    label="取込みの一覧",
    columns=(
        Column("file_name", "ファイル", heading=True, search=True, cell=_import_link),
        Column("kind", "種類", value=lambda row: KINDS.get(row.kind, row.kind)),
        Column("state", "状態", sortable=False, cell=_import_state, value=lambda row: ""),
        Column("new", "新規", sortable=False, numeric=True, value=lambda row: row.figures.get("new")),
        Column("changed", "変更", sortable=False, numeric=True, value=lambda row: row.figures.get("changed")),
        Column("gone", "台帳にない", sortable=False, numeric=True, value=lambda row: row.figures.get("gone")),
        Column("taken_at", "受付", cell=lambda row: moment(row.taken_at)),
        Column("taken_by__name", "担当", value=lambda row: row.taken_by.name if row.taken_by else "（自動）"),
    ),
    default_sort="-taken_at",
    empty_text="まだ取り込んでいません。",
    exports=False,
)


@require_GET
@require("handbook", Role.OFFICER)
def import_list(request: HttpRequest) -> HttpResponse:
    """Every file that was looked at or kept."""
    rows = RegisterImport.objects.select_related("taken_by")
    return render(request, "handbook/imports.html", {"table": IMPORTS.view(rows, request.GET)})


@require_http_methods(["GET", "POST"])
@require("handbook", Role.OFFICER)
def import_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Choose a file; it is read and its faults are shown, nothing is changed yet."""
    form: Any = (ChildrenForm if kind == imports.CHILDREN else DosesForm)(
        request.POST or None, request.FILES or None
    )
    faults: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            if kind == imports.CHILDREN:
                held = imports.receive_children(
                    upload.name, upload.read(), whole=form.cleaned_data["whole"], by=request.user
                )
            else:
                held = dose_imports.receive_doses(upload.name, upload.read(), by=request.user)
        except BadInput as bad:
            faults = list(bad.faults)
        else:
            return redirect("handbook:import", held.pk)
    columns = COLUMNS if kind == imports.CHILDREN else DOSE_COLUMNS
    context = {
        "form": form,
        "kind": kind,
        "faults": faults[:FAULTS_SHOWN],
        "fault_count": len(faults),
        "columns": [(names[0], "、".join(names[1:])) for names in columns.values()],
        "steps": ["ファイルを選ぶ", "変わる内容を確かめる", "反映"],
    }
    failed = bool(faults) or (request.method == "POST" and bool(form.errors))
    return render(request, "handbook/import_new.html", context, status=422 if failed else 200)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of a difference as it is shown."""

    number: str
    name: str
    what: str


def _shown_lines(lines: list[tuple[ChildLine, str]], hidden: set[str]) -> list[ChangeLine]:
    shown = []
    for line, what in lines[:SHOWN]:
        closed = line.flagged or line.number in hidden
        shown.append(
            ChangeLine(
                HIDDEN if closed else line.number, HIDDEN if closed else line.name, "" if closed else what
            )
        )
    return shown


def _value(name: str, value: Any) -> str:
    if value in (None, ""):
        return "空欄"
    if isinstance(value, date):
        return written(value, weekday=False)
    if name == "sex":
        return SEXES.get(value, str(value))
    if isinstance(value, bool):
        return "有" if value else "無"
    return str(value)


def _what(line: ChildLine, before: Any) -> str:
    parts = [
        f"{COLUMNS[name][0]}：{_value(name, before[name])} → {_value(name, getattr(line, name))}"
        for name in imports.changed_fields(line, before)
    ]
    return "、".join(["台帳に戻る", *parts] if before.get("gone") else parts)


@require_GET
@require("handbook", Role.OFFICER)
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file changes, before it is kept; afterwards what it changed."""
    held = get_object_or_404(RegisterImport.objects.select_related("taken_by", "file"), pk=pk)
    context: dict[str, Any] = {"held": held, "steps": ["ファイルを選ぶ", "変わる内容を確かめる", "反映"]}
    if held.confirmed_at is not None:
        context |= {"figures": held.figures, "undoable": imports.undoable(held)}
        return render(request, "handbook/import_done.html", context)
    try:
        context |= (
            _children_context(held, request.user) if held.kind == imports.CHILDREN else _doses_context(held)
        )
    except BadInput as bad:  # the register changed since the file was looked at
        context |= {"faults": bad.faults[:FAULTS_SHOWN], "fault_count": len(bad.faults)}
    return render(request, f"handbook/import_{held.kind}.html", context)


def _children_context(held: RegisterImport, user: Any) -> dict[str, Any]:
    found = imports.difference(held)
    hidden = hidden_from(user)
    names = dict(RegisteredChild.objects.filter(number__in=found.gone[:SHOWN]).values_list("number", "name"))
    gone = [
        ChangeLine(HIDDEN if one in hidden else one, HIDDEN if one in hidden else names.get(one, ""), "")
        for one in found.gone[:SHOWN]
    ]
    shown = [line.number for line, _ in found.changed if line.number not in hidden]
    note_views(user, {*shown, *(one for one in found.gone if one not in hidden)})
    flagged = sum(line.flagged for line in found.new) + sum(
        line.flagged and not before["flagged"] for line, before in found.changed
    )
    return {
        "figures": imports.figures_of(found),
        "key": imports.key_of(found),
        "new": _shown_lines([(line, _facts(line)) for line in found.new], hidden),
        "changed": _shown_lines([(line, _what(line, before)) for line, before in found.changed], hidden),
        "gone": gone,
        "shown": SHOWN,
        "flagged": flagged,
        "nothing": not (found.new or found.changed or found.gone),
    }


def _facts(line: ChildLine) -> str:
    if line.birth is None:
        return f"出産予定 {_value('due', line.due)}"
    return f"{_value('birth', line.birth)}生まれ　{SEXES[line.sex]}　{line.district}"


def _doses_context(held: RegisterImport) -> dict[str, Any]:
    found = dose_imports.difference(held)
    book = books.active().book
    return {
        "figures": dose_imports.figures_of(found),
        "unknown": sorted(found.file.unknown.items(), key=lambda one: -one[1]),
        "choices": [
            *((code, vaccine_title(book, code)) for code in book.vaccines),
            (UNKNOWN, "わからない（職員が1件ずつ確認する）"),
        ],
        "by_vaccine": _by_vaccine(found, book),
        "nothing": not (found.new or found.changed),
    }


def _by_vaccine(found: dose_imports.DoseDifference, book: Any) -> list[tuple[str, int, int]]:
    counts: dict[str, list[int]] = {}
    for line in found.new:
        counts.setdefault(line.vaccine, [0, 0])[0] += 1
    for line, _ in found.changed:
        counts.setdefault(line.vaccine, [0, 0])[1] += 1
    return [(vaccine_title(book, code), *pair) for code, pair in sorted(counts.items())]  # type: ignore[misc]


@require_POST
@require("handbook", Role.OFFICER)
def import_names(request: HttpRequest, pk: int) -> HttpResponse:
    """What the names of a file mean, as the officer says."""
    held = get_object_or_404(RegisterImport, pk=pk, kind=imports.DOSES)
    book = books.active().book
    allowed_codes = {*book.vaccines, UNKNOWN}
    try:
        unknown = sorted(dose_imports.difference(held).file.unknown.items(), key=lambda one: -one[1])
        given = {
            name: {"vaccine": code}
            for at, (name, _) in enumerate(unknown)
            if (code := request.POST.get(f"name-{at}", "")) in allowed_codes
            and request.POST.get(f"text-{at}") == name
        }
        dose_imports.answer(held, given)
    except (imports.NotPossible, BadInput) as error:
        messages.error(request, str(error))
    return redirect("handbook:import", pk)


@require_POST
@require("handbook", Role.OFFICER)
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was looked at."""
    held = get_object_or_404(RegisterImport, pk=pk)
    try:
        if held.kind == imports.CHILDREN:
            imports.confirm_children(held, key=request.POST.get("key", ""), by=request.user)
        else:
            _, waits = dose_imports.confirm_doses(held, by=request.user)
            if waits:
                messages.info(
                    request, "件数が多いため、職員の確認は、接種状況の計算が終わってから一覧に出ます。"
                )
    except (imports.NotPossible, BadInput) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "台帳に反映しました。")
    return redirect("handbook:import", pk)


@require_POST
@require("handbook", Role.OFFICER)
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The register as before the import."""
    held = get_object_or_404(RegisterImport, pk=pk)
    undo = imports.undo_children if held.kind == imports.CHILDREN else dose_imports.undo_doses
    try:
        counts = undo(held, by=request.user)
    except imports.NotPossible as error:
        messages.error(request, str(error))
    else:
        text = f"取込みを元に戻しました。削除 {counts['removed']:,}件、復元 {counts['restored']:,}件"
        kept = f"、残したもの {counts['kept']:,}件（あとから記録があるため）" if counts["kept"] else ""
        messages.success(request, f"{text}{kept}。")
    return redirect("handbook:import", pk)


@require_POST
@require("handbook", Role.OFFICER)
def import_forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up a file that was not kept."""
    held = get_object_or_404(RegisterImport.objects.select_related("file"), pk=pk)
    if held.confirmed_at is None:
        imports.forget(held)
        messages.success(request, "取込みをやめました。ファイルは残していません。")
    return redirect("handbook:imports")
