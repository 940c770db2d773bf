"""The check screen: what to check, one field after another, all of a field together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.ocr.models import Batch, FieldValue
from yakuba.ocr.pages import check_items, links
from yakuba.ocr.services import checking, queues
from yakuba.ocr.services.definitions import field_of
from yakuba.ocr.services.sealed import is_secret
from yakuba.ocr.services.turns import OPEN, CheckError, is_chief, two_persons
from yakuba.ocr.services.visibility import hidden_numbers, note_view

MOST_ID = 2**63 - 1


def number_of(text: str | None) -> int:
    """An id out of an address; 0 for anything else."""
    good = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if good and text is not None else 0


def find_batch(pk: int) -> Batch:
    """The batch, or 404."""
    if not 0 < pk <= MOST_ID:
        raise Http404("その束はありません。")
    return get_object_or_404(Batch.objects.select_related("version__form"), pk=pk)


def find_value(request: HttpRequest, pk: int) -> FieldValue:
    """The value with its page, form and checks; 404 also for a protected sheet of somebody else."""
    rows = FieldValue.objects.select_related(
        "page__batch", "page__version__form", "page__registered"
    ).prefetch_related("checks__by", "lease__by")
    if not 0 < pk <= MOST_ID:
        raise Http404("その欄はありません。")
    value = get_object_or_404(rows, pk=pk)
    if value.page.number in hidden_numbers(value.page.batch, request.user):
        raise Http404("その欄はありません。")
    return value


def way_address(way: queues.Way, **query: Any) -> str:
    """The address of the walk."""
    if way.number is not None:
        base = reverse("ocr:check-page", args=[way.batch.pk, way.number])
    else:
        base = reverse("ocr:check-field", args=[way.batch.pk, way.version, way.name])
    asked = {name: value for name, value in query.items() if value}
    return f"{base}?{urlencode(asked)}" if asked else base


def way_of(value: FieldValue, by_page: bool) -> queues.Way:
    """The walk that the field is on."""
    if by_page:
        return queues.Way(value.page.batch, number=value.page.number)
    return queues.Way(value.page.batch, version=value.page.version_id, name=value.name)


@require_GET
@require("ocr", Role.OFFICER)
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """What of the batch waits for this person."""
    batch = find_batch(pk)
    by_page = request.GET.get("by") == "page"
    found = queues.groups(batch, request.user, by_page=by_page)
    return render(
        request,
        "ocr/check_choose.html",
        {
            "batch": batch,
            "groups": found,
            "by_page": by_page,
            "waiting": sum(one.waiting for one in found),
            "others": sum(one.others for one in found),
            "total": sum(one.total for one in found),
            "unread": checking.unread_pages(batch).count(),
            "two": two_persons(batch),
            "next": next((one for one in found if one.waiting), None),
        },
    )


@never_cache
@require_GET
@require("ocr", Role.OFFICER)
def by_field(request: HttpRequest, pk: int, version: int, name: str) -> HttpResponse:
    """One field after another through the pages of the batch."""
    return _walk(request, queues.Way(find_batch(pk), version=min(version, MOST_ID), name=name))


@never_cache
@require_GET
@require("ocr", Role.OFFICER)
def by_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The fields of one page."""
    return _walk(request, queues.Way(find_batch(pk), number=min(number, 2**31 - 1)))


def _walk(request: HttpRequest, way: queues.Way) -> HttpResponse:
    rows = way.rows(request.user)
    if not rows:
        raise Http404("その欄はありません。")
    value = queues.choose(
        rows,
        request.user,
        wanted=number_of(request.GET.get("v")),
        after=number_of(request.GET.get("after")),
    )
    if value is None:
        return _nothing_left(request, way, rows)
    return render(request, "ocr/check.html", _screen(request, way, rows, value))


def _screen(
    request: HttpRequest, way: queues.Way, rows: list[FieldValue], value: FieldValue
) -> dict[str, Any]:
    chief, now = is_chief(request.user), timezone.now()
    mine = {one.pk for one in rows if queues.waits_for(request.user, one, chief=chief)}
    start, part = queues.part_of(rows, value)
    _opened(request, value, beside=part)
    cells = [
        check_items.cell(one, number, request.user, mine=one.pk in mine, current=one.pk == value.pk, now=now)
        for number, one in enumerate(part, start)
    ]
    open_rows = [one for one in rows if one.state in OPEN]
    bulk = [one.pk for one in rows if one.pk in mine and checking.may_bulk(one)]
    return {
        "batch": way.batch,
        "way": way,
        "by_page": way.number is not None,
        "panel": check_items.panel(value, request.user, now=now),
        "cells": cells,
        "place": next(number for number, one in enumerate(rows, 1) if one.pk == value.pk),
        "total": len(rows),
        "left": len(mine),
        "settled": len(rows) - len(open_rows),
        "reasons": 0 if way.batch.blind else sum(bool(one.reasons) for one in rows if one.pk in mine),
        "bulk": 0 if way.number is not None else len(bulk),
        "median": queues.median_seconds(rows),
        "queue": [one.pk for one in rows if one.pk in mine],
        "here": way_address(way),
        "panel_address": reverse("ocr:check-panel", args=[0]),
        "undo_address": reverse("ocr:check-undo", args=[0]),
    }


