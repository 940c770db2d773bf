"""``/staff/tokens/``: who may use the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.core.tokens import services
from yakuba.core.tokens.forms import IssueForm
from yakuba.core.tokens.models import ApiToken
from yakuba.core.ui.exports import export
from yakuba.core.ui.tables import Column, Table
from yakuba.core.ui.wareki import wareki

STATES = {
    "active": ("ok", "有効"),
    "revoked": ("", "取消し済み"),
    "expired": ("", "期限切れ"),
    "stopped": ("", "利用停止中"),
}


def _table(now: datetime) -> Table:
    def state(token: ApiToken) -> Any:
        kind, text = STATES[token.state(now)]
        return format_html('<span class="chip{}">{}</span>', f" chip-{kind}" if kind else "", text)

    def act(token: ApiToken) -> Any:
        if token.state(now) != "active":
            return "—"
        return format_html(
            '<a class="button danger button-sm" href="{}">取り消す</a>',
            reverse("tokens:revoke", args=[token.pk]),
        )

    return Table(
        label="APIのトークン",
        columns=(
            Column("account", "利用者", lookup="account__name", heading=True, search=True),
            Column("purpose", "用途", lookup="account__purpose", search=True),
            Column("hint", "先頭の字", cell=lambda token: f"{token.hint}…", sortable=False),
            Column("scopes", "できること", value=lambda token: "、".join(token.scopes), sortable=False),
            Column(
                "expires_at",
                "期限",
                cell=lambda token: wareki(timezone.localtime(token.expires_at).date(), weekday=False),
                wrap=False,
            ),
            Column(
                "last_used_on",
                "最後の利用",
                cell=lambda token: wareki(token.last_used_on, weekday=False) if token.last_used_on else "—",
                wrap=False,
            ),
            Column(
                "state",
                "状態",
                value=lambda token: STATES[token.state(now)][1],
                cell=state,
                sortable=False,
            ),
            Column("act", "操作", value=lambda _token: "", cell=act, sortable=False),
        ),
        default_sort="-expires_at",
        row_class=lambda token: "" if token.state(now) == "active" else "is-off",
        empty_text="発行したトークンはまだありません",
    )


@require_GET
@require(None, Role.ADMIN)
def token_list(request: HttpRequest) -> HttpResponse:
    """Every token with its state."""
    shown = _table(timezone.now()).view(ApiToken.objects.select_related("account__owner"), request.GET)
    return export(shown, "tokens") or render(request, "tokens/list.html", {"table": shown})


@require_http_methods(["GET", "POST"])
@require(None, Role.ADMIN)
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a token; its secret is on the answer of this one request and nowhere else."""
    form = IssueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        account = services.account_named(
            form.cleaned_data["account"], purpose=form.cleaned_data["purpose"], by=request.user
        )
        token, secret = services.issue(
            account, form.cleaned_data["scopes"], days=form.cleaned_data["days"], by=request.user
        )
        return render(request, "tokens/issued.html", {"token": token, "secret": secret})
    return render(request, "tokens/issue.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@require(None, Role.ADMIN)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what stops working, then revoke."""
    token = get_object_or_404(ApiToken.objects.select_related("account__owner"), pk=pk)
    if request.method == "POST":
        services.revoke(token, by=request.user)
        messages.success(request, f"{token.account.name} のトークンを取り消しました")
        return HttpResponseRedirect(reverse("tokens:list"))
    return render(request, "tokens/revoke.html", {"token": token})
