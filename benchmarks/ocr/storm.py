"""A thousand pages under kill -9 (acceptance 8). One JSON line; exit 1 when a page or a value is off.

    nice -n 5 python -m benchmarks.ocr.storm [--pages 1000] [--kills 12] [--seed 1] [--home FOLDER]
    python -m benchmarks.ocr.storm --look FOLDER      # what a run that was broken off has left

One batch of ``--pages`` small sheets (100 by 60 mm, two fields of digits, drawn here without fonts) goes
through the real job ``ocr.read_batch`` with the shipped reader, in a real worker process on SQLite. At
``--kills`` moments drawn at random the worker is killed with SIGKILL, every second time with the process of
its job as well (a power cut), and started again. A job whose worker died five times is failed by the
product; the storm then presses 「続きから読む」, as an officer would. The sheets are small so that the run
ends in about a quarter of an hour of processor time; ``bench_pages`` measures seconds a page of real forms.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).parents[2]
WIDTH_MM, HEIGHT_MM, SCALE = 100, 60, 8  # a slip; 8 px a mm is 203 dpi
NUMBER, PAID = (38, 12, 52, 9), (38, 36, 52, 9)  # mm
PER_FILE = 100
FIELDS = 2
LEASE_S = 10.0
STALLED_S = 240.0
Picture = NDArray[np.uint8]


def sheet(number: int | None = None) -> Picture:
    """The blank sheet, or the one with a number written on it."""
    page = np.full((HEIGHT_MM * SCALE, WIDTH_MM * SCALE), 252, np.uint8)

    def put(text: str, x: float, y: float, size: float, thick: int) -> None:
        place = (round(x * SCALE), round(y * SCALE))
        cv2.putText(page, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, 20, thick, cv2.LINE_AA)

    put("SHIOMI WARD  FORM 7", 8, 9, 1.2, 2)
    for label, (x, y, width, height) in (("No.", NUMBER), ("YEN", PAID)):
        corners = (x * SCALE, y * SCALE), ((x + width) * SCALE, (y + height) * SCALE)
        cv2.rectangle(page, *corners, 60, 2)
        put(label, 10, y + 7, 1.3, 2)
    words = "ABDEFGHKMNPQRSTUVWXYZ2345679"
    for row, y in enumerate((28, 33, 54)):  # print that a page is laid on by
        put(
            " ".join(words[(row * 5 + at * 3) % 28] + words[(at * 7 + row) % 28] for at in range(9)),
            8,
            y,
            0.9,
            2,
        )
    if number is not None:
        put(number_of(number), NUMBER[0] + 3, NUMBER[1] + 6.8, 1.45, 3)
        put(paid_of(number), PAID[0] + 3, PAID[1] + 6.8, 1.45, 3)
    return page


def number_of(number: int) -> str:
    """What is written in the first field of a page: it says which page it is."""
    return f"{100_000 + number * 7}"


def paid_of(number: int) -> str:
    """What is written in the second field."""
    return f"{1_000_003 + number * 911}"


def definition() -> dict[str, Any]:
    """Two fields of digits."""
    return {
        "version": "1",
        "page": {"width_mm": WIDTH_MM, "height_mm": HEIGHT_MM},
        "fields": [
            {"name": "number", "kind": "amount", "box": list(NUMBER), "label": "番号"},
            {"name": "paid", "kind": "amount", "box": list(PAID), "label": "金額"},
        ],
    }


def files(pages: int) -> list[tuple[str, bytes]]:
    """The batch as TIFF files of a hundred pages."""
    made = []
    for start in range(0, pages, PER_FILE):
        every = [Image.fromarray(sheet(at + 1)) for at in range(start, min(start + PER_FILE, pages))]
        out = io.BytesIO()
        dpi = (SCALE * 25.4, SCALE * 25.4)
        every[0].save(out, "TIFF", save_all=True, append_images=every[1:], compression="tiff_lzw", dpi=dpi)
        made.append((f"{start // PER_FILE + 1:03}.tif", out.getvalue()))
    return made


class Worker:
    """``yakuba worker`` with the processes of its jobs; what they use is measured from outside."""

    def __init__(self, home: Path, log: Path) -> None:
        command = [sys.executable, "-m", "yakuba", "worker", "--executor-id", "storm"]
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [*command, "--lease-seconds", str(LEASE_S)],
                cwd=ROOT,
                env={**os.environ, "YAKUBA_HOME": str(home), "PYTHONPATH": str(ROOT / "src")},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self, *, whole: bool) -> None:
        """SIGKILL to the worker alone, or to it and the processes of its jobs."""
        with contextlib.suppress(ProcessLookupError):
            if whole:
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()

    def peaks_mb(self) -> dict[int, float]:
        """The highest resident memory so far of each process of the group, MB."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[2]) != self._process.pid:
                    continue
                lines = (folder / "status").read_text().splitlines()
                for one in lines:  # a process that has just ended has no such line
                    if one.startswith("VmHWM"):
                        found[int(folder.name)] = int(one.split()[1]) / 1024
        return found


