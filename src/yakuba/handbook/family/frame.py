"""What every page shows around its content: children, tabs, neighbours, the rule book's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from yakuba.core.notify.services.inbox import unread
from yakuba.handbook.domain.ages import age
from yakuba.handbook.family.session import current_account
from yakuba.handbook.family.words import age_text
from yakuba.handbook.models import Child, Guardian
from yakuba.handbook.services.families.accounts import secured
from yakuba.handbook.services.families.children import EDITOR, OWNER, RANK, children_of
from yakuba.handbook.services.families.rules import InUse, in_use
from yakuba.handbook.services.reminders import recipient_of

# Pages of a child: (URL name, what it is called)
TABS: tuple[tuple[str, Promise], ...] = (
    ("timeline", gettext_lazy("Plan")),
    ("month", gettext_lazy("Calendar")),
    ("doses", gettext_lazy("Doses given")),
    ("growth", gettext_lazy("Growth")),
    ("sharing", gettext_lazy("Family")),
    ("export", gettext_lazy("Take out")),
)
# Pages beside the handbook, shown where this installation has them.
NEIGHBOURS: tuple[tuple[tuple[str, ...], Promise], ...] = (
    (("handbook_bookings:home", "handbook_bookings:list"), gettext_lazy("Bookings")),
    (("childcare:home", "childcare:search"), gettext_lazy("Childcare near you")),
    (("handbook_notices:inbox",), gettext_lazy("Notices")),
    (("handbook_notices:choices",), gettext_lazy("Reminder settings")),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a navigation."""

    url: str
    text: str
    here: bool = False
    note: str = ""


def child_name(child: Child) -> str:
    """How pages call a child."""
    if child.name:
        return child.name
    return gettext("Child") if child.birth else gettext("Baby to be born")


def child_note(child: Child, today: date) -> str:
    """The age, or the week of pregnancy."""
    if child.birth is not None:
        return age_text(age(child.birth, max(today, child.birth)))
    if child.due is None:
        return ""
    days = (today - child.due).days + 280
    if days < 0:
        return ""
    return gettext("week %(weeks)s of pregnancy") % {"weeks": days // 7}


def neighbours() -> list[Link]:
    """Links to what others build beside the handbook."""
    urls = get_urlconf()
    return [Link(url, str(text)) for names, text in NEIGHBOURS if (url := _first(names, urls))]


@cache
def _first(names: tuple[str, ...], _urls: str | None) -> str:
    """The address of the first of these pages that this installation has; nothing for none."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    held: Guardian | None = None,
    tab: str = "",
    status: int = 200,
    rules: InUse | None = None,
) -> HttpResponse:
    """A page of the handbook. ``held``: the child that it is about, with the reader's role."""
    around = surroundings(request, held, tab, rules)
    return render(request, f"handbook/family/{template}", {**around, **(context or {})}, status=status)


def surroundings(
    request: HttpRequest, held: Guardian | None = None, tab: str = "", rules: InUse | None = None
) -> dict[str, Any]:
    """What ``handbook/family/base.html`` shows around a page."""
    today = timezone.localdate()
    account = current_account(request)
    around: dict[str, Any] = {"account": account, "today": today, "neighbours": neighbours()}
    if account is not None:
        around["kids"] = [
            Link(
                reverse("handbook_family:timeline", args=[one.child.reference]),
                child_name(one.child),
                held is not None and one.child_id == held.child_id,
                child_note(one.child, today),
            )
            for one in children_of(account)
        ]
        around["unsecured"] = not secured(account)
        around["unread_notices"] = unread(recipient_of(account))
    if held is not None:
        found = rules or in_use()
        around |= {
            "child": held.child,
            "child_name": child_name(held.child),
            "role": held.role,
            "may_write": RANK[held.role] >= RANK[EDITOR],
            "may_share": held.role == OWNER,
            "tab": tab,
            "tabs": [
                Link(reverse(f"handbook_family:{name}", args=[held.child.reference]), str(text), name == tab)
                for name, text in TABS
            ],
            "rules": found,
            "signed": found.signed_on(today),
        }
    return around
