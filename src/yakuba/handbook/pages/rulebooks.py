"""Rule books: versions, one version with its sources, confirmation, who is affected, activation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.people.approval import ApprovalError
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import allowed, require
from yakuba.core.ui.tables import Column, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.core.ui.wareki import wareki as written
from yakuba.handbook.domain.rules import Rulebook, SignOff
from yakuba.handbook.forms_rulebooks import ActivationForm, RulebookForm, SignForm
from yakuba.handbook.models import RulebookEffect, RulebookReport, RulebookVersion
from yakuba.handbook.pages.letters import attachment
from yakuba.handbook.rulebooks.faults import BadRulebook, Fault
from yakuba.handbook.services import books, rulebooks
from yakuba.handbook.services.visibility import hidden_from, note_views
from yakuba.handbook.words import DATES, REASONS, STATUSES, mailing_text, vaccine_title

STATES = {
    "draft": ("", "案"),
    "waiting": ("chip-run", "承認待ち"),
    "active": ("chip-ok", "適用中"),
    "retired": ("", "終了"),
}
FAULTS_SHOWN = 100
LAWS = {"A": "定期（A類）", "B": "定期（B類）", "optional": "任意"}


def _link(row: RulebookVersion) -> str:
    return format_html('<a href="{}">{}</a>', reverse("handbook:rulebook", args=[row.pk]), str(row))


def state_chip(row: RulebookVersion) -> str:
    """The state of a version as a chip."""
    css, text = STATES[rulebooks.state_of(row)]
    return format_html('<span class="chip {}">{}</span>', css, text)


def sign_text(signed: SignOff | None) -> str:
    """「保健師 氏名・令和8年11月23日」."""
    return "" if signed is None else f"{signed.name}・{written(signed.day, weekday=False)}"


def _signed(row: RulebookVersion) -> str:
    signed = books.sign_off_of(row, books.book_of(row))
    if signed is None:
        return format_html('<span class="chip chip-warn">{}</span>', "確認なし")
    if not signed.holds_on(timezone.localdate()):
        return format_html('<span class="chip chip-warn">{}</span> {}', "期限切れ", sign_text(signed))
    return sign_text(signed)


VERSIONS = Table(
    label="規則の版",
    columns=(
        Column("name", "版", heading=True, cell=_link),
        Column("state", "状態", sortable=False, cell=state_chip),
        Column("signed_on", "責任者の確認", cell=_signed),
        Column(
            "overlay", "自治体の定め", sortable=False, value=lambda row: "あり" if row.overlay else "なし"
        ),
        Column("taken_at", "登録", cell=lambda row: moment(row.taken_at)),
    ),
    default_sort="-taken_at",
    empty_text="登録した版はありません。いまは付属の規則で計算しています（責任者の確認なし）。",
    exports=False,
)


@require_http_methods(["GET", "POST"])
@require("handbook", Role.VIEWER)
def rulebook_list(request: HttpRequest) -> HttpResponse:
    """Versions, the book in force, and the upload of another one."""
    may_edit = allowed(request.user, "handbook", Role.OFFICER)
    form = RulebookForm(request.POST or None, request.FILES or None)
    faults: list[Fault] = []
    if request.method == "POST":
        if not may_edit:
            return HttpResponse(status=403)
        if "shipped" in request.POST:
            made = rulebooks.install_shipped(by=request.user)
            messages.success(request, f"「{made}」を案として登録しました。")
            return redirect("handbook:rulebook", made.pk)
        if form.is_valid():
            upload, overlay = form.cleaned_data["file"], form.cleaned_data["overlay"]
            try:
                made = rulebooks.install(
                    upload.read(),
                    file_name=upload.name,
                    overlay=overlay.read() if overlay else b"",
                    by=request.user,
                )
            except BadRulebook as bad:
                faults = bad.faults
            else:
                messages.success(request, f"「{made}」を案として登録しました。")
                return redirect("handbook:rulebook", made.pk)
    active = books.active()
    context = {
        "table": VERSIONS.view(RulebookVersion.objects.select_related("approval"), request.GET),
        "active": active,
        "signed": sign_text(active.sign_off()),
        "warning": rulebooks.warning(timezone.localdate()),
        "form": form if request.method == "POST" else RulebookForm(),
        "faults": faults[:FAULTS_SHOWN],
        "fault_count": len(faults),
        "may_edit": may_edit,
        "shipped_known": RulebookVersion.objects.filter(overlay="", sha256=_shipped_sha()).exists(),
    }
    failed = bool(faults) or (request.method == "POST" and bool(form.errors))
    return render(request, "handbook/rulebooks.html", context, status=422 if failed else 200)


def _shipped_sha() -> str:
    from yakuba.handbook.rulebooks.load import builtin

    return builtin("jp").sha256


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One dose of one course as the page shows it."""

    vaccine: str
    law: str
    course: str
    dose: str
    sources: str
    recalled: bool


