"""Staff pages of the register: the list, an import with its differences, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.services import record
from yakuba.core.facilities import services
from yakuba.core.facilities.domain.columns import KINDS
from yakuba.core.facilities.domain.records import place_of
from yakuba.core.facilities.files import MOST_BYTES
from yakuba.core.facilities.forms import ImportForm
from yakuba.core.facilities.labels import FIELDS
from yakuba.core.facilities.models import Dataset, Facility, Import, SupportScheme
from yakuba.core.facilities.vacancies import newest
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.tables import TableFaults
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment

SYSTEM = "handbook"  # the department of childcare information keeps the register
FAULTS_SHOWN = 100
CHANGES_SHOWN = 50
NOTES_SHOWN = 50
PLACE_KINDS = tuple((one.key, one.label) for one in KINDS.values() if not one.schemes)


def _name(row: Facility) -> str:
    return format_html('<a href="{}">{}</a>', reverse("facilities:facility", args=[row.pk]), row.name)


PLACES = Table(
    label="施設の一覧",
    columns=(
        Column("name", "名称", heading=True, search=True, cell=_name),
        Column(
            "kind",
            "種類",
            lookup="dataset__kind",
            value=lambda row: KINDS[row.dataset.kind].label,
            wrap=False,
        ),
        Column("category", "種別", search=True),
        Column("address", "所在地", search=True),
        Column("phone", "電話番号", search=True, sortable=False, wrap=False),
        Column("code", "番号", search=True, wrap=False),
    ),
    filters=(Filter("kind", "種類", PLACE_KINDS, lookup="dataset__kind"),),
    default_sort="name",
    empty_text="施設はまだありません。「ファイルを取り込む」から始めます。",
)
SCHEMES = Table(
    label="支援制度の一覧",
    columns=(
        Column("name", "制度名", heading=True, search=True),
        Column("category", "種別", search=True),
        Column("target", "対象者", sortable=False, value=lambda row: row.content.get("target", "")),
        Column(
            "counter",
            "申請窓口",
            sortable=False,
            value=lambda row: row.content.get("counter") or row.content.get("contact", ""),
        ),
        Column("ends", "受付終了日", sortable=False, value=lambda row: row.content.get("ends", "")),
    ),
    default_sort="name",
    prefix="s-",
    empty_text="支援制度はまだありません。「ファイルを取り込む」から始めます。",
)
IMPORTS = Table(
    label="取込みの記録",
    columns=(
        Column("at", "日時", cell=lambda row: moment(row.at), wrap=False),
        Column("kind", "種類", value=lambda row: KINDS[row.kind].label, wrap=False),
        Column("number", "版", value=lambda row: f"第{row.number}版", wrap=False),
        Column("file_name", "ファイル"),
        Column("rows", "件数", numeric=True, sortable=False, value=lambda row: row.figures.get("rows")),
        Column("added", "追加", numeric=True, sortable=False, value=lambda row: row.figures.get("added")),
        Column("changed", "変更", numeric=True, sortable=False, value=lambda row: row.figures.get("changed")),
        Column("removed", "削除", numeric=True, sortable=False, value=lambda row: row.figures.get("removed")),
        Column("by", "取り込んだ人", sortable=False, value=lambda row: row.by.name if row.by else "コマンド"),
        Column("state", "状態", value=lambda row: row.get_state_display(), wrap=False),
    ),
    default_sort="-at",
    prefix="i-",
    exports=False,
    empty_text="取込みはまだありません。",
)


@require_GET
@require(SYSTEM, Role.VIEWER)
def home(request: HttpRequest) -> HttpResponse:
    """What is shown to residents now, and where it came from."""
    rows = Facility.objects.filter(dataset__current=True).select_related("dataset")
    places = PLACES.view(rows, request.GET)
    schemes = SCHEMES.view(SupportScheme.objects.filter(dataset__current=True), request.GET)
    for shown, name in ((places, "facilities"), (schemes, "schemes")):
        answer = export(shown, name)
        if answer is not None:
            detail = {"table": name, "rows": shown.total, "form": shown.exporting}
            record("facilities.export", actor=request.user, target="facilities:list", detail=detail)
            return answer
    imports = Import.objects.exclude(state=Import.State.DRAFT).select_related("by")
    context = {
        "places": places,
        "schemes": schemes,
        "imports": IMPORTS.view(imports, request.GET),
        "versions": [(KINDS[one.kind].label, one) for one in Dataset.objects.filter(current=True)],
        "vacancies": newest(),
        "draft": Import.objects.filter(state=Import.State.DRAFT, by_id=request.user.pk).first(),
        "may_edit": allowed(request.user, SYSTEM, Role.OFFICER),
    }
    return render(request, "facilities/home.html", context)


@require_GET
@require(SYSTEM, Role.VIEWER)
def facility(request: HttpRequest, pk: int) -> HttpResponse:
    """One place: the source's texts beside what the search makes of them."""
    row = get_object_or_404(Facility.objects.select_related("dataset"), pk=pk, dataset__current=True)
    place = place_of(row.content)
    facts = [(FIELDS.get(name, name), _text(value)) for name, value in row.content.items() if name != "kind"]
    capacity = place.takes()
    return render(
        request,
        "facilities/facility.html",
        {
            "row": row,
            "kind": KINDS[row.dataset.kind].label,
            "facts": facts,
            "hours": place.hours(),
            "ages": place.for_ages(),
            "capacity": capacity,
            "point": place.point,
        },
    )


