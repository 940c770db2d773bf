"""What every page shows: the city, the languages, and the frame around staff pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext

from yakuba.site.frame import Frame


def portal(request: HttpRequest) -> dict[str, Any]:
    """Template context of the frame around a page."""
    english = (get_language() or "").startswith("en")
    name = settings.YAKUBA_CITY_EN if english and settings.YAKUBA_CITY_EN else settings.YAKUBA_CITY
    return {
        "city": settings.YAKUBA_CITY,
        "city_name": name,
        "office_name": SimpleLazyObject(lambda: gettext("%(city)s City Office") % {"city": name}),
        "fictional": settings.YAKUBA_DEMO,
        "languages": settings.LANGUAGES,
        "frame": _frame(request),
    }


def _frame(request: HttpRequest) -> Frame:
    frame: Frame | None = getattr(request, "yakuba_frame", None)
    if frame is None:
        frame = Frame(request)
        request.yakuba_frame = frame  # type: ignore[attr-defined]  # shared by view and template
    return frame


frame_of = _frame