def rule_rows(book: Rulebook) -> list[RuleRow]:
    """Every dose of every course with the sources of its windows and gaps."""
    rows = []
    for group in book.groups.values():
        for name in group.antigens:
            for series in book.antigens[name].series:
                for dose in series.doses:
                    named = [part.source for part in dose.ages]
                    named += [part.source for part in (*dose.intervals, *dose.allowed_intervals)]
                    cited = list(dict.fromkeys(one for sources in named for one in sources))
                    rows.append(
                        RuleRow(
                            vaccine=group.title,
                            law=LAWS.get(group.law, group.law),
                            course=series.name,
                            dose=dose.label or f"{dose.number}回目",
                            sources="、".join(one for one in cited if one != "RECALLED"),
                            recalled="RECALLED" in cited,
                        )
                    )
    return rows


def _find(pk: int) -> RulebookVersion:
    return get_object_or_404(
        RulebookVersion.objects.select_related("approval", "taken_by", "signed_by"), pk=pk
    )


@require_GET
@require("handbook", Role.VIEWER)
def rulebook(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: what waits before it can be used, its rules with sources, open questions."""
    return _page(request, _find(pk))


def _page(
    request: HttpRequest,
    found: RulebookVersion,
    sign: SignForm | None = None,
    ask: ActivationForm | None = None,
) -> HttpResponse:
    book = books.book_of(found)
    overlay = books.overlay_of(found)
    signed = books.sign_off_of(found, book)
    report = rulebooks.latest_report(found)
    latest = RulebookReport.objects.filter(version=found).select_related("job").first()
    rows = rule_rows(book)
    context = {
        "version": found,
        "chip": state_chip(found),
        "state": rulebooks.state_of(found),
        "book": book,
        "overlay": overlay,
        "mailings": [
            (one.title, "、".join(map(str, one.doses)), mailing_text(one.months, one.turning))
            for one in (overlay.mailings if overlay else ())
        ],
        "signed": sign_text(signed),
        "holds": signed is not None and signed.holds_on(timezone.localdate()),
        "rules": rows,
        "recalled": len(book.recalled),
        "report": report,
        "latest": latest,
        "needs_report": books.active_version() is not None and rulebooks.state_of(found) != "active",
        "obstacles": rulebooks.obstacles(found),
        "sources": [(name, one) for name, one in book.sources.items()],
        "sign_form": sign or SignForm(initial={"name": getattr(request.user, "name", "")}),
        "ask_form": ask or ActivationForm(),
        "may_edit": allowed(request.user, "handbook", Role.OFFICER),
        "may_sign": allowed(request.user, "handbook", Role.APPROVER),
    }
    failed = bool((sign and sign.errors) or (ask and ask.errors))
    return render(request, "handbook/rulebook.html", context, status=422 if failed else 200)


@require_GET
@require("handbook", Role.VIEWER)
def rulebook_file(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """The YAML of a version or of its municipality's rules."""
    found = _find(pk)
    text = found.overlay if part == "overlay" else found.content
    return attachment(text.encode(), "application/yaml", f"rulebook-{found.pk}-{part}.yaml")


@require_POST
@require("handbook", Role.APPROVER)
def rulebook_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The responsible nurse or official confirms the version."""
    found = _find(pk)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _page(request, found, sign=form)
    try:
        rulebooks.sign(found, name=form.cleaned_data["name"], by=request.user)
    except rulebooks.NotReady as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "責任者の確認を記録しました。")
    return redirect("handbook:rulebook", pk)


@require_POST
@require("handbook", Role.APPROVER)
def rulebook_unsign(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo of the confirmation."""
    try:
        rulebooks.unsign(_find(pk), by=request.user)
    except rulebooks.NotReady as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "責任者の確認を取り下げました。")
    return redirect("handbook:rulebook", pk)


