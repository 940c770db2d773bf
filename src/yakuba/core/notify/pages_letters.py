"""``/staff/notify/letters/``: reminders on paper, put into one PDF and handed out."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.audit.services import record
from yakuba.core.files import services as files
from yakuba.core.notify.models import Letter, LetterBatch
from yakuba.core.notify.pages import kind_label, systems_or_refuse
from yakuba.core.notify.registry import reason_text, recipient_words
from yakuba.core.notify.services import desk, letters
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require_sign_in
from yakuba.core.ui.tables import Column, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment


def _batch_link(batch: LetterBatch) -> str:
    return format_html('<a href="{}">{}</a>', reverse("notify:batch", args=[batch.pk]), str(batch))


def _batch_state(batch: LetterBatch) -> str:
    if batch.file_id is not None:
        return format_html('<span class="chip chip-ok">{}</span>', "作成済み")
    if batch.job is not None and not batch.job.is_final:
        return format_html('<span class="chip chip-run">{}</span>', "作成中")
    return format_html('<span class="chip chip-bad">{}</span>', "作れず")


BATCHES = Table(
    label="まとめた手紙",
    columns=(
        Column("pk", "束", heading=True, cell=_batch_link, wrap=False),
        Column("kind", "種類", value=lambda row: kind_label(row.kind)),
        Column("state", "状態", sortable=False, cell=_batch_state, wrap=False),
        Column("letters", "通数", numeric=True),
        Column("pages", "枚数", numeric=True),
        Column("made_at", "作成", cell=lambda row: moment(row.made_at), wrap=False),
        Column("made_by", "作成者", lookup="made_by__name", wrap=False),
    ),
    default_sort="-made_at",
    empty_text="まだ手紙をまとめていません。",
    exports=False,
)


@require_GET
@require_sign_in
def index(request: HttpRequest) -> HttpResponse:
    """What waits to be printed by kind, what is held back, and the batches."""
    systems = systems_or_refuse(request)
    rows = desk.of_systems(Letter.objects.all(), systems, "kind")
    counts = (
        rows.filter(batch=None, state__in=[Letter.State.WAITING, Letter.State.HELD])
        .order_by("kind")
        .values("kind")
        .annotate(
            waiting=Count("pk", filter=Q(state=Letter.State.WAITING)),
            held=Count("pk", filter=Q(state=Letter.State.HELD)),
        )
    )
    held = rows.filter(state=Letter.State.HELD).order_by("received_at")[:100]
    context = {
        "waiting": [{**one, "label": kind_label(one["kind"])} for one in counts],
        "held": [
            (
                kind_label(one.kind),
                recipient_words(one.recipient, request.user),
                reason_text(one.reason),
                one.received_at,
            )
            for one in held
        ],
        "table": BATCHES.view(
            desk.of_systems(LetterBatch.objects.select_related("job", "made_by"), systems, "kind"),
            request.GET,
        ),
        "may_print": desk.open_systems(request.user, Role.OFFICER) != [],
    }
    return render(request, "notify/letters.html", context)


@require_POST
@require_sign_in
def make(request: HttpRequest) -> HttpResponse:
    """Put the letters of a kind together."""
    systems = systems_or_refuse(request, Role.OFFICER)
    kind = request.POST.get("kind", "")[:60]
    if systems is not None and kind.partition(".")[0] not in systems:
        raise Http404
    try:
        batch = letters.request_batch(kind, by=request.user)
    except letters.NothingToPrint as error:
        messages.info(request, str(error))
        return HttpResponseRedirect(reverse("notify:letters"))
    return HttpResponseRedirect(reverse("notify:batch", args=[batch.pk]))


def _find(request: HttpRequest, pk: int, role: Role = Role.VIEWER) -> LetterBatch:
    systems = systems_or_refuse(request, role)
    rows = LetterBatch.objects.select_related("job", "file", "made_by")
    batch: LetterBatch | None = desk.of_systems(rows, systems, "kind").filter(pk=pk).first()
    if batch is None:
        raise Http404
    return batch


@require_GET
@require_sign_in
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: its progress, then its file."""
    found = _find(request, pk)
    context = {
        "batch": found,
        "kind": kind_label(found.kind),
        "may_open": desk.open_systems(request.user, Role.OFFICER) != [],
    }
    return render(request, "notify/batch.html", context)


@require_GET
@require_sign_in
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF; every hand-out is recorded."""
    found = _find(request, pk, Role.OFFICER)
    if found.file is None:
        raise Http404
    data = files.read(found.file)
    record(
        "files.download",
        actor=request.user,
        target=f"file:{found.file.pk}",
        detail={"letters": found.letters},
    )
    return HttpResponse(
        data,
        content_type=letters.PDF,
        headers={
            "Content-Disposition": f'attachment; filename="{found.file.name}"',
            "Cache-Control": "private, no-store",
        },
    )
