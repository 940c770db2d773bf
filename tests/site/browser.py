"""A real Chromium for tests: signed in, watched, and asked by axe.

``REGISTRY`` takes pages that need arguments: ``register("nursery:result", make)`` where ``make(user)``
creates what the page shows and returns the arguments of its address. Pages without arguments are found by
walking the addresses.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

WIDTHS = (1280, 390, 320)
SYSTEM_BROWSERS = [
    Path("/usr/bin", name) for name in ("chromium-headless-shell", "chromium", "chromium-browser")
]
PATIENCE_MS = 90_000
# Playwright's own list, which ours replaces, and what fills the address bar: half a second a window.
WITHOUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding",
    "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints",
    "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
    "WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup",
)  # fmt: skip
# Reached by an act (sign-out, a download), or not a page of ours.
SKIPPED_PREFIXES = (
    "/api/",
    "/i18n/",
    "/static/",
    "/staff/logout",
    "/staff/oidc",
    "/staff/accounts/logout",
    "/staff/account/codes/download",
)

AXE_SOURCE = Path(AXE_FILE_PATH).read_text(encoding="utf-8")

Arguments = Callable[[Any], dict[str, Any]]
REGISTRY: dict[str, Arguments] = {}


def register(url_name: str, arguments: Arguments) -> None:
    """Have a page that needs arguments tried too."""
    REGISTRY[url_name] = arguments


def chromium_path() -> str | None:
    """The browser to drive: ``CHROMIUM``, or the system's; ``None`` when there is none.

    The shell without windows goes first: the same engine, and no frame of a window that nobody sees.
    """
    named = os.environ.get("CHROMIUM", "")
    return named or next((str(path) for path in SYSTEM_BROWSERS if path.exists()), None)


def launch(playwright: Playwright) -> Browser:
    """Chromium without a GPU; its sandbox is given up only where it can't work, as uid 0.

    Whatever a test waits for in it has ``PATIENCE_MS``: a busy machine is slow, not wrong.
    """
    flags = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    flags.append("--disable-features=" + ",".join(WITHOUT))
    browser = playwright.chromium.launch(
        executable_path=chromium_path(), args=flags, chromium_sandbox=os.getuid() != 0
    )
    browser.on("context", lambda context: context.set_default_timeout(PATIENCE_MS))
    expect.set_options(timeout=PATIENCE_MS)
    return browser


def make_user(role: str = "admin", systems: list[str] | None = None, name: str = "千葉 奈緒") -> Any:
    """A person with one assignment in force; a second as approver so that every page opens."""
    from yakuba.core.people.models import Assignment, Department, Role, User
    from yakuba.core.systems import all_systems

    keys = [one.key for one in all_systems()] if systems is None else systems
    department, _ = Department.objects.get_or_create(
        code="1001", defaults={"name": "保育課", "systems": keys}
    )
    user = User.objects.create_user(f"u-{role}-{User.objects.count()}", "汐見の海は青い 7 回", name=name)
    roles = [Role.APPROVER, Role.ADMIN] if role == "admin" else [Role(role)]
    for one in roles:
        Assignment.objects.create(user=user, department=department, role=one, starts_on=date(2020, 4, 1))
    return user


def session_cookie(user: Any) -> str:
    """A session of the person, as sign-in would have made it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = []
    session.save()
    key: str | None = session.session_key
    assert key
    return key


@dataclass
class Watched:
    """A browser page and everything it complained about."""

    page: Page
    faults: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def watch(context: BrowserContext, origin: str) -> Watched:
    """Open a page that notes console errors, uncaught exceptions and requests to other hosts."""
    page = context.new_page()
    seen = Watched(page)

    def console(message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            seen.faults.append(message.text)

    def request(asked: Any) -> None:
        if not asked.url.startswith((origin, "data:", "about:", "blob:")):
            seen.outside.append(asked.url)

    page.on("console", console)
    page.on("pageerror", lambda error: seen.faults.append(str(error)))
    page.on("request", request)
    return seen


def named_pages() -> Iterator[str]:
    """Addresses of every GET page that needs no argument, and of the registered ones' names."""
    yield from sorted(set(_walk(get_resolver(), "/")))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        part = str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, prefix + part)
        elif isinstance(entry, URLPattern) and "<" not in prefix + part and "(?P" not in prefix + part:
            path = (prefix + part).replace("^", "").replace("$", "").replace("\\Z", "")
            if not path.startswith(SKIPPED_PREFIXES):
                yield path


def registered_pages(user: Any) -> Iterator[str]:
    """Addresses of the registered pages, with what they show created."""
    for name, arguments in REGISTRY.items():
        yield reverse(name, kwargs=arguments(user))


# Every rule runs; only what failed is described and brought over: of what passed nobody reads the elements.
RUN_AXE = "() => axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"


def axe_faults(page: Page) -> list[str]:
    """What axe-core finds on the page, one line a rule."""
    page.wait_for_load_state()  # a click returns as soon as the next page begins
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SOURCE)
    found = page.evaluate(RUN_AXE)
    return [f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:160]})" for one in found]


def sideways(page: Page) -> str:
    """What makes the page wider than its window, or nothing."""
    page.wait_for_load_state()
    wider: str = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return "";
          const all = [...document.querySelectorAll("body *")];
          const bad = all.find((e) => e.getBoundingClientRect().right > room + 1
            && !e.closest(".scroll, .tabs, .langs, .kids, .queue, .sr"));
          return bad ? bad.outerHTML.slice(0, 160) : "unknown element";
        }"""
    )
    return wider
