"""Registration letters: make a batch, hand it out, print one again, end a code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import active_assignments, require
from yakuba.core.people.protected import ReleaseRequired
from yakuba.core.print.typesetting import MissingGlyphs, check_glyphs
from yakuba.core.ui.tables import Column, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment
from yakuba.handbook.forms_letters import LettersForm
from yakuba.handbook.models import EntryBatch
from yakuba.handbook.pages.child import find_child
from yakuba.handbook.pages.tasks import visible_tasks
from yakuba.handbook.services import entry_letters
from yakuba.handbook.services.birth_matches import KIND as BIRTH
from yakuba.handbook.services.entry_letters import PDF, Choices, NotPossible
from yakuba.handbook.services.visibility import is_protected

LOST_SHOWN = 50


def attachment(body: bytes, content_type: str, name: str, *, inline: bool = False) -> HttpResponse:
    """A file answer."""
    how = "inline" if inline else "attachment"
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'{how}; filename="{name}"'}
    )


def _link(row: EntryBatch) -> str:
    return format_html('<a href="{}">{}</a>', reverse("handbook:entry-batch", args=[row.pk]), str(row))


def _state(row: EntryBatch) -> str:
    if row.finished_at is not None:
        return format_html('<span class="chip chip-ok">{}</span>', "作成済み")
    stopped = row.job is None or row.job.is_final
    css, text = ("chip-bad", "作れず") if stopped else ("chip-run", "作成中")
    return format_html('<span class="chip {}">{}</span>', css, text)


BATCHES = Table(
    label="作った通知",
    columns=(
        Column("pk", "通知", heading=True, cell=_link),
        Column("state", "状態", sortable=False, cell=_state),
        Column(
            "children", "通数", sortable=False, numeric=True, value=lambda row: row.figures.get("children")
        ),
        Column("requested_at", "依頼", cell=lambda row: moment(row.requested_at)),
        Column(
            "requested_by__name",
            "担当",
            value=lambda row: row.requested_by.name if row.requested_by else "（自動）",
        ),
    ),
    default_sort="-requested_at",
    empty_text="まだ通知を作っていません。",
    exports=False,
)


def initial(user: Any) -> dict[str, Any]:
    """The last batch's choices, so that an officer types them once."""
    last = EntryBatch.objects.first()
    if last is not None:
        return {name: last.choices[name] for name in ("page_address", "office", "pregnancies")}
    own = active_assignments(user, timezone.localdate())
    return {
        "page_address": settings.YAKUBA_HANDBOOK_PAGE,
        "office": own[0].department.name if own else "",
        "pregnancies": True,
    }


def last_choices(user: Any) -> Choices:
    """For one letter: as the last batch was made."""
    found = initial(user)
    if not found["page_address"]:
        raise NotPossible(
            "家庭が開く画面の住所が決まっていません。「登録コードの通知」の画面で一度作るか、"
            "YAKUBA_HANDBOOK_PAGE を設定してください。"
        )
    return Choices(found["page_address"], found["office"])


@require_http_methods(["GET", "POST"])
@require("handbook", Role.OFFICER)
def letters(request: HttpRequest) -> HttpResponse:
    """Choose whom to write to, and make the letters; the batches made so far."""
    form = LettersForm(request.POST or None, initial=initial(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            made = entry_letters.request_letters(form.choices(), by=request.user)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            return redirect("handbook:entry-batch", made.pk)
    waiting = entry_letters.waiting(Choices("", ""))
    asked = visible_tasks(request.user).filter(kind=BIRTH, closed_at=None, child__codes=None)
    context = {
        "form": form,
        "waiting": waiting.count(),
        "asked": asked.values("child").distinct().order_by().count(),
        "table": BATCHES.view(EntryBatch.objects.select_related("job", "requested_by"), request.GET),
        "lost": _unprintable(waiting),
    }
    return render(request, "handbook/letters.html", context, status=422 if form.errors else 200)


def _unprintable(rows: Any) -> list[tuple[int, str, str]]:
    """Children whose letter has a character that the print font lacks."""
    found = []
    for pk, number, name, guardian, address in rows.values_list(
        "pk", "number", "name", "guardian", "address"
    ):
        if lost := check_glyphs([name, guardian, address]):
            found.append((pk, number, "、".join(lost)))
            if len(found) == LOST_SHOWN:
                break
    return found


@require_GET
@require("handbook", Role.OFFICER)
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress of a printing, then its file."""
    rows = EntryBatch.objects.select_related("job", "requested_by", "pdf")
    made = get_object_or_404(rows, pk=pk)
    stopped = made.finished_at is None and (made.job is None or made.job.is_final)
    return render(request, "handbook/letter_batch.html", {"batch": made, "stopped": stopped})


@require_GET
@require("handbook", Role.OFFICER)
def batch_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The joined PDF."""
    made = get_object_or_404(EntryBatch.objects.select_related("pdf"), pk=pk)
    try:
        body = entry_letters.whole_file(made, by=request.user)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("handbook:entry-batch", pk)
    return attachment(body, PDF, f"entry-{made.pk}.pdf")


@require_GET
@require("handbook", Role.OFFICER)
def child_letters(request: HttpRequest, pk: int) -> HttpResponse:
    """One child's codes, and the acts on them."""
    found = find_child(request, pk)
    codes = found.codes.select_related("issued_by", "revoked_by", "batch")
    context = {
        "child": found,
        "codes": codes,
        "valid": codes.filter(revoked_at=None).first(),
        "protected": is_protected(found),
    }
    return render(request, "handbook/child_letters.html", context)


@require_POST
@require("handbook", Role.OFFICER)
def child_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The child's letter with a new code."""
    found = find_child(request, pk)
    try:
        body = entry_letters.print_one(found, last_choices(request.user), by=request.user)
    except (NotPossible, ReleaseRequired, MissingGlyphs) as error:
        messages.error(request, str(error))
        return redirect("handbook:child-letters", pk)
    return attachment(body, PDF, f"entry-child-{found.pk}.pdf")


@require_POST
@require("handbook", Role.OFFICER)
def child_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End the child's code."""
    found = find_child(request, pk)
    if entry_letters.revoke(found, by=request.user):
        messages.success(request, "登録コードを失効させました。必要なときは新しいコードで印刷します。")
    else:
        messages.error(request, "有効な登録コードはありません。")
    return redirect("handbook:child-letters", pk)