@require_POST
@require("handbook", Role.OFFICER)
def rulebook_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Work out who is affected by the version."""
    report = rulebooks.request_report(_find(pk), on=timezone.localdate(), by=request.user)
    return redirect("handbook:rulebook-report", report.pk)


@require_POST
@require("handbook", Role.OFFICER)
def rulebook_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a second person to activate the version."""
    found = _find(pk)
    form = ActivationForm(request.POST)
    if form.is_valid():
        try:
            rulebooks.ask_activation(found, by=request.user, reason=form.cleaned_data["reason"])
        except (rulebooks.NotReady, ApprovalError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "適用の承認を依頼しました。承認者の画面に出ています。")
            return redirect("handbook:rulebook", pk)
    return _page(request, found, ask=form)


FIELDS = {
    **DATES,
    "overdue_on": "遅れの始まり",
    "dose": "次の回",
    "label": "回の名称",
    "course": "進め方",
    "product": "製品",
}


def _change_text(one: dict[str, Any], book: Rulebook) -> str:
    vaccine = vaccine_title(book, one["vaccine"])
    field, before, after = one["field"], one["before"], one["after"]
    if one["what"] == "verdict":
        if field == "reason":
            return f"{vaccine}の接種：{REASONS.get(before, before)} → {REASONS.get(after, after)}"
        return "" if field == "valid" else f"{vaccine}の接種の範囲内になる日：{_day(before)} → {_day(after)}"
    if field == "status":
        return f"{vaccine}：{STATUSES.get(before, 'なし')} → {STATUSES.get(after, 'なし')}"
    return f"{vaccine} {FIELDS.get(field, field)}：{_day(before)} → {_day(after)}"


def _day(value: Any) -> str:
    """A date as people read it; anything else as it is."""
    try:
        return written(date.fromisoformat(value), weekday=False)
    except (TypeError, ValueError):
        return "—" if value in (None, "") else str(value)


def _changes(row: RulebookEffect, book: Rulebook) -> list[str]:
    texts = [text for one in row.changes if (text := _change_text(one, book))]
    first = row.changes[0]["on"] if row.changes else ""
    later = [f"{_day(first)}から"] if first and first != row.report.on.isoformat() else []
    return later + texts


def _effects(book: Rulebook) -> Table:
    return Table(
        label="変わる人",
        columns=(
            Column(
                "child__name",
                "氏名",
                heading=True,
                search=True,
                cell=lambda row: format_html(
                    '<a href="{}">{}</a>', reverse("handbook:child", args=[row.child_id]), row.child.name
                ),
            ),
            Column("child__number", "宛名番号", search=True, wrap=False),
            Column("child__birth", "生年月日", cell=lambda row: _birth(row), wrap=False),
            Column(
                "changes",
                "変わること",
                sortable=False,
                value=lambda row: "、".join(_changes(row, book)),
                cell=lambda row: format_html_join(
                    mark_safe("<br>"), "{}", ((one,) for one in _changes(row, book))
                ),
            ),
        ),
        default_sort="child__number",
        empty_text="変わる人はいません。",
        exports=False,
    )


def _birth(row: RulebookEffect) -> str:
    return written(row.child.birth, weekday=False) if row.child.birth else "出生前"


@require_GET
@require("handbook", Role.VIEWER)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is affected by a change of rules."""
    found = get_object_or_404(RulebookReport.objects.select_related("version", "job", "requested_by"), pk=pk)
    context: dict[str, Any] = {"report": found, "version": found.version}
    if found.finished_at is not None:
        rows = found.effects.select_related("child", "report")
        hidden = hidden_from(request.user)
        rows = rows.exclude(child__number__in=hidden) if hidden else rows
        shown = _effects(books.book_of(found.version)).view(rows, request.GET)
        note_views(request.user, {str(row.cells[1].value) for row in shown.rows})
        context["table"] = shown
    return render(request, "handbook/rulebook_report.html", context)
