"""Means of the story: a whole installation in real processes, and people at desks of their own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.core.installations import Installation
from tests.site.browser import watch

WIDE, NARROW = 1280, 390
PASSWORD = "帆と灯台と潮の満ち引き {} 回"


class Portal:
    """``yakuba serve --with-worker`` of an installation, as an operator starts it."""

    def __init__(self, installation: Installation, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self._log = (installation.home / "serve.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "yakuba", "serve", "--with-worker", "--port", str(port)],
            env=installation.environment,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def wait(self, limit: float = 60) -> None:
        """Until it answers; fails with what the processes said."""
        end = time.monotonic() + limit
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.origin}/api/v1/health", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"the portal does not answer: {Path(self._log.name).read_text()}")

    def stop(self) -> None:
        """As Ctrl+C does; whatever is left of the group is killed."""
        self._process.terminate()
        try:
            self._process.wait(120)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()


class Desk:
    """One person with a browser of their own."""

    def __init__(self, browser: Browser, origin: str, shots: Path | None) -> None:
        self.origin = origin
        self.shots = shots
        self.context = browser.new_context(
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            viewport={"width": WIDE, "height": 800},
            accept_downloads=True,
        )
        self.seen = watch(self.context, origin)
        self.page: Page = self.seen.page

    def go(self, path: str) -> Page:
        """Open an address of the portal."""
        self.page.goto(self.origin + path)
        return self.page

    def says(self, text: str | re.Pattern[str]) -> None:
        """The page's main part shows the text."""
        expect(self.page.locator("body")).to_contain_text(text)

    def press(self, name: str, *, role: Any = "button") -> None:
        """Press the one button (or link) of that name."""
        self.page.get_by_role(role, name=name, exact=True).first.click()

    def shot(self, name: str, *, narrow: bool = False) -> None:
        """A picture at 1280 px and, for the main pages, at 390 px; only when a folder was asked for."""
        if self.shots is None:
            return
        self.page.screenshot(path=self.shots / f"{name}.png")
        if narrow:
            self.page.set_viewport_size({"width": NARROW, "height": 844})
            self.page.screenshot(path=self.shots / f"{name}-390.png", full_page=True)
            self.page.set_viewport_size({"width": WIDE, "height": 800})

    def file(self, path: str) -> bytes:
        """A file of the portal, with this person's session."""
        answer = self.context.request.get(self.origin + path)
        assert answer.status == 200, f"{path}: {answer.status} {answer.text()[:300]}"
        return answer.body()

    def set_password(self, number: str, code: str) -> None:
        """The one-time code becomes a password, and the person signs in with it."""
        password = PASSWORD.format(number)
        page = self.go("/staff/login/")
        page.get_by_role("link", name=re.compile("再設定コードで")).click()
        page.get_by_label("職員番号").fill(number)
        page.get_by_label("再設定コード").fill(code)
        page.locator("#id_password").fill(password)
        page.locator("#id_again").fill(password)
        self.press("新しいパスワードを設定する")
        self.says("新しいパスワードを設定しました")
        page.get_by_label("職員番号").fill(number)
        page.locator("#id_password").fill(password)
        self.press("ログインする")

    def set_second_factor(self) -> None:
        """What the portal demands of approvers and admins before anything else."""
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        self.says("二段階認証の設定")
        secret = (self.page.locator("p.hash").text_content() or "").strip()
        self.page.locator("#id_code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
        self.press("二段階認証を設定する")
        self.says("この画面は一度しか表示しません")
        self.page.get_by_role("link", name="保管したのでホームへ進む").click()

    def close(self) -> None:
        """The browser complained about nothing and asked no other host."""
        self.context.close()
        assert self.seen.faults == [], self.seen.faults
        assert self.seen.outside == []
