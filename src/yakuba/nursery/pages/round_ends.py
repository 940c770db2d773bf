"""Buttons that take back an adoption or a round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.nursery.pages.rounds import find
from yakuba.nursery.services import round_ends
from yakuba.nursery.services.rounds import RoundError


def _done(request: HttpRequest, pk: int, act: Callable[..., Any], said: str) -> HttpResponse:
    try:
        act(find(pk), by=request.user)
    except RoundError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("nursery:round", pk)


@require_POST
@require("nursery", Role.OFFICER)
def adoption_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The round has no result again."""
    return _done(
        request, pk, round_ends.withdraw_adoption, "採用を取り消しました。割当と承認は残っています。"
    )


@require_POST
@require("nursery", Role.OFFICER)
def round_set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """The round was a mistake."""
    return _done(request, pk, round_ends.set_aside, "この選考を取りやめました。「再開する」で元に戻せます。")


@require_POST
@require("nursery", Role.OFFICER)
def round_take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """A round that was set aside goes on."""
    return _done(request, pk, round_ends.take_up, "この選考を再開しました。")
