"""A person at a desk who has a keyboard and no mouse; every page that is passed is checked."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, TimeoutError

from tests.site.browser import PATIENCE_MS, WIDTHS, axe_faults, sideways
from tests.story.desk import NARROW, PASSWORD, WIDE, Desk

MOST_TABS = 600
FOCUSED = "e => e === document.activeElement"
# Whether going backwards is the shorter way: before the first Tab, that begins at the end of the page.
BEHIND = """e => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  const [at, now] = [all.indexOf(e), all.indexOf(document.activeElement)];
  return now < 0 ? at > all.length / 2 : at < now;
}"""


class Keys(Desk):
    """Tab, Enter, the arrow keys and letters; a file chooser alone is answered for the person."""

    def __init__(self, browser: Browser, origin: str, shots: Path | None) -> None:
        super().__init__(browser, origin, shots)
        self.faults: list[str] = []
        self.stops: list[str] = []

    # -- keys

    def reach(self, target: Locator) -> Locator:
        """Tab until the control has the focus."""
        target.wait_for()
        key = "Shift+Tab" if target.evaluate(BEHIND) else "Tab"
        for _ in range(MOST_TABS):
            if target.evaluate(FOCUSED):
                return target
            self.page.keyboard.press(key)
        raise AssertionError(f"{self.page.url}: no number of tabs reaches {target}")

    def named(self, name: str | re.Pattern[str], role: Any = "button") -> Locator:
        """The first button (or link) of that name that can be seen."""
        exact = isinstance(name, str)
        return self.page.get_by_role(role, name=name, exact=exact).and_(self.page.locator(":visible")).first

    def press(self, name: str | re.Pattern[str], *, role: Any = "button") -> None:
        """Enter on the button or link of that name."""
        self.enter(self.named(name, role))

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Enter on a link."""
        self.press(name, role="link")

    def enter(self, target: Locator) -> None:
        """Reach a control and press Enter; the page that answers is there afterwards."""
        self.reach(target)
        before = self.page.evaluate("() => { window.left = true; return location.href }")
        self.page.keyboard.press("Enter")
        gone = f"() => !window.left || location.href !== {before!r}"
        self.page.wait_for_function(gone, timeout=PATIENCE_MS)
        self.page.wait_for_load_state("load")

    def unfold(self, text: str) -> None:
        """Open a folded part of the page."""
        self.reach(self.page.locator("summary", has_text=text).first)
        self.page.keyboard.press("Enter")

    def type(self, where: str, text: str) -> None:
        """Type into a field, over what stands in it."""
        self.reach(self.page.locator(where).first)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, where: str, label: str | re.Pattern[str]) -> None:
        """Arrow down to an option."""
        select = self.reach(self.page.locator(where).first)
        options = [one.strip() for one in select.locator("option").all_text_contents()]
        wanted = next(at for at, one in enumerate(options) if re.search(label, one))
        now: int = select.evaluate("e => e.selectedIndex")
        for _ in range(abs(wanted - now)):
            self.page.keyboard.press("ArrowDown" if wanted > now else "ArrowUp")
        assert select.evaluate("e => e.selectedIndex") == wanted

    def mark(self, label: str) -> None:
        """Choose a radio button with the arrow keys, or tick a box with the space bar."""
        target = self.page.get_by_label(label, exact=True).first
        if target.get_attribute("type") == "radio":
            name = target.get_attribute("name")
            group = self.page.locator(f"input[type=radio][name='{name}']")
            for _ in range(MOST_TABS):
                if group.evaluate_all("all => all.includes(document.activeElement)"):
                    break
                self.page.keyboard.press("Tab")
            for _ in range(group.count()):
                self.page.keyboard.press("Space" if target.evaluate(FOCUSED) else "ArrowDown")
                if target.is_checked():
                    return
        self.reach(target)
        self.page.keyboard.press("Space")
        assert target.is_checked()

    def day(self, where: str, day: date) -> None:
        """Type a date into the parts of a date field, in the order that the browser shows them."""
        field = self.reach(self.page.locator(where).first)
        parts = {"y": f"{day:%Y}", "m": f"{day:%m}", "d": f"{day:%d}"}
        for order in ("mdy", "ymd", "dmy"):
            for at, part in enumerate(order):
                self.page.keyboard.type(parts[part])
                if part == "y" and at < 2:
                    self.page.keyboard.press("ArrowRight")
            if field.input_value() == day.isoformat():
                return
            self.page.keyboard.press("Shift+Tab")
            self.reach(field)
        raise AssertionError(f"{where}: {field.input_value()} instead of {day}")

    def time(self, where: str, clock: str) -> None:
        """Type a time of day into the parts of a time field that is reached forwards: 12 hours, or 24."""
        field = self.reach(self.page.locator(where).first)
        hour, minute = (int(one) for one in clock.split(":"))
        for parts in ((f"{(hour - 1) % 12 + 1:02}", f"{minute:02}", "AP"[hour >= 12]), clock.split(":")):
            for part in parts:
                self.page.keyboard.type(part)
            if field.input_value() == clock:
                return
            for _ in parts:
                self.page.keyboard.press("ArrowLeft")
        raise AssertionError(f"{where}: {field.input_value()} instead of {clock}")

    def attach(self, path: Path) -> None:
        """Open the file chooser with the space bar and choose the file."""
        field = self.page.locator("#id_file")
        for _ in range(6):  # the browser drops the key when it takes the press for too old
            self.reach(field)
            with suppress(TimeoutError):
                with self.page.expect_file_chooser(timeout=10_000) as chooser:
                    self.page.keyboard.press("Space")
                chooser.value.set_files(path)
                return
        raise AssertionError(f"{self.page.url}: the space bar opens no file chooser")

    def download(self, name: str, role: Any = "link") -> bytes:
        """Enter on what hands out a file."""
        self.reach(self.named(name, role))
        with self.page.expect_download() as got:
            self.page.keyboard.press("Enter")
        return got.value.path().read_bytes()

    # -- checks

    def stop(self, name: str, *, narrow: bool = True) -> None:
        """Look around: axe, nothing wider than the window, a picture where they are kept."""
        self.stops.append(name)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 844})
            if wide := sideways(self.page):
                self.faults.append(f"{name} {width}: {wide}")
            if self.shots is not None and (width == WIDE or (width == NARROW and narrow)):
                suffix = "" if width == WIDE else f"-{width}"
                self.page.screenshot(path=self.shots / f"{name}{suffix}.png", full_page=True)
        self.page.set_viewport_size({"width": WIDE, "height": 800})
        self.faults += [f"{name}: {fault}" for fault in axe_faults(self.page)]

    def close(self) -> None:
        """Nothing was found on the way."""
        super().close()
        assert self.faults == []

    # -- people

    def sign_in(self, number: str, code: str, *, second: bool = False) -> None:
        """The one-time code becomes a password, the person signs in with it, and sets a second factor."""
        password = PASSWORD.format(number)
        self.go("/staff/login/")
        self.follow(re.compile("再設定コードで"))
        self.type("#id_username", number)
        self.type("#id_code", code)
        self.type("#id_password", password)
        self.type("#id_again", password)
        self.press("新しいパスワードを設定する")
        self.says("新しいパスワードを設定しました")
        self.page.get_by_label("職員番号").wait_for()
        self.reach(self.page.get_by_label("職員番号"))
        self.page.keyboard.type(number)
        self.type("#id_password", password)
        self.press("ログインする")
        if second:
            self._second_factor()

    def _second_factor(self) -> None:
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        self.says("二段階認証の設定")
        secret = (self.page.locator("p.hash").text_content() or "").strip()
        self.type("#id_code", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
        self.press("二段階認証を設定する")
        self.says("この画面は一度しか表示しません")
        self.follow("保管したのでホームへ進む")
