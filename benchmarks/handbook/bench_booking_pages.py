"""What each kind of booking request costs the application: processor milliseconds, one process, no network.

    python -m benchmarks.handbook.bench_booking_pages [--rounds 60] [--language ja] [--profile times]

Every round is one family: first page, offers, list of times, hold, booking, confirmation, cancellation.
Prints one JSON line: mean and median per kind, statements sent to the database, and bytes of the page.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import os
import pstats
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import urlencode

from benchmarks.handbook.bench_booking_http import TOKEN, Family, prepare

Answer = tuple[int, dict[str, str], str]


class Site:
    """The application as a server calls it, with what each kind of request took."""

    def __init__(self, language: str, profiled: str, *, counting: bool = False) -> None:
        from yakuba.site.wsgi import application

        self.application, self.language, self.profiled = application, language, profiled
        self.ms: dict[str, list[float]] = defaultdict(list)
        self.counting = counting  # statements instead of time
        self.statements: dict[str, int] = {}
        self.seen: dict[str, list[str]] = {}
        self.size: dict[str, int] = {}
        self.profile = cProfile.Profile()

    def ask(self, kind: str, path: str, family: Family, fields: dict[str, str] | None = None) -> Answer:
        """One request; counted unless ``kind`` is empty."""
        body = b"" if fields is None else urlencode({**fields, "csrfmiddlewaretoken": family.token}).encode()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET" if fields is None else "POST",
            "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1", "HTTP_COOKIE": family.cookie, "HTTP_ACCEPT_LANGUAGE": self.language,
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }  # fmt: skip
        begun: list[Any] = []
        if kind == self.profiled:
            self.profile.enable()
        before = time.thread_time()
        seen: list[str] = []
        with watching(seen) if self.counting else nullcontext():
            chunks = self.application(environ, lambda status, headers: begun.extend((status, headers)))
            text = b"".join(chunks)
        chunks.close()
        used = time.thread_time() - before
        if kind == self.profiled:
            self.profile.disable()
        status, headers = int(begun[0].split()[0]), dict(begun[1])
        if status >= 400:
            raise RuntimeError(f"{kind} {path}: {status}")
        if kind:
            self.ms[kind].append(used * 1000)
            self.size[kind] = len(text)
            self.statements[kind] = len(seen)
            self.seen[kind] = seen
        return status, headers, text.decode()


def watching(seen: list[str]) -> AbstractContextManager[None]:
    """Writes down the statements that are sent."""
    from django.db import connection

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    return connection.execute_wrapper(note)


def rounds(site: Site, families: list[Family], offers: list[str], slots: dict[str, list[str]]) -> None:
    """A family each."""
    for number, family in enumerate(families):
        _, headers, text = site.ask("", f"/handbook/bookings/for/{family.child}/{offers[0]}/", family)
        found = TOKEN.search(text)
        if found is None:
            raise RuntimeError("the list of times has no form")
        family.cookie += "; " + headers["Set-Cookie"].partition(";")[0]
        family.token = found[1]
        offer = offers[number % len(offers)]
        times = f"/handbook/bookings/for/{family.child}/{offer}/"
        site.ask("home", "/handbook/bookings/", family)
        site.ask("offers", f"/handbook/bookings/for/{family.child}/", family)
        site.ask("times", times, family)
        fields = {"hold": slots[offer][number % len(slots[offer])], "key": f"k{number}"}
        _, headers, _ = site.ask("hold", f"{times}hold/", family, fields)
        place = headers["Location"]
        site.ask("booking", place, family)
        site.ask("confirm", f"{place}confirm/", family, {})
        site.ask("cancel", f"{place}cancel/", family, {})
        site.ask("handbook", "/handbook/children/", family)


def yardstick() -> float:
    """Processor milliseconds of a fixed piece of Python: how fast this machine is just now."""
    found = []
    for _ in range(5):
        before = time.thread_time()
        table = {number: str(number) for number in range(50_000)}
        sorted(table.values())
        found.append((time.thread_time() - before) * 1000)
    return round(statistics.median(found), 1)


def main() -> int:
    """One run."""
    parser = argparse.ArgumentParser(description="processor time of booking pages")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--language", default="ja")
    parser.add_argument("--profile", default="", help="show where the time of one kind goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="booking-pages-") as home:
        os.environ["YAKUBA_HOME"] = home
        from yakuba.core.setup import start_django

        start_django()
        ground = prepare(options.rounds + 4)
        warm = Site(options.language, "", counting=True)
        rounds(warm, ground.families[:4], ground.offers, ground.slots)
        site = Site(options.language, options.profile)
        load, before = os.getloadavg()[0], yardstick()
        rounds(site, ground.families[4:], ground.offers, ground.slots)
    kinds = {
        kind: {"n": len(ms), "mean_ms": round(statistics.mean(ms), 2),
               "p50_ms": round(statistics.median(ms), 2), "statements": warm.statements[kind],
               "bytes": site.size[kind]}
        for kind, ms in site.ms.items()
    }  # fmt: skip
    print(json.dumps({"bench": "handbook.bench_booking_pages", "language": options.language,
                      "load_before": round(load, 1), "yardstick_ms": [before, yardstick()],
                      **kinds}))  # fmt: skip
    if options.profile:
        print("\n".join(warm.seen[options.profile]))
        pstats.Stats(site.profile).sort_stats("tottime").print_stats(45)
        pstats.Stats(site.profile).sort_stats("cumulative").print_stats(90)
    return 0


if __name__ == "__main__":
    sys.exit(main())
