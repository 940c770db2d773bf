"""Pictures of the check screen, cut from the registered page for people who may check."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from yakuba.core.audit.services import record
from yakuba.core.people.models import Role
from yakuba.core.people.permissions import require
from yakuba.ocr.models import FieldValue
from yakuba.ocr.pages.checking import find_value
from yakuba.ocr.services import crops
from yakuba.ocr.services.sealed import is_secret


def _picture(make: Callable[[FieldValue], bytes], value: FieldValue, *, kept: bool = True) -> HttpResponse:
    try:
        body = make(value)
    except crops.NoPicture as problem:
        return HttpResponse(str(problem), status=404, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(body, content_type="image/png")
    answer["Cache-Control"] = "private, max-age=600" if kept else "no-store"
    return answer


@require_GET
@require("ocr", Role.OFFICER)
def crop(request: HttpRequest, pk: int) -> HttpResponse:
    """The field itself; a personal number leaves an audit line each time and is never kept by the browser."""
    value = find_value(request, pk)
    if not is_secret(value):
        return _picture(crops.crop, value)
    record(
        "ocr.number.view",
        actor=request.user,
        target=f"ocr.value:{value.pk}",
        detail={"batch": value.page.batch_id, "picture": True},
    )
    return _picture(crops.crop, value, kept=False)


@require_GET
@require("ocr", Role.OFFICER)
def around(request: HttpRequest, pk: int) -> HttpResponse:
    """The field and its neighbours, personal numbers covered."""
    return _picture(crops.around, find_value(request, pk))


@require_GET
@require("ocr", Role.OFFICER)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole sheet, personal numbers covered."""
    return _picture(crops.sheet, find_value(request, pk))