def prepare(pages: int) -> Any:
    """A fresh installation with an active form and the batch. The batch."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from yakuba.core.people.models import Assignment, Department, Role, User
    from yakuba.ocr.models import FormVersion, VersionState
    from yakuba.ocr.services.forms import create_form, save_design, stamp_of
    from yakuba.ocr.services.intake import Incoming, Wanted, take_in

    office = Department.objects.create(code="310", name="税務課", systems=["ocr"])
    officer = User.objects.create_user("3001", None, name="前田 律")
    Assignment.objects.create(user=officer, department=office, role=Role.OFFICER, starts_on=date(2020, 4, 1))
    blank = np.repeat(sheet()[:, :, None], 3, axis=2)
    size = (float(WIDTH_MM), float(HEIGHT_MM))
    draft = create_form(name="小さな用紙", version="1", image=blank, size_mm=size, by=officer)
    draft = save_design(draft, definition(), stamp=stamp_of(draft), by=officer)
    FormVersion.objects.filter(pk=draft.pk).update(state=VersionState.ACTIVE)
    draft.refresh_from_db()
    incoming = [Incoming(name, data, "image/tiff") for name, data in files(pages)]
    return take_in(incoming, Wanted(f"{pages}枚の束", draft), by=officer), officer


def kept() -> dict[int, tuple[int, str]]:
    """What is read so far: page number to the value's id and the moment of reading."""
    from yakuba.ocr.models import FieldValue

    rows = FieldValue.objects.filter(name="number").values_list("page__number", "pk", "page__read_at")
    return {number: (pk, str(at)) for number, pk, at in rows}


def unread() -> int:
    """Pages that still wait."""
    from yakuba.ocr.models import Page

    return int(Page.objects.filter(state="waiting").count())


class Storm:
    """Kills and starts until the batch is read."""

    def __init__(self, home: Path, batch: Any, officer: Any, random: Random, total: int) -> None:
        self.home, self.batch, self.officer, self.random, self.total = home, batch, officer, random, total
        self.kills = self.resumed = self.changed = 0
        self.peak_mb = 0.0
        self.first_mb: list[float] = []
        self._seen: dict[int, tuple[int, str]] = {}

    def run(self, moments: list[int]) -> None:
        """To the end, with a kill shortly after each count of pages that was read."""
        log = self.home / "worker.log"
        worker = Worker(self.home, log)
        try:
            for number, moment in enumerate(moments):
                if not self._until(worker, lambda at=moment: self.total - unread() >= at):  # type: ignore[misc]
                    break
                time.sleep(self.random.uniform(0.0, 2.0))
                worker.kill(whole=number % 2 == 1)
                self.kills += 1
                self._compare()
                say(kills=self.kills, read=self.total - unread(), resumed=self.resumed)
                worker = Worker(self.home, log)
            self._until(worker, lambda: False)
            self._compare()
        finally:
            worker.kill(whole=True)

    def _until(self, worker: Worker, reached: Callable[[], bool]) -> bool:
        """Wait; ``False`` when the batch was read through before. Resumes a failed job (「続きから読む」)."""
        from yakuba.ocr.models import Batch
        from yakuba.ocr.services import batches

        before, since = unread(), time.monotonic()
        while not reached():
            for mb in worker.peaks_mb().values():
                self.peak_mb = max(self.peak_mb, mb)
            batch = Batch.objects.select_related("job").get(pk=self.batch.pk)
            left = unread()
            if left == 0 and batch.job is not None and batch.job.is_final:
                return False
            if batches.is_stopped(batch, left):
                batches.resume(batch, by=self.officer)
                self.resumed += 1
            if not worker.alive:
                raise RuntimeError(f"the worker ended by itself; see {self.home / 'worker.log'}")
            if left != before:
                before, since = left, time.monotonic()
            if time.monotonic() - since > STALLED_S:
                raise RuntimeError(f"nothing was read for {STALLED_S:.0f} s, {left} pages wait")
            time.sleep(0.3)
        return True

    def _compare(self) -> None:
        """What was read stays as it was: no page is read a second time."""
        now = kept()
        self.changed += sum(now.get(number) != before for number, before in self._seen.items())
        self._seen = now


