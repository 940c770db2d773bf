"""Letters of a result: make them, find one, hand them out; held back ones for named officers alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core import access_codes as code_rules
from yakuba.core.audit.services import record
from yakuba.core.people import protected
from yakuba.core.people.models import Role, User
from yakuba.core.people.permissions import require
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.nursery.domain.letter_words import Wording
from yakuba.nursery.domain.letters import Kind, letter
from yakuba.nursery.domain.market import BadInput
from yakuba.nursery.forms_letters import LettersForm
from yakuba.nursery.letter_samples import LABELS, family
from yakuba.nursery.letters.docx import MIME as DOCX
from yakuba.nursery.letters.load import available
from yakuba.nursery.letters.typeset import SAMPLE, typeset
from yakuba.nursery.models import Allocation, Letter, LetterBatch
from yakuba.nursery.pages.allocations import find, round_of
from yakuba.nursery.pages.files import attachment, refused
from yakuba.nursery.printing import MissingGlyphs
from yakuba.nursery.services import codes
from yakuba.nursery.services.letters import (
    PDF,
    Choices,
    Listed,
    NotPossible,
    listed_for,
    may_be_final,
    one_from_file,
    print_again,
    request_letters,
    sheet_of,
    unprintable,
    whole_file,
    write_date,
)
from yakuba.nursery.services.visibility import hidden_from, note_views

SAMPLE_CODE = "ABCDEFGHJKLMNPQR"
UNPRINTABLE_SHOWN = 50
KINDS = tuple((label, label) for label in Letter.Kind.labels)


def _batch_link(batch: LetterBatch) -> str:
    return format_html('<a href="{}">通知{}</a>', reverse("nursery:letter-batch", args=[batch.pk]), batch.pk)


def _state(batch: LetterBatch) -> str:
    if batch.finished_at is None:
        stopped = batch.job is None or batch.job.is_final
        css, text = ("chip-bad", "作れず") if stopped else ("chip-run", "作成中")
    elif batch.settings.get("draft"):
        css, text = "chip-wait", "案"
    else:
        css, text = "chip-ok", "発行"
    return format_html('<span class="chip {}">{}</span>', css, text)


BATCHES = Table(
    label="作った通知",
    columns=(
        Column("pk", "通知", heading=True, cell=_batch_link),
        Column("state", "状態", sortable=False, cell=_state),
        Column("issued_on", "通知日", cell=lambda row: write_date(row.issued_on)),
        Column("placed", "内定", sortable=False, numeric=True, value=lambda row: row.figures.get("placed")),
        Column("waiting", "保留", sortable=False, numeric=True, value=lambda row: row.figures.get("waiting")),
        Column("requested_at", "依頼", cell=lambda row: moment(row.requested_at)),
    ),
    default_sort="-requested_at",
    empty_text="まだ通知を作っていません。",
    exports=False,
)


def _letter_link(row: Listed) -> str:
    return format_html('<a href="{}">{}</a>', reverse("nursery:letter", args=[row.pk]), row.family_id)


LETTERS = Table(
    label="通知の一覧",
    columns=(
        Column("number", "番号", numeric=True),
        Column("family_id", "世帯番号", heading=True, search=True, cell=_letter_link),
        Column("children", "児童", search=True),
        Column("kind", "種類"),
        Column("page", "PDFの頁", numeric=True),
    ),
    filters=(Filter("kind", "種類", KINDS),),
    default_sort="number",
    empty_text="通知がありません。",
    exports=False,
)


def _finished(pk: int) -> Allocation:
    found = find(pk)
    if not found.is_finished:
        raise Http404("計算が終わっていません。")
    return found


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _starts_on(found: Allocation) -> date:
    scoring = getattr(found.ledger, "scoring", None)
    if scoring is not None:
        return cast(date, scoring.applications.selection.starts_on)
    today = timezone.localdate()
    return date(today.year + (today.month > 3), 4, 1)


def _initial(found: Allocation) -> dict[str, Any]:
    """The last batch's choices, so that an officer types them once; else dates counted from today."""
    last = found.letter_batches.first()
    if last is not None:
        kept = last.settings
        return {
            **kept["issue"],
            "wording": kept["wording"]["id"],
            "page_address": kept["page_address"],
            "order": kept["order"],
            "odd": kept["odd"],
        }
    today, starts = timezone.localdate(), _starts_on(found)
    return {
        "issued_on": today,
        "starts_on": starts,
        "decline_by": today + timedelta(days=10),
        "papers_by": today + timedelta(days=24),
        "health_by": starts - timedelta(days=34) if starts - timedelta(days=34) > today else starts,
        "page_address": settings.YAKUBA_FAMILY_PAGE,
    }


