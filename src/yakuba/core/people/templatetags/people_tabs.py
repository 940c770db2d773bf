"""The tabs over the people pages: only those that the person may open."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from yakuba.core.people.models import ProtectedAccess, Role
from yakuba.core.people.permissions import allowed
from yakuba.core.people.protected import is_manager

register = template.Library()

ADMIN_TABS = (
    ("people", "職員", "people:list"),
    ("departments", "課", "people:departments"),
    ("import", "CSV取込み", "people:import"),
    ("transfers", "人事異動", "people:transfers"),
)
EVERYBODY = (("approvals", "承認", "people:approvals"), ("deputies", "代決", "people:deputies"))


@register.simple_tag(takes_context=True)
def people_tabs(context: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(key, label, address) of each tab, in order."""
    user = context["request"].user
    tabs = [*(ADMIN_TABS if allowed(user, None, Role.ADMIN) else ()), *EVERYBODY]
    if (
        is_manager(user)
        or ProtectedAccess.objects.filter(user=user, ended_at=None, protected__ended_at=None).exists()
    ):
        tabs.append(("protected", "支援措置", "people:protected"))
    return [(key, label, reverse(name)) for key, label, name in tabs]
