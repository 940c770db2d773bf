"""Bookings over HTTP at a fixed rate (acceptance 5). One JSON line; exit 1 when the goal is missed.

    python -m benchmarks.handbook.bench_booking_http [--rate 200] [--seconds 30] [--workers 2] \
        [--mix visits] [--database sqlite|postgresql]

Serves a fresh installation with ``yakuba serve``, signs families in, and sends requests at moments
fixed beforehand, whether or not earlier ones were answered. A time counts from the moment at which the
request was due, so that a stall shows in every request behind it. A server that has just started is warmed up
first, on every connection, which is not counted.

Two mixes. ``visits``: what browsers of families ask for, of a hundred 15 first pages, 15 lists of offers, 35
lists of times, 10 holds, 15 pages of a booking (a browser is led there after holding and confirming), 8
confirmations, 2 cancellations. ``lists``: 70 lists of times, 20 holds, 10 confirmations. A confirmation takes
the oldest hold; where there is none, a place is held instead.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from benchmarks.handbook.booking_storm import database

ROOT = Path(__file__).parents[2]
OFFERS, SLOTS, CAPACITY = 4, 30, 60
GOAL_MS = 300.0
WARM = 6  # requests a connection before the clock starts
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
MIXES = {
    "visits": {
        "home": 15, "offers": 15, "list": 35, "hold": 10, "booking": 15, "confirm": 8, "cancel": 2,
    },
    "lists": {"list": 70, "hold": 20, "confirm": 10},
}  # fmt: skip
EXPECTED = (200, 302, 409)  # 409: the place was taken, or the hold is over


@dataclass
class Family:
    """A signed-in browser."""

    child: str
    cookie: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the requests are about."""

    offers: list[str]
    slots: dict[str, list[str]]
    families: list[Family]


def prepare(number_of_families: int) -> Ground:
    """Offers with slots to come, families with a running session each."""
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    from yakuba.handbook.family.session import cookie_name
    from yakuba.handbook.models import Child, FamilyAccount, FamilySession, Guardian, ServiceOffer, Slot

    now = timezone.now()
    slots: dict[str, list[str]] = {}
    for number in range(OFFERS):
        reference = f"offer{number}"
        offer = ServiceOffer.objects.create(
            reference=reference, kind="class", title=f"教室{number + 1}", age_until="3y", place="保健センター"
        )
        starts = [now + timedelta(days=2 + at, hours=number) for at in range(SLOTS)]
        slots[reference] = [f"s{number}x{at}" for at in range(SLOTS)]
        Slot.objects.bulk_create(
            Slot(
                reference=slots[reference][at], offer=offer, start=start, end=start + timedelta(hours=1),
                capacity=CAPACITY, opens_at=now, closes_at=start,
            )
            for at, start in enumerate(starts)
        )  # fmt: skip
    families = []
    birth = date.today() - timedelta(days=500)  # noqa: DTZ011 - an age
    for number in range(number_of_families):
        account = FamilyAccount.objects.create(reference=f"a{number}", created_at=now)
        child = Child.objects.create(
            reference=f"c{number}", name="子", birth=birth, from_register=True, created_at=now
        )
        Guardian.objects.create(account=account, child=child, role="owner", since=now)
        secret = f"bench-{number}"
        digest = sha256(secret.encode()).hexdigest()
        FamilySession.objects.create(account=account, digest=digest, started_at=now, seen_at=now)
        families.append(Family(child.reference, f"{cookie_name()}={secret}"))
    return Ground(list(slots), slots, families)


@dataclass
class Outcome:
    """Milliseconds by kind of request, and what was answered."""

    ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    held: deque[tuple[Family, str]] = field(default_factory=deque)  # whose, and the booking's address
    booked: deque[tuple[Family, str]] = field(default_factory=deque)
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self) -> None:
        """What came so far is not counted."""
        with self.lock:
            self.ms.clear()
            self.answers.clear()

    def add(self, kind: str, status: int, ms: float) -> None:
        with self.lock:
            self.ms[kind].append(ms)
            self.answers[f"{kind} {status}"] += 1


class Sender(threading.Thread):
    """Takes due requests and sends them over a connection of its own."""

    def __init__(self, port: int, due: queue.Queue[Any], ground: Ground, outcome: Outcome) -> None:
        super().__init__(daemon=True)
        self.port, self.due, self.ground, self.outcome = port, due, ground, outcome
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def run(self) -> None:
        while (one := self.due.get()) is not None:
            at, kind, family, offer, slot = one
            try:
                status = self.send(kind, family, offer, slot)
            except (OSError, http.client.HTTPException):
                self.connection.close()
                status = 0
            self.outcome.add(kind, status, (time.perf_counter() - at) * 1000)

    def send(self, kind: str, family: Family, offer: str, slot: str) -> int:
        child = f"/handbook/bookings/for/{family.child}/"
        times = f"{child}{offer}/"
        pages = {"list": times, "home": "/handbook/bookings/", "offers": child}
        if kind in pages:
            return self.ask("GET", pages[kind], family)[0]
        held, booked = self.outcome.held, self.outcome.booked
        try:
            if kind == "confirm":
                family, place = held.popleft()
                status, _ = self.ask("POST", f"{place}confirm/", family, {})
                booked.append((family, place))
                return status
            if kind == "cancel":
                family, place = booked.popleft()
                return self.ask("POST", f"{place}cancel/", family, {})[0]
            if kind == "booking":
                family, place = (held or booked)[-1]
                return self.ask("GET", place, family)[0]
        except IndexError:  # nobody has got so far: a place is held instead
            pass
        fields = {"hold": slot, "key": f"{time.perf_counter_ns()}"[-20:]}
        status, place = self.ask("POST", f"{times}hold/", family, fields)
        if status == http.HTTPStatus.FOUND:
            held.append((family, place))
        return status

    def ask(
        self, method: str, path: str, family: Family, fields: dict[str, str] | None = None
    ) -> tuple[int, str]:
        headers = {"Cookie": family.cookie, "Accept-Language": "ja"}
        body = None
        if fields is not None:
            body = urlencode({**fields, "csrfmiddlewaretoken": family.token})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        if method == "GET" and not family.token and (found := TOKEN.search(text)):
            family.cookie += "; " + (answer.headers["Set-Cookie"] or "").partition(";")[0]
            family.token = found[1]
        return answer.status, answer.headers.get("Location", "")


