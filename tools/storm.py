"""``make storm``: users of the portal at work; time to the last byte of each page, as JSON lines.

Signs in as staff on a served instance (``--url``, after ``make demo``) and lets ``--users`` walk through
the pages with ``--think`` seconds between clicks. Signing in, which costs a slow password hash on purpose,
is counted apart from the pages, and so are the pages opened while somebody is still signing in
(``"while": "arriving"``) and after that (``"working"``). The limit holds for all pages of both.
``--scale 0.01`` is the short run of the continuous checks. Standard library only.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import random
import re
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from dataclasses import dataclass, field
from http import HTTPStatus

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LINK = re.compile(r'href="(/staff/[^"#?]*)"')
FRAME = ("/staff/account/", "/staff/people/", "/staff/components")  # pages of one's own account
SIGN_IN = "sign-in"
ARRIVING, WORKING = "arriving", "working"
NOT_PAGES = ("logout", "login", "export", "download", "print", ".pdf", ".csv", ".xlsx")


@dataclass
class Figures:
    """Seconds per page pattern and the failures, shared by all users."""

    expected: int = 0  # users who have not finished signing in
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    phases: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def phase(self) -> str:
        """Whether somebody still has to sign in."""
        return ARRIVING if self.expected > 0 else WORKING

    def add(self, page: str, seconds: float, phase: str = "") -> None:
        with self.lock:
            self.seconds[page].append(seconds)
            if phase:
                self.phases[phase].append(seconds)

    def arrived(self) -> None:
        with self.lock:
            self.expected -= 1

    def fail(self, what: str) -> None:
        with self.lock:
            self.failures.append(what)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, so that a sign-in and the page after it are timed apart."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Nowhere."""
        return


class User:
    """One signed-in person with a browser's cookies."""

    def __init__(self, base: str, name: str, password: str, figures: Figures, seed: int) -> None:
        self.base = base
        self.name = name
        self.password = password
        self.figures = figures
        self.chance = random.Random(seed)
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.knocker = urllib.request.build_opener(jar, _Stay)
        self.pages: list[str] = ["/staff/"]

    def get(self, path: str, *, counted: bool = True) -> str:
        """Fetch a page; new links found on it join the walk."""
        started, phase = time.perf_counter(), self.figures.phase
        try:
            with self.opener.open(self.base + path, timeout=60) as answer:
                body = answer.read().decode("utf-8", "replace")
        except (urllib.error.URLError, OSError) as error:
            self.figures.fail(f"{path}: {error}")
            return ""
        if counted:
            self.figures.add(pattern(path), time.perf_counter() - started, phase)
        for link in LINK.findall(body):
            if (
                link not in self.pages
                and not any(word in link for word in NOT_PAGES)
                and len(self.pages) < 200
            ):
                self.pages.append(link)
        return body

    def sign_in(self) -> bool:
        """Through the sign-in form, to its answer; False when it does not lead in."""
        body = self.get("/staff/login/")
        token = TOKEN.search(body)
        fields = {"username": self.name, "login": self.name, "password": self.password}
        fields["csrfmiddlewaretoken"] = token.group(1) if token else ""
        request = urllib.request.Request(
            self.base + "/staff/login/",
            urllib.parse.urlencode(fields).encode(),
            {"Referer": self.base + "/staff/login/"},
        )
        started = time.perf_counter()
        said = ""
        try:
            self.knocker.open(request, timeout=60).close()
        except urllib.error.HTTPError as answer:  # a redirect too, because none is followed
            with answer:
                said = f"HTTP {answer.code}"
                if answer.code == HTTPStatus.FOUND and "/login" not in answer.headers.get("Location", ""):
                    self.figures.add(SIGN_IN, time.perf_counter() - started)
                    return True
        except (urllib.error.URLError, OSError) as error:
            said = str(error)
        self.figures.fail(f"sign-in of {self.name} was refused: {said or 'the form came back'}")
        return False

    def walk(self, until: float, think: float) -> None:
        """Arrive within the first think time, sign in, then open one known page after another."""
        time.sleep(think * self.chance.uniform(0, 1))
        try:
            if not self.sign_in():
                return
        finally:
            self.figures.arrived()
        while time.monotonic() < until:
            # Cases first: three clicks out of four stay in the systems, as an officer's would.
            cases = [page for page in self.pages if not page.startswith(FRAME)]
            pages = cases if cases and self.chance.random() < 0.75 else self.pages
            self.get(self.chance.choice(pages))
            time.sleep(think * self.chance.uniform(0.5, 1.5))


def pattern(path: str) -> str:
    """A path with its ids replaced, so that pages of one kind count together."""
    return re.sub(r"/(\d+|[0-9a-f-]{32,36})(?=/|$)", "/:id", path)


def quantile(values: list[float], share: float) -> float:
    """The value that this share of the (sorted) values does not exceed."""
    return values[min(len(values) - 1, int(share * len(values)))]


def report(figures: Figures) -> list[dict[str, object]]:
    """One line a page, one for signing in, one a phase, then all pages together."""
    lines: list[dict[str, object]] = []
    everything: list[float] = []
    for page, seconds in sorted(figures.seconds.items()):
        if page != SIGN_IN:
            everything += seconds
            lines.append({"page": page, **_summary(seconds)})
    lines.append({"page": SIGN_IN, **_summary(figures.seconds.get(SIGN_IN, []))})
    lines += [
        {"page": "all", "while": phase, **_summary(figures.phases[phase])} for phase in (ARRIVING, WORKING)
    ]
    lines.append({"page": "all", **_summary(everything), "failures": len(figures.failures)})
    return lines


def _summary(seconds: list[float]) -> dict[str, object]:
    if not seconds:
        return {"n": 0}
    ordered = sorted(seconds)
    milliseconds = {
        "p50_ms": quantile(ordered, 0.5), "p95_ms": quantile(ordered, 0.95), "max_ms": ordered[-1],
    }  # fmt: skip
    return {"n": len(ordered), **{name: round(value * 1000, 1) for name, value in milliseconds.items()}}


def main() -> int:
    """1 when a request failed or the 95th percentile is above ``--limit-ms``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--think", type=float, default=5.0, help="seconds between clicks")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full time")
    parser.add_argument("--login", action="append", default=[], metavar="NAME:PASSWORD")
    parser.add_argument("--limit-ms", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logins = [pair.split(":", 1) for pair in options.login]
    if not logins or any(len(pair) != 2 for pair in logins):
        parser.error("give at least one --login NAME:PASSWORD (yakuba demo prints them)")
    figures = Figures(expected=options.users)
    until = time.monotonic() + options.minutes * 60 * options.scale
    think = options.think if options.scale >= 1 else options.think * options.scale * 10
    threads = []
    for number in range(options.users):
        name, password = logins[number % len(logins)]
        user = User(options.url, name, password, figures, options.seed * 1000 + number)
        threads.append(threading.Thread(target=user.walk, args=(until, think), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join()
    lines = report(figures)
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    for failure in figures.failures[:20]:
        print(f"storm: {failure}", file=sys.stderr)
    slow = float(str(lines[-1].get("p95_ms", "inf"))) > options.limit_ms
    return 1 if slow or figures.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
