"""Import of a round's applications: upload, columns, check with faults, versions, export."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.services import record
from yakuba.core.files.models import StoredFile
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.sheets.grid import RawSheet
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.nursery.applications import Reading
from yakuba.nursery.applications import mapping as columns
from yakuba.nursery.applications.field_types import CHILDREN, HOUSEHOLDS, WISHES
from yakuba.nursery.applications.fields import BY_TABLE
from yakuba.nursery.applications.names import PARENTS
from yakuba.nursery.domain.market import BadInput, Fault
from yakuba.nursery.forms_desk import ApplicationsForm
from yakuba.nursery.ledger.values import label
from yakuba.nursery.models import ApplicationFile, SelectionRound
from yakuba.nursery.pages.files import XLSX, attachment
from yakuba.nursery.pages.rounds import find
from yakuba.nursery.services import applications
from yakuba.nursery.services.applications import Pending
from yakuba.nursery.services.rounds import RoundError
from yakuba.nursery.services.visibility import (
    HIDDEN_LINE,
    hidden_from,
    mentioned,
    mentions,
    note_views,
    protected_ids,
)

STEPS = ["ファイルを選ぶ", "列を確かめる", "検査", "取込み"]
WARNINGS_SHOWN = 100
SESSION = "nursery.pending"

FAULTS = Table(
    label="直すところ",
    columns=(
        Column("code", "種類", heading=True, search=True, value=lambda fault: kind_words(fault)),
        Column("sheet", "シート", value=lambda fault: fault.sheet or fault.file),
        Column("row", "行", numeric=True),
        Column("column", "列", search=True),
        Column("found", "見つかった値", search=True),
        Column("expected", "あるべき値", search=True),
        Column("advice", "すること", sortable=False),
    ),
    empty_text="直すところはありません。",
)


GROUPS = {
    "file": "ファイル",
    "sheet": "シート",
    "table": "表",
    "column": "列",
    "header": "見出し",
    "mapping": "列の対応",
    "personal": "個人番号",
    "formula": "数式",
    "cell": "セル",
    "required": "必須の欄",
    "control": "見えない文字",
    "text": "文字数",
    "code": "番号・記号",
    "kana": "フリガナ",
    "number": "数",
    "date": "日付",
    "month": "年月",
    "age": "年齢",
    "yes": "はい・いいえ",
    "word": "語",
    "track": "枠",
    "reason": "事由",
    "postal": "郵便番号",
    "mark": "加点・減点",
    "row": "判定",
    "class": "クラス",
    "household": "世帯",
    "sibling": "きょうだい",
    "siblings": "きょうだい",
    "lone": "ひとり親",
    "guardian": "保護者",
    "hours": "時間",
    "days": "日数",
    "child": "児童",
    "birth": "生年月日",
    "wish": "希望",
    "current": "在籍",
    "applied": "申込日",
    "start": "利用希望月",
    "tier": "優先区分",
    "pattern": "きょうだいパターン",
    "lottery": "番号札",
    "tuple": "希望の組",
}


def kind_words(fault: Fault) -> str:
    """The kind of a fault: a word for people and the stable code."""
    return code_words(getattr(fault, "code", ""))


def code_words(code: str) -> str:
    """>>> code_words("age-unreadable")
    '年齢（age-unreadable）'
    """
    return f"{GROUPS.get(code.partition('-')[0], 'そのほか')}（{code}）"


def _pending(request: HttpRequest, selection: SelectionRound) -> Pending | None:
    """The upload that this person is working on for this round."""
    kept = request.session.get(SESSION)
    if not isinstance(kept, dict) or kept.get("round") != selection.pk:
        return None
    stored = StoredFile.objects.filter(pk=kept["file"]).first()
    if stored is None:
        return None
    mapping = columns.from_json(json.dumps(kept["mapping"]))
    return Pending(stored, kept["name"], mapping, bool(kept.get("remembered")))


def _hold(request: HttpRequest, selection: SelectionRound, pending: Pending) -> None:
    request.session[SESSION] = {
        "round": selection.pk,
        "file": pending.stored.pk,
        "name": pending.name,
        "mapping": json.loads(pending.mapping.to_json()),
        "remembered": pending.remembered,
    }


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def applications_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the file. What can't be opened is told at once and not kept."""
    selection = find(pk)
    form = ApplicationsForm(request.POST or None, request.FILES or None)
    faults: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        if upload.size > applications.UPLOAD_LIMIT:
            form.add_error(
                "file",
                f"{upload.size / 2**20:.1f}MBあります。20MBまでです。不要なシートを除いてください。",
            )
        else:
            try:
                pending = applications.receive(upload.name, upload.read(), by=request.user)
            except BadInput as bad:
                faults = list(bad.faults)
            else:
                earlier = _pending(request, selection)
                if earlier is not None:
                    applications.give_up(earlier)
                _hold(request, selection, pending)
                return redirect("nursery:applications-columns", pk)
    context = {
        "selection": selection,
        "form": form,
        "steps": STEPS,
        "table": FAULTS.view(faults, {}),
        "fault_count": len(faults),
    }
    failed = bool(faults or form.errors)
    return render(request, "nursery/applications_new.html", context, status=422 if failed else 200)


