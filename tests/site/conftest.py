"""Fixtures of the site's tests: one Chromium a session, signed-in pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.site.browser import chromium_path, launch


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    """People signed in by a test have no second factor; what asks for one is tested with the people."""
    settings.YAKUBA_REQUIRE_TOTP = "none"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole session."""
    if chromium_path() is None:
        pytest.fail("no Chromium: install the chromium package or set CHROMIUM to its path")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright runs a loop in this thread
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