def say(**figures: Any) -> None:
    """How far the run is, on stderr."""
    print(json.dumps(figures), file=sys.stderr, flush=True)


def verdict(batch: Any, pages: int) -> dict[str, Any]:
    """What stands in the database at the end."""
    from django.db.models import Count

    from yakuba.core.ai_log.models import AiUse
    from yakuba.core.audit.models import AuditEntry
    from yakuba.core.audit.services import verify_chain
    from yakuba.core.jobs.models import Job
    from yakuba.ocr.models import FieldValue, Page, PageState
    from yakuba.ocr.services.batches import figures_of

    rows = Page.objects.filter(batch=batch)
    values = FieldValue.objects.filter(page__batch=batch)
    texts = {
        (number, name): text for number, name, text in values.values_list("page__number", "name", "text")
    }
    right = sum(
        texts.get((at, "number")) == number_of(at) and texts.get((at, "paid")) == paid_of(at)
        for at in range(1, pages + 1)
    )
    doubled = values.order_by().values("page", "name").annotate(n=Count("pk")).filter(n__gt=1).count()
    uses = AiUse.objects.filter(system="ocr").values_list("input_ref", flat=True)
    figures = figures_of(batch)
    chain = verify_chain()
    counts = {
        "pages": rows.count(),
        "numbers": rows.order_by().values("number").distinct().count(),
        "read": rows.filter(state=PageState.READ).count(),
        "pictures": rows.filter(registered__isnull=False).count(),
        "values": values.count(),
        "values_doubled": doubled,
        "ai_log": len(uses),
        "ai_log_pages": len(set(uses)),
        "audit_read": AuditEntry.objects.filter(action="ocr.batch.read").count(),
        "audit_lines": chain.lines,
        "jobs_done": Job.objects.filter(kind="ocr.read_batch", state="done").count(),
        "unread": figures.unread,
        "open": figures.open,
    }
    once = counts["read"]  # every page that was read left all of this, and left it once
    consistent = (
        chain.good
        and doubled == 0
        and counts["pages"] == counts["numbers"] == pages
        and once + counts["unread"] == pages
        and all(counts[name] == once for name in ("pictures", "ai_log", "ai_log_pages"))
        and counts["values"] == counts["open"] == once * FIELDS
    )
    good = consistent and once == pages and counts["audit_read"] == counts["jobs_done"] == 1
    return {**counts, "audit_chain": chain.good, "right": right, "consistent": consistent, "good": good}


def look(home: Path) -> None:
    """What stands in an installation that a run has left; exit 1 when something is off in it."""
    os.environ["YAKUBA_HOME"] = str(home)
    from yakuba.core.setup import start_django

    start_django()
    from yakuba.ocr.models import Batch

    batch = Batch.objects.get()
    found = verdict(batch, batch.pages.count())
    print(json.dumps({"bench": "ocr.storm", "broken_off": not found["good"], **found}))
    if not found["consistent"]:
        sys.exit(1)


def main() -> None:
    """One run."""
    parser = argparse.ArgumentParser(description="many pages under kill -9")
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--home", type=Path, help="an empty folder for the installation; else a temporary one"
    )
    parser.add_argument("--look", type=Path, help="only look at the installation that a run has left there")
    given = parser.parse_args()
    if given.look is not None:
        look(given.look)
        return
    with contextlib.ExitStack() as stack:
        home = given.home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yakuba-storm-")))
        home.mkdir(parents=True, exist_ok=True)
        os.environ["YAKUBA_HOME"] = str(home)
        os.environ.pop("YAKUBA_DATABASE_URL", None)
        from yakuba.core.setup import start_django

        start_django()
        random = Random(given.seed)
        batch, officer = prepare(given.pages)
        least = min(3, given.pages - 1)
        moments = sorted(random.sample(range(least, given.pages), min(given.kills, given.pages - least)))
        storm = Storm(home, batch, officer, random, given.pages)
        begun = time.monotonic()
        storm.run(moments)
        batch.refresh_from_db()
        found = verdict(batch, given.pages)
        found["good"] = found["good"] and storm.changed == 0
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            json.dumps(
                {
                    "bench": "ocr.storm",
                    "seed": given.seed,
                    "kills": storm.kills,
                    "resumed": storm.resumed,
                    "read_again": storm.changed,
                    **found,
                    "wall_s": round(time.monotonic() - begun),
                    "cpu_s_of_ended_workers": round(used.ru_utime + used.ru_stime),
                    "peak_mb": round(storm.peak_mb),
                    "load_average": round(os.getloadavg()[0], 1),
                }
            ),
            flush=True,
        )
    if not found["good"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
