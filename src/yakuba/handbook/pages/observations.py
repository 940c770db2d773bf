"""Record, take back and restore observations (特例・状態) of a child."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.handbook.forms import ObservationForm
from yakuba.handbook.models import RegisteredObservation
from yakuba.handbook.pages.child import find_child
from yakuba.handbook.register import observations as kinds
from yakuba.handbook.services import books, observations


@require_http_methods(["GET", "POST"])
@require("handbook", Role.OFFICER)
def observation_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record one from a paper."""
    found = find_child(request, pk)
    book = books.active().book
    form = ObservationForm(request.POST or None, kinds=kinds.builtin().known_to(book))
    if request.method == "POST" and form.is_valid():
        try:
            observations.record(found, form.facts(), by=request.user)
        except observations.NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, "特例・状態を記録しました。誤りのときは、行の「取り消す」で取り消せます。"
            )
            return redirect("handbook:child", pk)
    context = {"child": found, "form": form}
    return render(request, "handbook/observation.html", context, status=422 if form.errors else 200)


def _observation(request: HttpRequest, pk: int) -> RegisteredObservation:
    found = get_object_or_404(RegisteredObservation.objects.select_related("child"), pk=pk)
    find_child(request, found.child_id)
    return found


@require_POST
@require("handbook", Role.OFFICER)
def observation_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """It was recorded by mistake, or holds no longer."""
    return _changed(
        request,
        pk,
        observations.take_back,
        "記録を取り消しました。「取り消した特例・状態」の「戻す」で元に戻せます。",
    )


@require_POST
@require("handbook", Role.OFFICER)
def observation_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo of taking back."""
    return _changed(request, pk, observations.restore, "記録を元に戻しました。")


def _changed(request: HttpRequest, pk: int, act: Callable[..., None], done: str) -> HttpResponse:
    found = _observation(request, pk)
    try:
        act(found, by=request.user)
    except observations.NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("handbook:child", found.child_id)
