"""Reminders under kill -9 (acceptance 6). One JSON line a database; exit 1 when one is lost or doubled.

    nice -n 5 python -m benchmarks.core.notify_storm [--count 100000] [--database sqlite|postgresql|both]
        [--senders 4] [--transport smtp|spool] [--sent-log no --unknown again|ask] [--seed 1]

``--count`` rows of the outbox (a third each: inbox, mail, letter; two lead times) become due. Several senders
work at once, each a process of its own. Their parent kills them with SIGKILL at random moments, and they kill
themselves with a small probability at marked points: after a claim, before and after a gate, before and
after the note that a mail is handed over, right after the mail server's answer, and before the receipt.
Whoever is killed is replaced. At the end every row is compared with what arrived: mails by Message-ID in the
list of a mail server that is a process of its own (or in the spool folder), inbox items and receipts in the
database, letters on the staff's side.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import IO, Any, cast

ROOT = Path(__file__).parents[2]
KIND = "storm.visit"
DAY = 24 * 60
LEADS = (3 * DAY, 2 * DAY)
CHANNELS = ("in_app", "mail", "letter")
PER_EVENT = len(LEADS) * len(CHANNELS)
LEASE = timedelta(seconds=6)
AT_ONCE = 30
STALLED_S = 120.0
POINTS = 4  # passed by an average row


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="reminders under kill -9")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--transport", choices=("smtp", "spool"), default="smtp")
    parser.add_argument("--sent-log", choices=("yes", "no"), default="yes")
    parser.add_argument("--unknown", choices=("again", "ask"), default="again")
    parser.add_argument("--kills", type=int, default=300, help="about how many, at marked points")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


@contextlib.contextmanager
def mail_server(folder: Path) -> Iterator[tuple[int, Path]]:
    """A counting mail server in a process of its own: port and list."""
    log = folder / "accepted.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.core.smtp_sink", str(log)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield int(cast(IO[str], process.stdout).readline()), log
    finally:
        process.kill()
        process.communicate()


def install(home: Path, url: str, given: argparse.Namespace, port: int, log: Path) -> None:
    """A fresh installation in this process, with Django started."""
    os.environ.update(
        YAKUBA_HOME=str(home),
        YAKUBA_DATABASE_URL=url,
        YAKUBA_QUIET_HOURS="00:00-00:00",
        YAKUBA_MAIL_FROM="oshirase@shiomi.example.jp",
        YAKUBA_MAIL_TLS="none",
        YAKUBA_MAIL_UNKNOWN=given.unknown,
    )
    if given.transport == "spool":
        os.environ["YAKUBA_MAIL_SPOOL"] = str(home / "spool")
    else:
        os.environ.update(YAKUBA_MAIL_HOST="127.0.0.1", YAKUBA_MAIL_PORT=str(port))
        if given.sent_log == "yes":
            os.environ["YAKUBA_MAIL_SENT_LOG"] = str(log)
    from yakuba.core.setup import start_django

    start_django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from yakuba.core.notify.domain.subjects import Subject
    from yakuba.core.notify.registry import kind

    kind(KIND, label="x", subject=Subject.DATE_NEAR, leads=LEADS, channels=CHANNELS)(lambda v: [v["when"]])


def plan_all(count: int) -> int:
    """Plan one event through the service, and put the rest beside it as it came out; how many rows.

    Planning is not what is stormed here, and a hundred thousand calls of it take as long as the storm.
    """
    from django.utils import timezone

    from yakuba.core.notify.models import ContactPoint, Event, Message
    from yakuba.core.notify.services.planning import plan

    now = timezone.now()
    at, before = now + timedelta(days=1), now - timedelta(days=9)
    names = [f"storm.family:{number}" for number in range(-(-count // PER_EVENT))]
    ContactPoint.objects.bulk_create(
        [
            ContactPoint(recipient=name, channel="mail", address="f@example.jp", verified_at=now)
            for name in names
        ],
        batch_size=500,
    )
    first = plan(names[0], "visit", kind=KIND, at=at, now=before)
    fields = {"kind": KIND, "at": at, "params": first.params, "created_at": before, "changed_at": before}
    events = Event.objects.bulk_create(
        [Event(recipient=name, key="visit", **fields) for name in names[1:]], batch_size=500
    )
    rows = list(first.messages.values("channel", "lead", "due", "next_attempt", "state"))
    if len(rows) != PER_EVENT:
        raise RuntimeError(f"{len(rows)} rows were planned for an event, {PER_EVENT} expected")
    Message.objects.bulk_create([Message(event=one, **row) for one in events for row in rows], batch_size=500)
    return Message.objects.count()


def arm(chance: float, random: Random) -> None:
    """Let this process die now and then at the marked points."""
    from yakuba.core.notify.mail import transports
    from yakuba.core.notify.services import claiming, sending

    def die() -> None:
        if random.random() < chance:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(target: Any, name: str, *, before: bool = True, after: bool = True) -> None:
        real: Callable[..., Any] = getattr(target, name)

        def wrapped(*arguments: Any, **named: Any) -> Any:
            if before:
                die()
            found = real(*arguments, **named)
            if after:
                die()
            return found

        setattr(target, name, wrapped)

    around(claiming, "claim", before=False)
    around(sending, "ask")
    around(claiming, "hand")
    around(claiming, "complete", after=False)
    around(transports.Smtp, "deliver", before=False)
    around(transports.Spool, "_put")


def sender(seed: int, chance: float, report: Path) -> None:
    """A sender's life: send until every row is settled, then leave what it counted."""
    from django.db import OperationalError, connection

    from yakuba.core.notify.models import Message
    from yakuba.core.notify.services.sending import letters_left, send_due

    arm(chance, Random(seed))
    while Message.objects.filter(next_attempt__isnull=False).exists() or letters_left():
        try:
            counts = send_due(at_once=AT_ONCE, lease=LEASE).counts
        except OperationalError:  # SQLite was busy for longer than its patience
            connection.close()
            counts = Counter()
        if counts:
            with report.open("a") as stream:
                stream.write(json.dumps(counts) + "\n")
        time.sleep(0.2)


