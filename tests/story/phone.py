"""A parent with a phone: taps, looks at pages at 390 px, and every page that is passed is checked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator

from tests.site.browser import WIDTHS, axe_faults, sideways
from tests.story.desk import NARROW, WIDE, Desk

HEIGHT = 844
CHECKED = (WIDE, NARROW)  # widths at which axe is asked
# The second look at a page: axe lies in it already.
AGAIN = """() => axe.run({resultTypes: ["violations"]}).then((found) => found.violations.map(
  (one) => `${one.id}: ${one.help} (${one.nodes[0].html.slice(0, 160)})`))"""


def look_around(desk: Any, name: str, *, back: tuple[int, int]) -> None:
    """Axe at both widths, nothing wider than the window, pictures where they are kept."""
    for width in WIDTHS:
        desk.page.set_viewport_size({"width": width, "height": HEIGHT})
        if wide := sideways(desk.page):
            desk.faults.append(f"{name} {width}: {wide}")
        if width in CHECKED:
            found = axe_faults(desk.page) if width == WIDE else desk.page.evaluate(AGAIN)
            desk.faults += [f"{name} {width}: {fault}" for fault in found]
            if desk.shots is not None:
                desk.page.screenshot(path=desk.shots / f"{name}-{width}.png", full_page=True)
    desk.page.set_viewport_size({"width": back[0], "height": back[1]})


class Phone(Desk):
    """390 px wide, with fingers."""

    def __init__(self, browser: Browser, origin: str, shots: Path | None) -> None:
        super().__init__(browser, origin, shots)
        self.faults: list[str] = []
        self.page.set_viewport_size({"width": NARROW, "height": HEIGHT})

    def tap(self, name: str | re.Pattern[str], role: Any = "button") -> None:
        """Use a button or link by what it says; the page that answers is there afterwards."""
        exact = isinstance(name, str)
        target = self.page.get_by_role(role, name=name, exact=exact).and_(self.page.locator(":visible"))
        self.use(target.first)

    def open(self, name: str | re.Pattern[str]) -> None:
        """Follow a link."""
        self.tap(name, "link")

    def use(self, target: Locator) -> None:
        """Tap something that leads to another page."""
        with self.page.expect_navigation():
            target.click()

    def write(self, where: str, text: str) -> None:
        """Type into a field."""
        self.page.locator(where).fill(text)

    def pick(self, where: str, value: str) -> None:
        """Choose from a list."""
        self.page.locator(where).select_option(value)

    def take(self, name: str) -> bytes:
        """Take a file with a link."""
        with self.page.expect_download() as got:
            self.page.get_by_role("link", name=name).first.click()
        return got.value.path().read_bytes()

    def stop(self, name: str) -> None:
        """Look around."""
        look_around(self, name, back=(NARROW, HEIGHT))

    def close(self) -> None:
        """Nothing was found on the way."""
        super().close()
        assert self.faults == []