def _text(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


@require_http_methods(["GET", "POST"])
@require(SYSTEM, Role.OFFICER)
def import_new(request: HttpRequest) -> HttpResponse:
    """Choose a file; every fault is shown with its place, and nothing is kept when there is one."""
    form = ImportForm(request.POST or None, request.FILES or None)
    faults: list[Any] = []
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            form.add_error("file", f"{upload.size / 2**20:.1f}MBあります。20MBまでです。")
        else:
            given = services.Given(
                upload.name,
                upload.read(),
                form.cleaned_data["kind"],
                form.cleaned_data["source"],
                form.cleaned_data["as_of"],
            )
            try:
                draft = services.receive(given, by=request.user)
            except TableFaults as bad:
                faults = bad.faults
            else:
                return redirect("facilities:import", draft.pk)
    context = {"form": form, "faults": faults[:FAULTS_SHOWN], "fault_count": len(faults)}
    return render(
        request, "facilities/import_new.html", context, status=422 if faults or form.errors else 200
    )


@require_GET
@require(SYSTEM, Role.OFFICER)
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """What would change."""
    draft = get_object_or_404(Import, pk=pk, state=Import.State.DRAFT, by=request.user)
    try:
        found = services.preview(draft)
    except TableFaults as bad:  # the reader has become stricter since
        messages.error(request, str(bad.faults[0]))
        return redirect("facilities:import-new")
    figures = services.figures(found.difference)
    changes = [
        (one, [(FIELDS.get(name, name), before, after) for name, before, after in one.fields])
        for one in found.difference.changed[:CHANGES_SHOWN]
    ]
    return render(
        request,
        "facilities/import_check.html",
        {
            "draft": draft,
            "kind": KINDS[draft.kind].label,
            "difference": found.difference,
            "figures": figures,
            "stats": [
                (label, f"{figures[key]:,}", "件", "")
                for key, label in (
                    ("rows", "取込み後"),
                    ("added", "追加"),
                    ("changed", "変更"),
                    ("removed", "削除"),
                )
            ],
            "changes": changes,
            "added": found.difference.added[:CHANGES_SHOWN],
            "removed": found.difference.removed[:CHANGES_SHOWN],
            "notes": found.reading.notes[:NOTES_SHOWN],
            "note_count": len(found.reading.notes),
            "unused": found.reading.unused,
            "shown": CHANGES_SHOWN,
        },
    )


@require_POST
@require(SYSTEM, Role.OFFICER)
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the draft's version to residents."""
    draft = get_object_or_404(Import, pk=pk, by=request.user)
    try:
        dataset = services.confirm(draft, by=request.user)
    except services.ImportRefused as refused:
        messages.error(request, str(refused))
        return redirect("facilities:home")
    label = KINDS[dataset.kind].label
    messages.success(request, f"{label} 第{dataset.number}版（{dataset.rows:,}件）を取り込みました。")
    return redirect("facilities:home")


@require_POST
@require(SYSTEM, Role.OFFICER)
def import_give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a draft."""
    services.give_up(get_object_or_404(Import, pk=pk, state=Import.State.DRAFT, by=request.user))
    messages.success(request, "取込みをやめました。表示している台帳は変わっていません。")
    return redirect("facilities:home")


@require_http_methods(["GET", "POST"])
@require(SYSTEM, Role.OFFICER)
def undo(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask, then go back to the version before."""
    dataset = get_object_or_404(Dataset, kind=kind, current=True)
    label = KINDS[dataset.kind].label
    if request.method == "POST":
        if request.POST.get("number") != str(dataset.number):
            messages.error(request, f"{label}：版が変わっています。一覧で確かめてください。")
            return redirect("facilities:home")
        before = services.undo(kind, by=request.user)
        after = f"第{before.number}版に戻しました" if before else "表示をやめました"
        messages.success(request, f"{label}：{after}。")
        return redirect("facilities:home")
    before = Dataset.objects.filter(kind=kind, number__lt=dataset.number).first()
    context = {"dataset": dataset, "kind": label, "before": before}
    return render(request, "facilities/undo.html", context)