def drive(
    port: int, ground: Ground, rate: float, seconds: float, senders: int, seed: int, mix: dict[str, int],
    started: Callable[[], None],
) -> Outcome:  # fmt: skip
    """Every family opens a list once (not counted); then the requests at their moments.

    ``started`` is called when the clock starts.
    """
    warm, outcome, due = Outcome(), Outcome(), queue.Queue()  # type: ignore[var-annotated]
    first = Sender(port, due, ground, warm)
    for family in ground.families:
        if first.send("list", family, ground.offers[0], "") != http.HTTPStatus.OK or not family.token:
            raise RuntimeError("a list of times was not shown to a signed-in family")
    threads = [Sender(port, due, ground, outcome) for _ in range(senders)]
    for one in threads:
        one.start()
    random = Random(seed)
    for number in range(WARM * senders):
        kind = ("home", "offers", "list")[number % 3]
        due.put((0.0, kind, random.choice(ground.families), random.choice(ground.offers), ""))
    while sum(len(found) for found in outcome.ms.values()) < WARM * senders:
        time.sleep(0.05)
    outcome.forget()
    started()
    begin = time.perf_counter() + 0.2
    for number in range(int(rate * seconds)):
        at = begin + number / rate
        time.sleep(max(0.0, at - time.perf_counter()))
        offer = random.choice(ground.offers)
        kind = random.choices(list(mix), list(mix.values()))[0]
        due.put((at, kind, random.choice(ground.families), offer, random.choice(ground.slots[offer])))
    for _ in threads:
        due.put(None)
    for one in threads:
        one.join()
    return outcome


def quantiles(values: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(values) or [0.0]
    return {
        name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)
        for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99), ("max_ms", 1.0))
    }


def serve(home: str, port: int, workers: int, threads: int) -> subprocess.Popen[bytes]:
    """``yakuba serve`` as the product is served; returns once it answers."""
    command = [sys.executable, "-m", "yakuba", "serve", "--port", str(port), "--quiet"]
    process = subprocess.Popen(
        [*command, "--workers", str(workers), "--threads", str(threads)],
        cwd=ROOT,
        env={**os.environ, "YAKUBA_HOME": home, "PYTHONPATH": os.environ.get("PYTHONPATH", "src")},
    )
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/static/yakuba/mark.svg")
            connection.getresponse().read()
            return process
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError("yakuba serve did not answer within two minutes")


def processor_s(server: int) -> float:
    """Processor seconds that the server and its workers have used so far."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if server in (int(folder.name), int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """One run."""
    parser = argparse.ArgumentParser(description="bookings over HTTP at a fixed rate")
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--families", type=int, default=400)
    parser.add_argument("--senders", type=int, default=64)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--port", type=int, default=8450)
    parser.add_argument("--mix", choices=MIXES, default="visits")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="booking-http-") as home, database(options.database) as url:
        os.environ["YAKUBA_HOME"] = home
        os.environ["YAKUBA_DATABASE_URL"] = url
        from yakuba.core.setup import start_django

        start_django()
        ground = prepare(options.families)
        from django.db import connections

        connections.close_all()
        server = serve(home, options.port, options.workers, options.threads)
        try:
            used: list[float] = []

            def count() -> None:
                used.append(processor_s(server.pid))

            load = os.getloadavg()[0]
            outcome = drive(
                options.port, ground, options.rate, options.seconds, options.senders, options.seed,
                MIXES[options.mix], count,
            )  # fmt: skip
            count()
        finally:
            server.terminate()
            server.wait()
        every = [ms for values in outcome.ms.values() for ms in values]
        wrong = sum(count for name, count in outcome.answers.items() if int(name.split()[1]) not in EXPECTED)
        found = {
            "bench": "handbook.bench_booking_http",
            "mix": options.mix,
            "database": options.database,
            "threads": options.threads,
            "rate": options.rate,
            "seconds": options.seconds,
            "workers": options.workers,
            "cores": os.cpu_count(),
            "load_before": round(load, 1),
            "n": len(every),
            "server_cpu_ms_a_request": round((used[1] - used[0]) * 1000 / len(every), 2),
            **quantiles(every),
            **{kind: {"n": len(values), **quantiles(values)} for kind, values in outcome.ms.items()},
            "answers": dict(sorted(outcome.answers.items())),
            "wrong": wrong,
            "good": not wrong and quantiles(every)["p99_ms"] < GOAL_MS,
        }
    print(json.dumps(found))
    return 0 if found["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
