"""What the residents' first page offers: each service registers itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class ResidentService:
    """One line of the residents' first page; texts are gettext_lazy."""

    url_name: str
    icon: str
    name: str | Promise
    text: str | Promise


@dataclass(frozen=True, slots=True)
class ShownService:
    """A service with its address."""

    url: str
    icon: str
    name: str
    text: str


_services: dict[str, ResidentService] = {}


def offer(service: ResidentService) -> None:
    """Add a service, in order; offering the same page again replaces it."""
    _services[service.url_name] = service


def resident_services() -> list[ShownService]:
    """The services whose pages this installation serves."""
    shown = []
    for service in _services.values():
        try:
            url = reverse(service.url_name)
        except NoReverseMatch:
            continue
        shown.append(ShownService(url, service.icon, str(service.name), str(service.text)))
    return shown
