"""Bookings under kill -9 (acceptance 5). One JSON line; exit 1 when a promise was broken.

    python -m benchmarks.handbook.booking_storm --attempts 100000 --processes 64 \
        [--database sqlite|postgresql] [--seed 1] [--kills 200] [--home FOLDER]

``--processes`` processes ask for places through the services: hold and confirm, book at the counter, let a
hold lapse, cancel, move, stand in line. Each writes what it is about to ask and what it was answered to a
file of its own. At random moments one of them is killed with SIGKILL and started again; it then repeats,
with the same key, what it had asked without hearing an answer. The clock of the storm runs 30 times as
fast, so that holds lapse under it. Afterwards the database is compared with every answer that was heard.

SQLite runs with ``synchronous=FULL`` (what the services set), PostgreSQL with ``fsync`` and
``synchronous_commit`` on.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

BASE = datetime(2027, 1, 10, 0, 0, tzinfo=UTC)
FASTER = 30  # the storm's seconds a second
BIRTH = date(2025, 6, 1)
CHILDREN = 6_000
SLOTS = 120  # of each of the four offers
MOST_OPEN = 3
ACTS = ("hold", "book", "lapse", "join")
WEIGHTS = (60, 20, 12, 8)


@dataclass(frozen=True, slots=True)
class Plan:
    """What all processes know."""

    folder: Path
    started: float
    slots: dict[int, list[int]]  # offer -> slots
    seed: int

    def now(self) -> datetime:
        """The storm's clock."""
        return BASE + timedelta(seconds=(time.time() - self.started) * FASTER)


class Process:
    """One process of the storm: a fork that can be killed and begun again."""

    def __init__(self, plan: Plan, number: int, share: int) -> None:
        self.plan, self.number, self.share = plan, number, share
        self.log = plan.folder / f"{number:03}.log"
        self.begun = 0
        self.pid = 0

    def start(self) -> None:
        """Fork; the child never returns."""
        self.begun += 1
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                work(self.plan, self.number, self.share, self.log, self.begun)
                code = 0
            except BaseException:
                import traceback

                traceback.print_exc()
            finally:
                os._exit(code)

    def ended(self) -> int | None:
        """The exit status; None while it runs."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return None if pid == 0 else os.waitstatus_to_exitcode(status)

    def kill(self) -> None:
        """SIGKILL."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def read_log(path: Path) -> Iterator[dict[str, Any]]:
    """Whole lines; one that a kill cut off was never heard."""
    if path.exists():
        for line in path.read_bytes().split(b"\n"):
            try:
                yield json.loads(line)
            except ValueError:
                continue


def work(plan: Plan, number: int, share: int, log: Path, begun: int) -> None:
    """Do the rest of a share; begin with what was asked and not answered."""
    random = Random(plan.seed * 1_000_003 + number * 1_009 + begun)
    asked: dict[int, dict[str, Any]] = {}
    mine: list[tuple[str, str, int]] = []  # bookings of this process: reference, child, offer
    for line in read_log(log):
        if "ask" in line:
            asked[line["ask"]] = line
        elif (question := asked.pop(line.get("to", -1), None)) and line["code"] == "ok":
            if question["act"] == "cancel":
                mine = [one for one in mine if one[0] != question["of"]]
            elif question["act"] != "join":
                mine.append((line["reference"], question["child"], question["offer"]))
    done = sum(1 for line in read_log(log) if "ask" in line)
    with log.open("ab", buffering=0) as out:
        worker = Worker(plan, out, mine)
        out.write(b"\n")  # ends a line that a kill cut off
        for line in asked.values():
            worker.repeat(line)
        for at in range(done, share):
            worker.act(number * 10_000_000 + at, random)