def _nothing_left(request: HttpRequest, way: queues.Way, rows: list[FieldValue]) -> HttpResponse:
    found = queues.groups(way.batch, request.user, by_page=way.number is not None)
    return render(
        request,
        "ocr/check_done.html",
        {
            "batch": way.batch,
            "title": f"{way.number}ページ" if way.number is not None else field_of(rows[0]).title,
            "total": len(rows),
            "others": sum(one.state in OPEN for one in rows),
            "median": queues.median_seconds(rows),
            "next": next((one for one in found if one.waiting), None),
            "by_page": way.number is not None,
            "border_url": links.border_url(way.batch.version) if way.batch.blind else "",
            "all_done": not checking.waiting_values(way.batch).exists(),
        },
    )


def _opened(request: HttpRequest, value: FieldValue, beside: Iterable[FieldValue] = ()) -> None:
    """The person has the field before their eyes, and others in the grid; a number leaves an audit line."""
    queues.take(value, request.user)
    note_view(request.user, [value.page, *(one.page for one in beside)])
    if is_secret(value):
        record(
            "ocr.number.view",
            actor=request.user,
            target=f"ocr.value:{value.pk}",
            detail={"batch": value.page.batch_id},
        )


@never_cache
@require_GET
@require("ocr", Role.OFFICER)
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the screen with one field, for the script; 409 when it is not this person's any more.

    ``ahead=1`` fetches the next one before it is shown: a personal number is not handed out ahead.
    """
    value = find_value(request, pk)
    if not queues.waits_for(request.user, value, chief=is_chief(request.user)):
        return HttpResponse("この欄は確定したか、ほかの職員の番です。", status=409, content_type="text/plain")
    ahead = request.GET.get("ahead") == "1"
    if ahead and is_secret(value):
        return HttpResponse(status=204)
    if not ahead:
        queues.release_others(value, request.user)
    _opened(request, value)
    by_page = request.GET.get("by") == "page"
    return render(
        request,
        "ocr/_check_panel.html",
        {
            "panel": check_items.panel(value, request.user),
            "by_page": by_page,
            "here": way_address(way_of(value, by_page)),
        },
    )


@require_POST
@require("ocr", Role.OFFICER)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision; the script gets JSON, a plain form gets the next field."""
    value = find_value(request, pk)
    by_page = request.POST.get("by") == "page"
    handling = checking.Handling.of(request.POST.get("seconds", ""), request.POST.get("keystrokes", ""))
    act = request.POST.get("act", "confirm")
    if act not in ("confirm", "illegible", "escalate"):
        return _refused(request, value, "その操作はありません。", by_page, status=422)
    try:
        done = checking.decide(
            value.pk,
            by=request.user,
            act=act,  # type: ignore[arg-type]  # one of the three, see above
            text=_typed(request, value),
            turn=number_of(request.POST.get("turn")),
            sure=request.POST.get("sure") == "1",
            handling=handling,
        )
    except checking.Overtaken as problem:
        return _refused(request, value, str(problem), by_page, status=409)
    except checking.Doubtful as problem:
        return _doubtful(request, value, problem.doubts, by_page)
    except CheckError as problem:
        return _refused(request, value, str(problem), by_page, status=422)
    return _answer(request, done, by_page)