@require_http_methods(["GET", "POST"])
@require("nursery", Role.OFFICER)
def letters(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what stands on the letters, look at samples, make them; the batches made so far."""
    found = _finished(pk)
    form = _form(request, found)
    if isinstance(form, HttpResponse):
        return form
    if request.method == "POST" and form.is_valid():
        wording, choices = form.chosen(settings.YAKUBA_CITY, found.ledger.title)
        made = request_letters(found, wording, choices, by=_user(request))
        return redirect("nursery:letter-batch", made.pk)
    return _page(request, found, form)


@require_POST
@require("nursery", Role.OFFICER)
def letters_sample(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A sample letter (見本) of an invented family, with what the form says now."""
    found = _finished(pk)
    if kind not in Letter.Kind.values:
        raise Http404("その種類の通知はありません。")
    form = _form(request, found)
    if isinstance(form, HttpResponse):
        return form
    if not form.is_valid():
        return _page(request, found, form)
    wording, choices = form.chosen(settings.YAKUBA_CITY, found.ledger.title)
    try:
        body = _sample(cast(Kind, kind), wording, choices)
    except MissingGlyphs as error:
        form.add_error(None, str(error))
        return _page(request, found, form)
    record(
        "nursery.letters.preview",
        actor=request.user,
        target=f"nursery.allocation:{found.pk}",
        detail={"kind": kind},
    )
    return attachment(body, PDF, f"sample-{kind}.pdf", inline=True)


def _form(request: HttpRequest, found: Allocation) -> LettersForm | HttpResponse:
    """The form, or the page that lists what is wrong with the town's words."""
    try:
        wordings = available()
    except BadInput as error:
        context = {"allocation": found, "faults": error.faults}
        return render(request, "nursery/letters_faults.html", context, status=422)
    data = request.POST if request.method == "POST" else None
    return LettersForm(data, wordings=wordings, initial=_initial(found))


def _page(request: HttpRequest, found: Allocation, form: LettersForm) -> HttpResponse:
    lost = unprintable(found, _user(request))
    note_views(request.user, [child for child, _, _ in lost[:UNPRINTABLE_SHOWN]])
    context = {
        "allocation": found,
        "selection": round_of(found),
        "form": form,
        "final": may_be_final(found),
        "coded": found.family_codes.filter(revoked_at=None).count(),
        "lost": lost[:UNPRINTABLE_SHOWN],
        "lost_count": len(lost),
        "batches": BATCHES.view(found.letter_batches.select_related("job"), request.GET),
    }
    return render(request, "nursery/letters.html", context, status=422 if form.errors else 200)


def _sample(kind: Kind, wording: Wording, choices: Choices) -> bytes:
    home = family(kind, choices.issue.starts_on)
    text = letter(kind, home, wording, choices.issue, serial=1, write=write_date, labels=LABELS)
    return typeset([text], [code_rules.shown(SAMPLE_CODE)], sheet_of(wording, choices, SAMPLE)).pdf


def _batch(pk: int) -> LetterBatch:
    return get_object_or_404(
        LetterBatch.objects.select_related(
            "allocation__ledger", "allocation__approval", "job", "requested_by", "pdf", "docx"
        ),
        pk=pk,
    )


@require_GET
@require("nursery", Role.OFFICER)
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress of a printing, then its files and the list of letters."""
    made = _batch(pk)
    context: dict[str, Any] = {
        "batch": made,
        "allocation": made.allocation,
        "selection": round_of(made.allocation),
        "draft": bool(made.settings.get("draft")),
    }
    if made.finished_at is None:
        context["stopped"] = made.job is None or made.job.is_final
        return render(request, "nursery/letter_batch_running.html", context)
    merged, held, seen = listed_for(made, _user(request))
    note_views(request.user, seen)
    context |= {
        "table": LETTERS.view(merged, request.GET),
        "held": held,
        "stats": [
            ("世帯", f"{made.figures['families']:,}", "世帯", ""),
            ("内定の通知", f"{made.figures['placed']:,}", "通", ""),
            ("保留の通知", f"{made.figures['waiting']:,}", "通", ""),
            ("頁", f"{made.figures['pages']:,}", "頁", ""),
        ],
    }
    return render(request, "nursery/letter_batch.html", context)


@require_GET
@require("nursery", Role.OFFICER)
def batch_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The joined PDF or Word file."""
    made = _batch(pk)
    if form not in ("pdf", "docx"):
        raise Http404("そのファイルはありません。")
    try:
        body, name = whole_file(made, form, by=_user(request))
    except NotPossible as error:
        return refused(request, made.allocation, str(error))
    return attachment(body, PDF if form == "pdf" else DOCX, name)


def _letter(request: HttpRequest, pk: int) -> Letter:
    """A letter that the officer may know of; else it is not there."""
    found = Letter.objects.select_related("batch__allocation__ledger", "batch__pdf").filter(pk=pk).first()
    if found is None or hidden_from(request.user).intersection(found.children):
        raise Http404("この番号の通知はありません。")
    note_views(request.user, found.children)
    return found


@require_GET
@require("nursery", Role.OFFICER)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One family's letter: look at it, print it again with a new code, end its code."""
    found = _letter(request, pk)
    allocation = found.batch.allocation
    names = dict(allocation.child_rows.filter(child_id__in=found.children).values_list("child_id", "name"))
    code = codes.valid(allocation, found.family_id)
    facts = [
        ("世帯番号", found.family_id),
        ("児童", "、".join(f"{child} {names.get(child, '')}" for child in found.children)),
        ("種類", found.get_kind_display()),
        ("PDFの頁", "まとめたPDFには入っていません" if found.first_page is None else str(found.first_page)),
        ("閲覧コード", "なし" if code is None else f"有効（{moment(code.issued_at)} 発行）"),
        (
            "個別の印刷",
            "なし" if found.released_at is None else f"{moment(found.released_at)}　{found.released_by}",
        ),
    ]
    context = {
        "letter": found,
        "allocation": allocation,
        "facts": facts,
        "code": code,
        "draft": bool(found.batch.settings.get("draft")),
    }
    return render(request, "nursery/letter.html", context)


@require_GET
@require("nursery", Role.OFFICER)
def one_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The pages of one letter out of the joined PDF."""
    found = _letter(request, pk)
    try:
        body = one_from_file(found, by=_user(request))
    except NotPossible as error:
        return refused(request, found.batch.allocation, str(error))
    return attachment(body, PDF, f"letter-{found.pk}.pdf", inline=True)


@require_POST
@require("nursery", Role.OFFICER)
def one_print(request: HttpRequest, pk: int) -> HttpResponse:
    """One family's letters on their own with a new code; a protected family's only with a release."""
    found = _letter(request, pk)
    try:
        body = print_again(found, by=_user(request))
    except (protected.ReleaseRequired, NotPossible, MissingGlyphs) as error:
        return refused(request, found.batch.allocation, str(error))
    return attachment(body, PDF, f"letter-{found.pk}.pdf")


@require_POST
@require("nursery", Role.OFFICER)
def one_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End the code of one family."""
    found = _letter(request, pk)
    if codes.revoke(found.batch.allocation, found.family_id, by=request.user):
        messages.success(request, "閲覧コードを失効させました。新しいコードは、印刷し直すと発行されます。")
    else:
        messages.info(request, "有効な閲覧コードはありません。")
    return redirect("nursery:letter", found.pk)