class Worker:
    """Asks, and notes what it hears."""

    def __init__(self, plan: Plan, out: Any, mine: list[tuple[str, str, int]]) -> None:
        self.plan, self.out, self.mine = plan, out, mine

    def say(self, **line: Any) -> None:
        self.out.write(json.dumps(line).encode() + b"\n")

    def act(self, ask: int, random: Random) -> None:
        """One attempt at a place."""
        roll = random.random()
        if self.mine and roll < 0.06:
            return self.change(ask, random)
        offer = random.choice(list(self.plan.slots))
        # A third of the wishes fall on a few slots, as when a popular day opens.
        some = self.plan.slots[offer]
        slot = random.choice(some[:8] if random.random() < 0.34 else some)
        act = random.choices(ACTS, WEIGHTS)[0]
        child = f"child-{random.randrange(CHILDREN)}"
        question = {"ask": ask, "act": act, "offer": offer, "slot": slot, "child": child}
        self.say(**question)
        self.answer(question, first=True)
        if random.random() < 0.03:  # a family presses twice
            self.answer(question, first=False)
        return None

    def change(self, ask: int, random: Random) -> None:
        """Cancel or move a booking of ours."""
        reference, child, offer = self.mine.pop(random.randrange(len(self.mine)))
        act = random.choice(("cancel", "move"))
        slot = random.choice(self.plan.slots[offer])
        question = {"ask": ask, "act": act, "offer": offer, "slot": slot, "child": child, "of": reference}
        self.say(**question)
        self.answer(question, first=True)

    def repeat(self, question: dict[str, Any]) -> None:
        self.answer(question, first=False)

    def answer(self, question: dict[str, Any], *, first: bool) -> None:
        """Ask until there is an answer; a busy or deadlocked database is asked again with the same key."""
        from django.db import OperationalError, connection

        from yakuba.handbook.services.bookings.errors import BookingRefused

        tries = 0
        while True:
            tries += 1
            try:
                reference = self.ask(question)
                self.say(to=question["ask"], code="ok", reference=reference, first=first, tries=tries)
                if question["act"] in ("hold", "book", "move") and first:
                    self.mine.append((reference, question["child"], question["offer"]))
            except BookingRefused as refused:
                self.say(to=question["ask"], code=refused.code, first=first, tries=tries)
                if question["act"] == "move" and first:
                    self.mine.append((question["of"], question["child"], question["offer"]))
            except OperationalError as error:
                self.say(busy=str(error)[:60])
                connection.close()
                continue
            return

    def ask(self, question: dict[str, Any]) -> str:
        """The reference of what was answered."""
        from yakuba.handbook.domain.bookings.eligibility import Candidate
        from yakuba.handbook.services.bookings import holding, moving, waiting
        from yakuba.handbook.services.bookings.parties import (
            COUNTER,
            FAMILY,
            Asker,
            Party,
            Wish,
            fresh_reference,
        )

        act, now = question["act"], self.plan.now()
        who = Party(question["child"], Candidate(BIRTH, resident=True))
        asker = Asker("family:storm", FAMILY) if act != "book" else Asker("staff:1", COUNTER)
        wish = Wish(question["slot"], who, asker, str(question["ask"]), fresh_reference())
        if act == "cancel":
            return holding.cancel(question["of"], asker=asker, now=now).reference
        if act == "move":
            return moving.move(question["of"], wish, now=now).reference
        if act == "join":
            return waiting.join(wish, now=now).reference
        if act == "book":
            return holding.book(wish, now=now).reference
        held = holding.hold(wish, now=now)
        if act == "lapse":
            return held.reference
        return holding.confirm(held.reference, asker=asker, now=self.plan.now()).reference