class Storm:
    """Senders that are killed and replaced until nothing is open."""

    def __init__(self, home: Path, given: argparse.Namespace, rows: int) -> None:
        self.random = Random(given.seed)
        self.report = home / "report"
        self.senders = given.senders
        self.chance = given.kills / max(1, rows * POINTS)
        self.killed = Counter[str]()
        self.born = 0
        self.living: dict[int, float] = {}

    def run(self) -> float:
        """To the end; seconds."""
        began = time.monotonic()
        until = began + STALLED_S
        done = False
        while self.living or not done:
            while not done and len(self.living) < self.senders:
                self._start()
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid:
                del self.living[pid]
                if os.WIFSIGNALED(status):
                    self.killed["at a marked point"] += 1
                    until = time.monotonic() + STALLED_S
                elif os.WEXITSTATUS(status) == 0:
                    done = True
                else:
                    raise RuntimeError(f"a sender ended with {status}")
                continue
            self._kill_at_random(done)
            if time.monotonic() > until + 3600:
                raise RuntimeError("nothing moves")
            time.sleep(0.02)
        return time.monotonic() - began

    def _kill_at_random(self, done: bool) -> None:
        now = time.monotonic()
        for pid, dies in list(self.living.items()):
            if dies <= now and not done:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                del self.living[pid]
                self.killed["at a random moment"] += 1

    def _start(self) -> None:
        self.born += 1
        seed = self.random.randrange(2**31)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                sender(seed, self.chance, self.report)
                code = 0
            except BaseException as error:
                print(f"sender: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            finally:
                os._exit(code)
        self.living[pid] = time.monotonic() + self.random.uniform(3.0, 30.0)


def verdict(home: Path, rows: int, given: argparse.Namespace, log: Path) -> dict[str, Any]:
    """What arrived, compared with what was planned."""
    from yakuba.core.notify.models import Delivery, InboxItem, Letter, Message

    wanted = {channel: set[str]() for channel in CHANNELS}
    for uid, channel in Message.objects.values_list("uid", "channel"):
        wanted[channel].add(str(uid))
    if given.transport == "spool":
        mails = Counter(file.name.split(".")[0] for file in (home / "spool").glob("*/*.eml"))
    else:
        mails = Counter(line.strip("<>").split(".")[0] for line in log.read_text().splitlines())
    arrived = {
        "in_app": Counter(map(str, InboxItem.objects.values_list("message__uid", flat=True))),
        "mail": mails,
        "letter": Counter(one.split(".")[0] for one in Letter.objects.values_list("reference", flat=True)),
    }
    receipts = Counter(map(str, Delivery.objects.values_list("message__uid", flat=True)))
    asked = set(map(str, Message.objects.filter(reason="unknown").values_list("uid", flat=True)))
    figures: dict[str, Any] = {"rows": rows, "sent": Message.objects.filter(state="sent").count()}
    for channel, uids in wanted.items():
        got = arrived[channel]
        figures[channel] = {
            "rows": len(uids),
            "lost": len([uid for uid in uids - set(got) if uid not in asked]),
            "doubled": sum(1 for count in got.values() if count > 1),
            "strange": len(set(got) - uids),
        }
    figures["receipts"] = sum(receipts.values())
    figures["receipts_doubled"] = sum(1 for count in receipts.values() if count > 1)
    figures["looked_up"] = Delivery.objects.filter(receipt="looked-up").count()
    figures["asked"] = len(asked)
    return figures


def once(given: argparse.Namespace, database: str) -> bool:
    """One database; whether nothing was lost or doubled."""
    from tests.plugins.postgres import Server

    with tempfile.TemporaryDirectory(prefix="yakuba-storm-") as name:
        home = Path(name)
        server = Server.start() if database == "postgresql" else None
        try:
            with mail_server(home) as (port, log):
                install(home, server.url if server else "", given, port, log)
                rows = plan_all(given.count)
                print(f"{database}: {rows} rows are due", file=sys.stderr, flush=True)
                from django.db import connections

                connections.close_all()  # a connection does not survive a fork
                storm = Storm(home, given, rows)
                seconds = storm.run()
                figures = verdict(home, rows, given, log)
                connections.close_all()
        finally:
            if server is not None:
                server.stop()
    lost = sum(figures[channel]["lost"] for channel in CHANNELS)
    doubled = sum(figures[channel]["doubled"] + figures[channel]["strange"] for channel in CHANNELS)
    good = lost == doubled == figures["receipts_doubled"] == 0
    good = good and figures["sent"] + figures["asked"] == figures["rows"]
    line = {
        "bench": "core.notify_storm",
        "database": database,
        "transport": given.transport,
        "sent_log": given.sent_log,
        "unknown": given.unknown,
        "senders": given.senders,
        **figures,
        "lost": lost,
        "doubled": doubled,
        "kills": sum(storm.killed.values()),
        **{f"killed {how}": count for how, count in storm.killed.items()},
        "seconds": round(seconds, 1),
        "rows_per_second": round(figures["rows"] / seconds, 1),
        "good": good,
    }
    print(json.dumps(line), flush=True)
    return good


def main() -> int:
    """Every database asked for, each in a process of its own (Django starts once a process)."""
    given = options()
    if given.database != "both":
        return 0 if once(given, given.database) else 1
    codes = []
    for database in ("sqlite", "postgresql"):
        arguments = [*sys.argv[1:], "--database", database]
        command = [sys.executable, "-m", "benchmarks.core.notify_storm", *arguments]
        codes.append(subprocess.run(command, cwd=ROOT, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    raise SystemExit(main())
