"""``/staff/notify/``: what waits, what is held back and why, what did not leave, and the receipts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from yakuba.core.audit.services import record
from yakuba.core.notify import channels
from yakuba.core.notify.domain.states import State
from yakuba.core.notify.models import STATES, Letter, Message
from yakuba.core.notify.registry import all_kinds, kind_named, reason_text, recipient_words
from yakuba.core.notify.services import desk
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require_sign_in
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Filter, Table
from yakuba.core.ui.templatetags.yakuba_ui import moment

CHIPS = {
    State.WAITING: "chip-wait",
    State.SENDING: "chip-run",
    State.SENT: "chip-ok",
    State.FAILED: "chip-wait",
    State.HELD: "chip-wait",
    State.GIVEN_UP: "chip-bad",
    State.CANCELLED: "",
}


def kind_label(name: str) -> str:
    """A kind as the staff call it."""
    known = kind_named(name)
    return name if known is None else known.label


def lead_text(minutes: int) -> str:
    """「7日前」, 「2時間前」; 「当時」 for none."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [f"{days}日" if days else "", f"{hours}時間" if hours else "", f"{left}分" if left else ""]
    return "".join(parts) + "前" if minutes else "すぐ"


def state_chip(row: Message) -> str:
    """The state with its colour."""
    return format_html('<span class="chip {}">{}</span>', CHIPS[State(row.state)], row.get_state_display())


def _link(row: Message) -> str:
    return format_html(
        '<a href="{}">{}</a>', reverse("notify:message", args=[row.uid]), kind_label(row.event.kind)
    )


def table() -> Table:
    """The list; its choices are what this installation knows."""
    kinds = tuple((kind.name, kind.label) for kind in all_kinds())
    return Table(
        label="通知の一覧",
        columns=(
            Column(
                "kind",
                "種類",
                lookup="event__kind",
                heading=True,
                value=lambda row: kind_label(row.event.kind),
                cell=_link,
            ),
            Column("channel", "手段", value=lambda row: channels.label(row.channel), wrap=False),
            Column("lead", "時期", value=lambda row: lead_text(row.lead), wrap=False),
            Column("due", "予定", cell=lambda row: moment(row.due), wrap=False),
            Column("state", "状態", value=lambda row: row.get_state_display(), cell=state_chip, wrap=False),
            Column("reason", "理由", value=lambda row: reason_text(row.reason) if row.reason else ""),
            Column("attempts", "試行", numeric=True),
            Column("sent_at", "送信", cell=lambda row: moment(row.sent_at), wrap=False),
        ),
        filters=(
            Filter("state", "状態", STATES),
            Filter("channel", "手段", tuple((one.name, one.label) for one in channels.every())),
            Filter("kind", "種類", kinds, lookup="event__kind"),
        ),
        default_sort="-due",
        empty_text="通知はまだありません。業務で予定が登録されると、ここに並びます。",
    )


def systems_or_refuse(request: HttpRequest, role: Role = Role.VIEWER) -> list[str] | None:
    """The person's systems (``None``: all). ``PermissionDenied`` for who has none."""
    systems = desk.open_systems(request.user, role)
    if systems == []:
        raise PermissionDenied
    return systems


def visible(systems: list[str] | None) -> QuerySet[Message]:
    """The notices of those systems."""
    rows = Message.objects.select_related("event")
    return desk.of_systems(rows, systems, "event__kind")


def find(request: HttpRequest, uid: UUID, role: Role = Role.VIEWER) -> Message:
    """One notice; 404 for one of a system that the person does not work for."""
    row = visible(systems_or_refuse(request, role)).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


@require_GET
@require_sign_in
def index(request: HttpRequest) -> HttpResponse:
    """Every notice, with the counts that ask for something first."""
    systems = systems_or_refuse(request)
    rows = visible(systems)
    shown = table().view(rows, request.GET)
    if shown.exporting:
        record("notify.export", actor=request.user, target="notify.messages", detail={"rows": shown.total})
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    letters = desk.of_systems(Letter.objects.all(), systems, "kind")
    may_act = desk.open_systems(request.user, Role.OFFICER) != []
    context = {
        "table": shown,
        "facts": [(label, state, counts.get(state, 0)) for state, label in STATES],
        "given_up": counts.get(State.GIVEN_UP, 0) if may_act else 0,
        "letters": letters.filter(state__in=[Letter.State.WAITING, Letter.State.HELD]).count(),
    }
    return export(shown, "notices") or render(request, "notify/list.html", context)


@require_GET
@require_sign_in
def message(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One notice: what became of it, and what can be done."""
    row = find(request, uid)
    acting = desk.open_systems(request.user, Role.OFFICER)
    may_act = acting is None or row.event.kind.partition(".")[0] in acting
    context = {
        "row": row,
        "chip": state_chip(row),
        "kind": kind_label(row.event.kind),
        "channel": channels.label(row.channel),
        "lead": lead_text(row.lead),
        "reason": reason_text(row.reason) if row.reason else "",
        "who": recipient_words(row.event.recipient, request.user),
        "deliveries": list(row.deliveries.all()),
        "may_retry": may_act and row.state in desk.UNSENT,
        "may_settle": may_act and row.state == State.GIVEN_UP and row.reason == "unknown",
        "may_cancel": may_act and row.state in desk.ENDABLE,
    }
    return render(request, "notify/message.html", context)


def _act(request: HttpRequest, uid: UUID, done: str, act: Callable[[Message], None]) -> HttpResponse:
    row = find(request, uid, Role.OFFICER)
    try:
        act(row)
    except desk.NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(reverse("notify:message", args=[uid]))


@require_POST
@require_sign_in
def retry(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send it again."""
    now = timezone.now()
    return _act(
        request,
        uid,
        "もう一度送ります。1分ほどで送信されます。",
        lambda row: desk.retry(row, by=request.user, now=now),
    )


@require_POST
@require_sign_in
def settle(request: HttpRequest, uid: UUID) -> HttpResponse:
    """It arrived."""
    now = timezone.now()
    return _act(
        request, uid, "届いたものとして記録しました。", lambda row: desk.settle(row, by=request.user, now=now)
    )


@require_POST
@require_sign_in
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Keep it from leaving."""
    return _act(request, uid, "取り消しました。", lambda row: desk.cancel_message(row, by=request.user))


@require_POST
@require_sign_in
def retry_all(request: HttpRequest) -> HttpResponse:
    """After an outage: everything that was given up."""
    systems: Any = systems_or_refuse(request, Role.OFFICER)
    done = desk.retry_all(systems, by=request.user, now=timezone.now())
    if done:
        messages.success(request, f"{done:,}件をもう一度送ります。")
    else:
        messages.info(request, "送り直せるものはありませんでした。")
    return HttpResponseRedirect(reverse("notify:list"))