def prepare() -> dict[int, list[int]]:
    """Four offers: plain, once a child, at most three open, and one that shares a room."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from yakuba.handbook.models import Resource, ServiceOffer, Slot
    from yakuba.handbook.services.bookings import slots as services

    rules: list[tuple[str, dict[str, Any]]] = [
        ("教室", {}),
        ("健診", {"once": True}),
        ("一時預かり", {"most_open": MOST_OPEN}),
        ("相談", {}),
    ]
    room = Resource.objects.create(reference="room", kind="room", name="相談室", most=5)
    found = {}
    start = BASE + timedelta(days=30)
    for number, (title, more) in enumerate(rules):
        offer = ServiceOffer.objects.create(
            reference=f"offer-{number}", kind="class", title=title, age_until="3y", **more
        )
        every = [
            Slot(
                reference=f"slot-{number}-{at}",
                offer=offer,
                # The last offer's slots overlap by half, so that the room is full before they are.
                start=start + timedelta(minutes=30 * at),
                end=start + timedelta(minutes=30 * at + 60),
                capacity=4 + at % 13,
                channel="both",
                opens_at=BASE - timedelta(days=1),
                closes_at=start,
            )
            for at in range(SLOTS)
        ]
        Slot.objects.bulk_create(every)
        made = list(Slot.objects.filter(offer=offer).order_by("pk"))
        if title == "相談":
            services.occupy(room, made)
        found[offer.pk] = [slot.pk for slot in made]
    return found


def run(plan: Plan, attempts: int, processes: int, kills: int) -> int:
    """Start all, kill some, wait for all. How many were killed."""
    from django.db import connections

    connections.close_all()  # before every fork
    random = Random(plan.seed)
    share = -(-attempts // processes)
    running = {number: Process(plan, number, share) for number in range(processes)}
    for one in running.values():
        one.start()
    try:
        return _watch(running, random, kills)
    finally:
        for one in running.values():  # none are left but after a fault
            one.kill()


def _watch(running: dict[int, Process], random: Random, kills: int) -> int:
    """Until all have ended; how many were killed."""
    killed = 0
    while running:
        time.sleep(random.uniform(0.05, 0.5))
        for number, one in list(running.items()):
            status = one.ended()
            if status is not None:
                del running[number]
                if status:
                    raise RuntimeError(f"process {number} ended by itself with {status}")
        if running and killed < kills:
            victim = random.choice(list(running.values()))
            if victim.ended() is None:
                victim.kill()
                killed += 1
                victim.start()
            else:
                del running[victim.number]
    return killed


def heard(folder: Path) -> tuple[dict[int, dict[str, Any]], list[dict[str, Any]], int]:
    """Every question, every answer, and how often the database was busy."""
    questions, answers, busy = {}, [], 0
    for path in sorted(folder.glob("*.log")):
        for line in read_log(path):
            if "ask" in line:
                questions[line["ask"]] = line
            elif "to" in line:
                answers.append(line)
            else:
                busy += 1
    return questions, answers, busy


def verdict(plan: Plan) -> dict[str, Any]:
    """The database against itself and against what was heard."""
    from django.db.models import Count

    from yakuba.handbook.domain.bookings.states import CONSUMING, ONCE, OPEN
    from yakuba.handbook.models import (
        Booking,
        BookingEvent,
        OpenBookings,
        ResourceStep,
        Slot,
        SlotStep,
        WaitingEntry,
    )
    from yakuba.handbook.services.bookings.sweeping import sweep

    swept = sweep(plan.now() + timedelta(days=10))
    sweep(BASE + timedelta(days=60))  # every slot is past: what the first sweep offered has lapsed
    rows = list(Booking.objects.values("pk", "reference", "slot_id", "offer_id", "child_reference", "state"))
    taken = Counter(row["slot_id"] for row in rows if row["state"] in CONSUMING)
    slots = list(Slot.objects.all())
    steps: Counter[int] = Counter()
    for step, slot in SlotStep.objects.values_list("step_id", "slot_id"):
        steps[step] += taken[slot]
    limited = set(OpenBookings.objects.values_list("offer_id", flat=True))
    open_now = Counter(
        (row["child_reference"], row["offer_id"])
        for row in rows
        if row["state"] in OPEN and row["offer_id"] in limited
    )
    once = Counter(
        (row["child_reference"], row["offer_id"])
        for row in rows
        if row["state"] in ONCE and row["offer_id"] == sorted(plan.slots)[1]
    )
    line = Counter(WaitingEntry.objects.filter(state="waiting").values_list("slot_id", flat=True))
    doubled = Booking.objects.order_by().values("actor", "key").annotate(n=Count("pk")).filter(n__gt=1)
    return {
        "bookings": len(rows),
        "consuming": sum(taken.values()),
        "expired_by_the_last_sweep": swept.expired,
        "offered_by_the_last_sweep": swept.offered,
        "overbooked": sum(taken[slot.pk] > slot.capacity for slot in slots),
        "orphan_holds": sum(row["state"] == "held" for row in rows),
        "wrong_counters": sum(slot.used != taken[slot.pk] for slot in slots)
        + sum(one.used != steps[one.pk] or one.used > one.most for one in ResourceStep.objects.all())
        + sum(
            one.open != open_now[one.child_reference, one.offer_id] or one.open > MOST_OPEN
            for one in OpenBookings.objects.all()
        )
        + sum(slot.waiting != line[slot.pk] for slot in slots),
        "doubled_keys": doubled.count(),
        "doubled_once": sum(count > 1 for count in once.values()),
        "without_history": len(rows) - BookingEvent.objects.values("booking").distinct().count(),
        **compared(plan, rows),
    }


def compared(plan: Plan, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Every answer that was heard against the rows."""
    from yakuba.handbook.models import BookingEvent, WaitingEntry

    states = {row["reference"]: row["state"] for row in rows}
    entries = set(WaitingEntry.objects.values_list("reference", flat=True))
    confirmed = set(
        BookingEvent.objects.filter(what__in=["booked", "moved"]).values_list("booking__reference", flat=True)
    )
    questions, answers, busy = heard(plan.folder)
    lost = different = 0
    named: dict[int, set[str]] = {}
    # A booking may have gone only if somebody asked for that, heard or not.
    given_up = {one["of"] for one in questions.values() if one["act"] in ("cancel", "move")}
    for one in answers:
        if one["code"] != "ok":
            continue
        question = questions[one["to"]]
        reference = one["reference"]
        named.setdefault(one["to"], set()).add(reference)
        if question["act"] == "join":
            lost += reference not in entries
        elif question["act"] in ("hold", "book", "move"):
            kept = states.get(reference) == "booked" or reference in given_up
            lost += not (kept and reference in confirmed)
        else:
            lost += reference not in states
    different = sum(len(references) > 1 for references in named.values())
    codes = Counter(one["code"] for one in answers)
    places = sum(questions[one["to"]]["act"] != "cancel" for one in answers)
    return {
        "questions": len(questions),
        "unanswered": len(set(questions) - {one["to"] for one in answers}),
        "attempts": places,
        "repeated": sum(not one["first"] for one in answers),
        "busy": busy,
        "answers": dict(sorted(codes.items())),
        "acknowledged": codes["ok"],
        "acknowledged_and_lost": lost,
        "answered_differently": different,
    }


