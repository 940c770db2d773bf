"""A whole round: an Excel file of applications in, one merged PDF of letters and open family pages out.

    python -m benchmarks.nursery.bench_desk [--children 2500] [--nurseries 80] [--folder DIR]

The services of the pages and the real jobs, one after another in this process, on a new SQLite database in a
folder of its own; no browser. Two persons activate the rule book and approve the result; that is in the
figures, their thinking is not. One JSON line: wall and CPU seconds of every stage and of all. With
``--folder`` the PDF and the Word file are kept there.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

STARTS = date(2027, 4, 1)
TITLE = "令和9年4月入所 一次選考"
WORDS = {
    "starts_on": "2027-04-01",
    "stage": 1,
    "procedure_until": "2027-02-05",
    "second_round_until": "2027-02-12",
    "office": "保育課 入所係",
    "phone": "0X-XXXX-1234",
    "opens": "8:30",
    "closes": "17:15",
}


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what happens inside."""
        begin, cpu = time.perf_counter(), _cpu()
        yield
        self.stages[name] = {
            "wall_s": round(time.perf_counter() - begin, 2),
            "cpu_s": round(_cpu() - cpu, 2),
        }

    def total(self, key: str) -> float:
        """All stages together."""
        return round(sum(stage[key] for stage in self.stages.values()), 2)


def _cpu() -> float:
    """Seconds of this process and its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def people() -> tuple[Any, Any]:
    """An officer and an approver of one department."""
    from yakuba.core.people.models import Assignment, Department, Role, User

    room = Department.objects.create(code="210", name="保育課", systems=["nursery"])
    made = []
    for number, name, role in (("1", "前田 律", Role.OFFICER), ("2", "髙橋 新", Role.APPROVER)):
        user = User.objects.create_user(number, None, name=name)
        Assignment.objects.create(user=user, department=room, role=role, starts_on=date(2020, 4, 1))
        made.append(user)
    return made[0], made[1]


def a_round(data: bytes, clock: Clock, folder: Path | None) -> dict[str, Any]:
    """From the bytes of the workbook to the families' pages; counts of what came out."""
    from django.conf import settings

    from yakuba.core.files.services import read as read_file
    from yakuba.core.jobs.testing import run_pending
    from yakuba.core.people.approval import decide
    from yakuba.nursery.domain.letters import Issue
    from yakuba.nursery.letters.load import available
    from yakuba.nursery.services import applications, letters, rounds, rulebooks
    from yakuba.nursery.services.allocations import request_allocation
    from yakuba.nursery.services.approvals import ask_for_approval
    from yakuba.nursery.services.scoring import request_scoring

    officer, approver = people()
    with clock.stage("rule book, activated by two"):
        book = rulebooks.install_shipped("shiomi", by=officer)
        asked = rulebooks.ask_activation(book, by=officer, reason="要綱と照合", counts={})
        decide(asked, by=approver, approve=True)
        selection = rounds.create_round(title=TITLE, starts_on=STARTS, rulebook=book, by=officer)
    with clock.stage("import"):
        pending = applications.receive("申込.xlsx", data, by=officer)
        file = applications.import_applications(pending, selection, by=officer)
    with clock.stage("scores"):
        scoring = request_scoring(file, book, by=officer)
        run_pending()
        scoring.refresh_from_db()
        ledger = scoring.ledger
        if ledger is None:
            raise SystemExit(f"no scores: {scoring.job and scoring.job.error}")
    with clock.stage("allocation, verified and explained"):
        run = request_allocation(ledger, seed=1 if ledger.ties else None, by=officer)
        run_pending()
        run.refresh_from_db()
    with clock.stage("approval and adoption"):
        decide(ask_for_approval(run, by=officer, reason="確認済み"), by=approver, approve=True)
        run.refresh_from_db()
        rounds.adopt(selection, run, by=officer)
    with clock.stage("letters, one PDF and one Word file"):
        today = date(2027, 1, 19)
        issue = Issue(
            town=settings.YAKUBA_CITY,
            round=TITLE,
            issued_on=today,
            starts_on=STARTS,
            number="8汐子保第1234号の{n}",
            decline_by=today + timedelta(days=10),
            papers_by=today + timedelta(days=24),
            health_by=today + timedelta(days=38),
        )
        choices = letters.Choices(issue, "https://www.city.example/nursery/result/")
        batch = letters.request_letters(run, available()["shiomi"], choices, by=officer)
        run_pending()
        batch.refresh_from_db()
    opened = in_the_browser(run, officer, clock)
    if batch.pdf is None or batch.docx is None:
        raise SystemExit(f"no letters: {batch.job and batch.job.error}")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "letters.pdf").write_bytes(read_file(batch.pdf))
        (folder / "letters.docx").write_bytes(read_file(batch.docx))
    return {
        "children": file.children,
        "ties": len(ledger.ties),
        "placed": run.figures["placed"],
        "waiting": run.figures["waiting"],
        "letters": batch.figures["placed"] + batch.figures["waiting"],
        "pages": batch.figures["pages"],
        "family_pages": opened,
    }


def in_the_browser(run: Any, officer: Any, clock: Clock) -> int:
    """Requests (of pages) and jobs of a pin and of the opening to families; how many pages were opened."""
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from yakuba.core.jobs.testing import run_pending

    web = Client(headers={"host": "localhost"})
    web.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    child = run.child_rows.filter(outcome="waiting").order_by("child_id")[0]
    wished = next(claim["class"] for claim in child.claims if claim.get("class"))
    pin = {"child": child.child_id, "class": wished, "reason": "要請"}
    families = reverse("nursery:families", args=[run.pk])
    web.get(families)  # what every process does once
    with clock.stage("request: consequences of a pin"):
        preview = _led_on(web.post(reverse("nursery:pin-new", args=[run.pk]), pin))
    with clock.stage("job: consequences of a pin"):
        run_pending()
    with clock.stage("page: consequences of a pin"):
        web.get(preview)
    with clock.stage("request: approval of a pin"):
        _led_on(web.post(f"{preview}ask/"))
    last = {"expires_on": (timezone.localdate() + timedelta(days=90)).isoformat()}
    with clock.stage("request: opening to families"):
        _led_on(web.post(families, {**WORDS, **last}))
    with clock.stage("job: families' pages"):
        run_pending()
    return int(run.publication.notices.count())


def _led_on(answer: Any) -> str:
    if answer.status_code != 302:
        raise SystemExit(f"answered {answer.status_code}: {answer.content.decode()[-2000:]}")
    return str(answer["Location"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=2500)
    parser.add_argument("--nurseries", type=int, default=80)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"YAKUBA_HOME": home, "YAKUBA_DATABASE_URL": "", "YAKUBA_REQUIRE_TOTP": "none"}
        from yakuba.core.setup import start_django

        start_django()
        from django.core.management import call_command

        from yakuba.nursery.applications.export import to_workbook
        from yakuba.site.demo.nursery_applications import make_applications

        call_command("migrate", verbosity=0)
        data = to_workbook(make_applications(asked.children, asked.nurseries, 20, seed=1))
        load, clock = os.getloadavg()[0], Clock()
        counts = a_round(data, clock, asked.folder)
        figures = {
            "benchmark": "nursery.desk",
            "load_1min": round(load, 1),
            **counts,
            "stages": clock.stages,
            "wall_s": clock.total("wall_s"),
            "cpu_s": clock.total("cpu_s"),
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