def _typed(request: HttpRequest, value: FieldValue) -> str:
    picked = request.POST.get("pick", "")
    if picked:  # a candidate's button of the plain form
        shown = check_items.panel(value, request.user).candidates
        place = number_of(picked) - 1
        if 0 <= place < len(shown):
            return shown[place].text
    return request.POST.get("text", "")


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _figures(value: FieldValue, request: HttpRequest, by_page: bool) -> dict[str, Any]:
    way = way_of(value, by_page)
    rows = way.rows(request.user)
    chief, now = is_chief(request.user), timezone.now()
    mine = [one for one in rows if queues.waits_for(request.user, one, chief=chief)]
    number = next((place for place, one in enumerate(rows, 1) if one.pk == value.pk), 0)
    fresh = next((one for one in rows if one.pk == value.pk), value)
    shown = check_items.cell(
        fresh,
        number,
        request.user,
        mine=any(one.pk == value.pk for one in mine),
        current=False,
        now=now,
    )
    median = queues.median_seconds(rows)
    return {
        "value": value.pk,
        "cell": render_to_string("ocr/_check_cell.html", {"cell": shown, "here": way_address(way)}),
        "left": len(mine),
        "settled": sum(one.state not in OPEN for one in rows),
        "median": None if median is None else round(median, 1),
        "waits": any(one.pk == value.pk for one in mine),
    }


def _answer(request: HttpRequest, value: FieldValue, by_page: bool) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"ok": True, **_figures(value, request, by_page)})
    return redirect(way_address(way_of(value, by_page), after=value.pk, done=value.pk))


def _refused(
    request: HttpRequest, value: FieldValue, why: str, by_page: bool, *, status: int
) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"ok": False, "message": why, "value": value.pk}, status=status)
    messages.error(request, why)
    return redirect(way_address(way_of(value, by_page), after=value.pk))


def _doubtful(request: HttpRequest, value: FieldValue, doubts: list[str], by_page: bool) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse(
            {"ok": False, "doubts": doubts, "message": "".join(doubts), "value": value.pk}, status=422
        )
    way = way_of(value, by_page)
    context = _screen(request, way, way.rows(request.user), find_value(request, value.pk))
    context |= {"doubts": doubts, "typed": _typed(request, value)}
    return render(request, "ocr/check.html", context, status=422)


@require_POST
@require("ocr", Role.OFFICER)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one's last decision on the field."""
    value = find_value(request, pk)
    by_page = request.POST.get("by") == "page"
    try:
        back = checking.undo(value.pk, by=request.user)
    except CheckError as problem:
        return _refused(request, value, str(problem), by_page, status=409)
    if _wants_json(request):
        return JsonResponse({"ok": True, **_figures(back, request, by_page)})
    messages.success(request, "確認を戻しました。")
    return redirect(way_address(way_of(back, by_page), v=back.pk))


@never_cache
@require_http_methods(["GET", "POST"])
@require("ocr", Role.OFFICER)
def bulk(request: HttpRequest, pk: int, version: int, name: str) -> HttpResponse:
    """All readings of a field side by side: what looks right is confirmed together."""
    way = queues.Way(find_batch(pk), version=min(version, MOST_ID), name=name)
    rows = way.rows(request.user)
    if not rows:
        raise Http404("その欄はありません。")
    if request.method == "POST":
        return _confirm_bulk(request, way)
    chief, now = is_chief(request.user), timezone.now()
    mine = [
        one for one in rows if queues.waits_for(request.user, one, chief=chief) and checking.may_bulk(one)
    ]
    if not mine:
        return redirect(way_address(way))
    shown = mine[: queues.PART]
    note_view(request.user, [one.page for one in shown])
    places = {one.pk: number for number, one in enumerate(rows, 1)}
    cells = [
        check_items.cell(one, places[one.pk], request.user, mine=True, current=False, now=now)
        for one in shown
    ]
    context = {
        "batch": way.batch,
        "way": way,
        "title": field_of(rows[0]).title,
        "cells": cells,
        "more": len(mine) - len(shown),
        "here": way_address(way),
    }
    return render(request, "ocr/check_bulk.html", context)


def _confirm_bulk(request: HttpRequest, way: queues.Way) -> HttpResponse:
    shown = {number_of(one) for one in request.POST.getlist("shown")}
    wrong = {number_of(one) for one in request.POST.getlist("wrong")}
    handling = checking.Handling.of(request.POST.get("seconds", ""), request.POST.get("keystrokes", ""))
    on_the_way = set(way.seen_by(request.user).values_list("pk", flat=True))
    try:
        found = checking.confirm_many((shown - wrong) & on_the_way, by=request.user, handling=handling)
    except CheckError as problem:
        messages.error(request, str(problem))
        return redirect(reverse("ocr:check-bulk", args=[way.batch.pk, way.version, way.name]))
    words = f"{len(found.confirmed):,}件を確定しました。"
    if found.skipped:
        words += f"{found.skipped:,}件は、先に確認されたか1件ずつ確認する欄のため、記録していません。"
    messages.success(request, words)
    return redirect(way_address(way, v=min(wrong & on_the_way, default=0)))
