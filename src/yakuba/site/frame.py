"""The frame around a staff page: menu, waiting counts, who is signed in.

Everything is looked up when the template asks for it, so that pages without the frame (fragments for
htmx, files, error pages) cost nothing.
"""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from yakuba.core.people.models import Role
from yakuba.core.people.permissions import active_assignments, allowed
from yakuba.core.systems import Card, System, all_systems

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of the side menu; ``current`` is ``page``, ``true`` (a page below it) or empty."""

    name: str
    icon: str
    url: str
    current: str
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class SystemCard:
    """A system with what it says of itself; ``card`` is ``None`` when it could not be asked."""

    system: System
    url: str
    card: Card | None


# (name, icon, URL name, whether only admins see it)
GENERAL: tuple[tuple[str, str, str, bool], ...] = (
    ("AIと職員の境目", "border", "border:home", False),
    ("事業効果", "effects", "effects:home", False),
    ("実行中の処理", "jobs", "jobs:list", False),
    ("AIの利用記録", "audit", "ai_log:home", True),
    ("監査の記録", "audit", "audit:list", True),
    ("職員", "user", "people:list", True),
    ("APIの利用者", "card", "tokens:list", True),
    ("住民への通知", "bell", "notify:list", True),
    ("住民側との受渡し", "down", "exchange:list", True),
    ("画面の部品", "gear", "components", True),
)
# The same page under the names that its package may give it.
ALIASES: dict[str, tuple[str, ...]] = {
    "jobs:list": ("jobs:home", "jobs:index"),
    "audit:list": ("audit:home", "audit:index"),
    "people:list": ("people:home", "people:index", "people:staff"),
    "effects:home": ("effects:index", "effects:list"),
    "sign_out": ("people:logout", "people:sign_out", "account_logout", "logout"),
}
ACCOUNT_LINKS: tuple[tuple[str, str], ...] = (
    ("people:me", "自分の設定"),
    ("people:account", "自分の設定"),
    ("people:password", "パスワードを変更する"),
    ("mfa_index", "二要素認証"),
)


def address(name: str) -> str:
    """The URL of a page by its name or an alias of it; empty when this installation has none."""
    for one in (name, *ALIASES.get(name, ())):
        try:
            return reverse(one)
        except NoReverseMatch:
            continue
    return ""


def place_of(user: Any) -> str:
    """「保育課・担当」 for the person's assignments in force today, one entry a department."""
    roles: dict[str, list[str]] = {}
    for one in active_assignments(user, timezone.localdate()):
        roles.setdefault(one.department.name, []).append(one.get_role_display())
    return "、".join(f"{department}・{'と'.join(held)}" for department, held in roles.items())


def waiting_approvals(user: Any) -> int | None:
    """How many approvals wait for this person; ``None`` where approvals are not built in."""
    try:
        approval = importlib.import_module("yakuba.core.people.approval")
    except ModuleNotFoundError:
        return None
    count = getattr(approval, "waiting_for", None)
    if count is None:
        return None
    waiting = count(user)
    return waiting if isinstance(waiting, int) else len(waiting)


class Frame:
    """What ``staff/base.html`` asks for; one instance a request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.at = request.path

    @cached_property
    def user(self) -> Any:
        """The signed-in person or the anonymous one."""
        return getattr(self._request, "user", None)

    @cached_property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return bool(getattr(self.user, "is_authenticated", False))

    @cached_property
    def is_admin(self) -> bool:
        """Whether the person manages the installation."""
        return allowed(self.user, None, Role.ADMIN)

    @cached_property
    def place(self) -> str:
        """Department and role."""
        return place_of(self.user)

    @cached_property
    def cards(self) -> tuple[SystemCard, ...]:
        """The systems that the person may view, each with its card."""
        today = timezone.localdate()
        made = []
        for system in all_systems():
            if not allowed(self.user, system.key, Role.VIEWER):
                continue
            made.append(SystemCard(system, address(system.url_name), _ask(system, self.user, today)))
        return tuple(made)

    @cached_property
    def menu(self) -> tuple[MenuItem, ...]:
        """業務: the systems, with what waits for a person."""
        return tuple(
            MenuItem(
                one.system.name,
                one.system.icon,
                one.url,
                self._current(one.url, f"/staff/{one.system.key}/"),
                one.card.waiting if one.card else 0,
            )
            for one in self.cards
            if one.url
        )

    @cached_property
    def general(self) -> tuple[MenuItem, ...]:
        """全体: what concerns the whole installation."""
        items = []
        for name, icon, url_name, admins in GENERAL:
            url = address(url_name)
            if url and (not admins or self.is_admin):
                items.append(MenuItem(name, icon, url, self._current(url, url)))
        return tuple(items)

    @cached_property
    def approvals(self) -> int | None:
        """Approvals that wait for this person."""
        return waiting_approvals(self.user)

    @property
    def approvals_url(self) -> str:
        """Where they are decided."""
        return address("people:approvals") or "/staff/"

    @property
    def account_links(self) -> list[tuple[str, str]]:
        """The person's own pages, as far as they are built."""
        found: dict[str, str] = {}
        for url_name, name in ACCOUNT_LINKS:
            url = address(url_name)
            if url and name not in found.values():
                found[url] = name
        return list(found.items())

    @property
    def sign_out_url(self) -> str:
        """Where the sign-out form goes."""
        return address("sign_out") or "/staff/logout/"

    @property
    def search_url(self) -> str:
        """Where the search form goes; empty until a search is built."""
        return address("search")

    def _current(self, url: str, below: str) -> str:
        if self.at == url:
            return "page"
        return "true" if self.at.startswith(below) else ""


def _ask(system: System, user: Any, today: Any) -> Card | None:
    """A system's card; one system that fails must not take the portal with it."""
    try:
        return system.card(user, today)
    except Exception:
        log.exception("the card of %s could not be made", system.key)
        return None
