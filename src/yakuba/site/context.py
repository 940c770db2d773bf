"""What every page of the portal shows: the city, the menu and who is signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from yakuba.core.systems import all_systems


def portal(request: HttpRequest) -> dict[str, Any]:
    """Template context of the frame around a page."""
    return {"city": settings.YAKUBA_CITY, "systems": all_systems()}
