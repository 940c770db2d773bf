"""Fixtures of the site's tests: one Chromium a session, signed-in pages."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.site.browser import chromium_path, launch


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