BROKEN = (
    "overbooked", "orphan_holds", "wrong_counters", "doubled_keys", "doubled_once", "without_history",
    "unanswered", "acknowledged_and_lost", "answered_differently",
)  # fmt: skip


def storm(attempts: int, processes: int, kills: int, seed: int) -> dict[str, Any]:
    """One run on the configured database."""
    from django.db import connection

    slots = prepare()
    with tempfile.TemporaryDirectory(prefix="booking-storm-") as folder:
        plan = Plan(Path(folder), time.time(), slots, seed)
        before = time.perf_counter()
        killed = run(plan, attempts, processes, kills)
        seconds = time.perf_counter() - before
        found = verdict(plan)
    return {
        "bench": "handbook.booking_storm",
        "database": connection.vendor,
        "processes": processes,
        "kills": killed,
        "seconds": round(seconds, 1),
        "attempts_per_s": round(found["attempts"] / seconds, 1),
        **found,
        "good": not any(found[name] for name in BROKEN),
    }


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of a fresh database; empty for SQLite. PostgreSQL syncs its commits, unlike in the tests."""
    if kind == "sqlite":
        yield ""
        return
    from tests.plugins import postgres

    postgres._SETTINGS.update({"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"})
    server = postgres.Server.start()
    try:
        yield server.url
    finally:
        server.stop()


def main(say: Callable[[str], None] = print) -> int:
    """One run."""
    parser = argparse.ArgumentParser(description="bookings under kill -9")
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=64)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--home", type=Path, help="an empty folder; else a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="booking-home-") as temporary, database(options.database) as url:
        os.environ["YAKUBA_HOME"] = str(options.home or temporary)
        os.environ["YAKUBA_DATABASE_URL"] = url
        from yakuba.core.setup import start_django

        start_django()
        from django.db import connections

        found = storm(options.attempts, options.processes, options.kills, options.seed)
        connections.close_all()
    say(json.dumps(found))
    return 0 if found["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