def _targets(role: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of (target, label) that the columns of a sheet of this role can be mapped to."""
    tables = [CHILDREN, HOUSEHOLDS, *PARENTS] if role == columns.WIDE else [role]
    groups = []
    for table in tables:
        fields = BY_TABLE["保護者" if table in PARENTS else table].values()
        choices: list[tuple[str, str]] = []
        for one in fields:
            if one.key == WISHES:
                choices += [(f"{table}:第{n}希望", f"第{n}希望") for n in range(1, 21)]
            else:
                choices.append((f"{table}:{one.name}", one.name + ("（必須）" if one.required else "")))
        groups.append((table, choices))
    return groups


def _sheet_rows(index: int, raw: RawSheet, mapping: columns.ColumnMapping) -> dict[str, Any]:
    """One sheet of the file with its columns, for the page."""
    found = next((one for one in mapping.sheets if one.sheet == raw.title), None)
    role = "" if found is None else found.role
    rows: list[dict[str, Any]] = []
    if found is not None and raw.rows:
        header = columns.best_row(raw, role, found.columns or None)[0]
        for at, cell in enumerate(raw.rows[header]):
            name = label(cell)
            if not name:
                continue
            rows.append(
                {
                    "key": f"c-{index}-{at}",
                    "name": name,
                    "target": found.columns.get(name, ""),
                    "how": found.how.get(name, ""),
                    "samples": applications.samples(raw, header, at),
                }
            )
    return {
        "index": index,
        "title": raw.name or raw.file,
        "role": role,
        "count": max(0, len(raw.rows) - 1),
        "columns": rows,
        "targets": _targets(role) if role else [],
    }


def _no_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the choice of a file, with the reason: the back button, another tab, another round."""
    messages.info(
        request,
        "検査の途中のファイルはありません。ファイルを選んでください。取り込み終えた版は、選考の画面にあります。",
    )
    return redirect("nursery:applications-new", pk)


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def applications_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which sheet holds what, and which of their columns is which of our fields."""
    selection = find(pk)
    pending = _pending(request, selection)
    if pending is None:
        return _no_file(request, pk)
    error = ""
    if request.method == "POST":
        try:
            pending = Pending(pending.stored, pending.name, _chosen(request, pending))
        except ValueError as problem:
            error = str(problem)
        else:
            _hold(request, selection, pending)
            if request.POST.get("act") == "check":
                return redirect("nursery:applications-check", pk)
    sheets = [_sheet_rows(index, raw, pending.mapping) for index, raw in enumerate(pending.sheets())]
    context = {
        "selection": selection,
        "pending": pending,
        "steps": STEPS,
        "roles": columns.ROLES,
        "sheets": sheets,
        "unread": [
            (one["title"], row["name"]) for one in sheets for row in one["columns"] if not row["target"]
        ],
        "missing": applications.missing_fields(pending.mapping),
        "doubtful": pending.mapping.doubtful(),
        "error": error,
    }
    return render(request, "nursery/applications_columns.html", context, status=422 if error else 200)


def _chosen(request: HttpRequest, pending: Pending) -> columns.ColumnMapping:
    """The mapping that the form says; a sheet whose role changed gets its columns by their names."""
    raws = pending.sheets()
    before = {one.sheet: one for one in pending.mapping.sheets}
    roles: dict[int, str] = {}
    targets: dict[tuple[int, str], str] = {}
    for index, raw in enumerate(raws):
        role = request.POST.get(f"role-{index}", "")
        if role not in columns.ROLES or not raw.rows:
            continue
        roles[index] = role
        same = raw.title in before and before[raw.title].role == role
        known = before[raw.title].columns if same else None
        header = columns.best_row(raw, role, known or None)[0]
        for at, cell in enumerate(raw.rows[header]):
            name = label(cell)
            value = request.POST.get(f"c-{index}-{at}", "") if same else _by_name(role, name)
            if name and value:
                targets[index, name] = value
    return applications.chosen_mapping(pending, roles, targets)


def _by_name(role: str, name: str) -> str:
    from yakuba.nursery.applications.names import match

    for table in (CHILDREN, HOUSEHOLDS) if role == columns.WIDE else (role,):
        found = match(table, name, similar=True) if name else None
        if found:
            return f"{table}:{found[0]}"
    return ""


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def applications_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Every fault with its place; without one, what would be imported, and the import itself."""
    selection = find(pk)
    pending = _pending(request, selection)
    if pending is None:
        return _no_file(request, pk)
    faults: list[Fault] = []
    reading = None
    try:
        if request.method == "POST":
            made = applications.import_applications(pending, selection, by=request.user)
            del request.session[SESSION]
            messages.success(request, f"「{made}」を取り込みました。")
            return redirect("nursery:application", made.pk)
        reading = applications.check(pending, selection)
    except BadInput as bad:
        faults = list(bad.faults)
    except RoundError as error:
        messages.error(request, str(error))
        return redirect("nursery:round", pk)
    codes = sorted({getattr(fault, "code", "") for fault in faults})
    table = Table(
        label=FAULTS.label,
        columns=FAULTS.columns,
        filters=(Filter("code", "種類", tuple((code, code_words(code)) for code in codes)),),
        empty_text=FAULTS.empty_text,
    ).view(faults, request.GET)
    answer = export(table, f"faults-{selection.pk}")
    if answer is not None:
        return answer
    context = {
        "selection": selection,
        "pending": pending,
        "steps": STEPS,
        "table": table,
        "fault_count": len(faults),
        "kinds": len(codes),
        "stats": [] if reading is None else _stats(reading.applications),
        "warnings": [] if reading is None else _warnings(request.user, reading),
        "warning_count": 0 if reading is None else len(reading.warnings),
    }
    return render(request, "nursery/applications_check.html", context, status=422 if faults else 200)


def _warnings(user: Any, reading: Reading) -> list[str]:
    """What to look at; a line about a child whom the person may not see says only that."""
    hidden = hidden_from(user)
    homes = {one.household for one in reading.applications.applicants if one.id in hidden}
    lines = [str(one) for one in reading.warnings][:WARNINGS_SHOWN]
    return [HIDDEN_LINE if hidden and mentions(line, hidden | homes) else line for line in lines]


def _stats(found: Any) -> list[tuple[str, str, str, str]]:
    return [
        ("申込児童", f"{len(found.applicants):,}", "人", ""),
        ("世帯", f"{len({one.household for one in found.applicants}):,}", "世帯", ""),
        ("クラス", f"{len(found.classes):,}", "", ""),
        ("募集人数", f"{sum(one.recruits for one in found.classes):,}", "人", ""),
    ]


@require_POST
@require("nursery", Role.OFFICER)
def applications_give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget the upload."""
    selection = find(pk)
    pending = _pending(request, selection)
    if pending is not None:
        applications.give_up(pending)
        del request.session[SESSION]
        messages.success(request, "取込みをやめました。申込情報は何も変わっていません。")
    return redirect("nursery:round", pk)


def find_file(pk: int) -> ApplicationFile:
    """One imported version."""
    return get_object_or_404(
        ApplicationFile.objects.select_related("selection", "selection__rulebook", "imported_by"), pk=pk
    )


@require_GET
@require("nursery", Role.VIEWER)
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One imported version: counts, what to look at, and its scorings."""
    found = find_file(pk)
    warnings = guarded_lines(request.user, found, found.warnings)
    note_views(request.user, mentioned(warnings[:WARNINGS_SHOWN]))
    context = {
        "file": found,
        "selection": found.selection,
        "stats": [
            ("申込児童", f"{found.children:,}", "人", ""),
            ("世帯", f"{found.households:,}", "世帯", ""),
            ("クラス", f"{found.classes:,}", "", ""),
            ("募集人数", f"{found.seats:,}", "人", ""),
        ],
        "warnings": warnings[:WARNINGS_SHOWN],
        "warnings_more": max(0, len(warnings) - WARNINGS_SHOWN),
        "scorings": found.scorings.select_related("rulebook", "job"),
        "left_out": len(_guarded_children(found)),
        "may_edit": allowed(request.user, "nursery", Role.OFFICER),
        "newest": found.pk == found.selection.applications.values_list("pk", flat=True).first(),
    }
    return render(request, "nursery/application.html", context)


def guarded_lines(user: Any, found: ApplicationFile, lines: list[str]) -> list[str]:
    """Lines of a file; one that names a child the person may not see, or its household, says only that."""
    hidden = hidden_from(user)
    if not hidden or not lines:
        return list(lines)
    homes = {one.household for one in applications.content(found).applicants if one.id in hidden}
    return [HIDDEN_LINE if mentions(line, hidden | homes) else line for line in lines]


def _guarded_children(found: ApplicationFile) -> set[str]:
    guarded = protected_ids()
    if not guarded:
        return set()
    return guarded & {one.id for one in applications.content(found).applicants}


@require_GET
@require("nursery", Role.OFFICER)
def application_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The version as our own workbook, which reads back the same; protected children are left out."""
    found = find_file(pk)
    body = applications.exported(found, protected_ids())
    record(
        "nursery.applications.export",
        actor=request.user,
        target=f"nursery.applications:{found.pk}",
        detail={"form": "xlsx"},
    )
    return attachment(body, XLSX, f"applications-{found.selection_id}-{found.number}.xlsx")
