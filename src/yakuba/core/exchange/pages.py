"""``/staff/exchange/``: what went to the resident side, when, by whom, and how much of it."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.audit.services import record
from yakuba.core.crypto.errors import CryptoError
from yakuba.core.exchange.batch_file import MAX_FILE
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.lanes import Lane
from yakuba.core.exchange.models import Batch, Dispatch, ItemForResidents
from yakuba.core.exchange.receiving import receive
from yakuba.core.exchange.sending import send, write
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Table


def _by(batch: Batch) -> str:
    dispatch = getattr(batch, "dispatch", None)
    return "—" if dispatch is None or dispatch.by is None else str(dispatch.by.name)


def _state(batch: Batch) -> tuple[str, str]:
    if batch.side == Batch.Side.RECEIVED or batch.settled_at is not None:
        return "ok", "取込み済み"
    return "wait", "取込み未確認"


def _state_chip(batch: Batch) -> Any:
    kind, text = _state(batch)
    return format_html('<span class="chip chip-{}">{}</span>', kind, text)


def _file(batch: Batch) -> Any:
    if batch.side != Batch.Side.SENT or batch.lane != Lane.RESIDENTS:
        return "—"
    return format_html(
        '<a class="button secondary button-sm" href="{}" aria-label="受け取る（第{}号）">受け取る</a>',
        reverse("exchange:file", args=[batch.pk]),
        batch.sequence,
    )


TABLE = Table(
    label="受渡しの一覧",
    columns=(
        Column("sequence", "号", value=lambda one: f"第{one.sequence}号", heading=True, sortable=False),
        Column("lane", "向き", value=lambda one: one.get_lane_display(), sortable=False, wrap=False),
        Column("made_at", "作成日時"),
        Column("by", "作成した人", value=_by, sortable=False, wrap=False),
        Column("items", "件数", numeric=True),
        Column("revoked", "うち取消し", numeric=True),
        Column("state", "状態", value=lambda one: _state(one)[1], cell=_state_chip, sortable=False),
        Column("file", "ファイル", value=lambda _one: "", cell=_file, sortable=False),
    ),
    default_sort="-made_at",
    empty_text="受渡しはまだありません",
)


@require_GET
@require(None, Role.ADMIN)
def batches(request: HttpRequest) -> HttpResponse:
    """Every batch; with both faces on one machine each is shown once."""
    rows = Batch.objects.exclude(side=Batch.Side.RECEIVED, lane=Lane.RESIDENTS).exclude(
        side=Batch.Side.SENT, lane=Lane.STAFF
    )
    shown = TABLE.view(rows.select_related("dispatch__by"), request.GET)
    waiting = ItemForResidents.objects.filter(batch=None)
    return export(shown, "exchange") or render(
        request,
        "exchange/list.html",
        {
            "table": shown,
            "waiting": waiting.filter(held_at=None).count(),
            "held": waiting.exclude(held_at=None).count(),
            "both": settings.YAKUBA_FACE == "both",
        },
    )


@require_POST
@require(None, Role.ADMIN)
def make(request: HttpRequest) -> HttpResponse:
    """Make the next batch."""
    try:
        done = send(Lane.RESIDENTS, by=request.user)
    except (ExchangeError, CryptoError) as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("exchange:list"))
    if done.batch is not None:
        messages.success(request, f"第{done.batch.sequence}号（{done.batch.items:,}件）を作成しました。")
    else:
        messages.info(request, "渡すものはありませんでした。")
    if done.held:
        messages.info(request, f"支援措置のため、{done.held}件を保留にしています。")
    return HttpResponseRedirect(reverse("exchange:list"))


@require_GET
@require(None, Role.ADMIN)
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The encrypted file of a batch for the residents."""
    batch = get_object_or_404(Batch, pk=pk, side=Batch.Side.SENT, lane=Lane.RESIDENTS)
    try:
        data = write(batch)
    except (ExchangeError, CryptoError) as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("exchange:list"))
    Dispatch.objects.filter(batch=batch).update(downloads=F("downloads") + 1)
    record(
        "exchange.download",
        actor=request.user,
        target=f"exchange.batch:{batch.pk}",
        detail={"sequence": batch.sequence},
    )
    name = f"yakuba-{batch.lane}-{batch.sequence:05d}.yex"
    return HttpResponse(
        data,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
@require(None, Role.ADMIN)
def take(request: HttpRequest) -> HttpResponse:
    """Take a file from the resident side."""
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, "ファイル：選ばれていません。住民側で書き出したファイルを選んでください。")
    elif cast(int, upload.size) > MAX_FILE:
        messages.error(request, f"「{upload.name}」：大きすぎます。")
    else:
        try:
            done = receive(upload.read(), by=request.user)
        except (ExchangeError, CryptoError) as error:
            messages.error(request, f"「{upload.name}」：{error}")
        else:
            text = "取り込みました" if done.new else "は取込み済みです。何も変えていません"
            messages.success(request, f"第{done.batch.sequence}号{'を' if done.new else ''}{text}。")
    return HttpResponseRedirect(reverse("exchange:list"))
