"""The allocation job: what it keeps is what the domain computed, once."""

from __future__ import annotations

import json

import pytest

from tests.nursery.conftest import small_ledger, upload
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files.services import read as read_file
from yakuba.core.jobs import transitions
from yakuba.core.jobs.execution import perform
from yakuba.core.jobs.models import JobState
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import User
from yakuba.nursery.domain.solve import allocate
from yakuba.nursery.domain.summary import summarise
from yakuba.nursery.domain.verify import verify
from yakuba.nursery.models import Allocation, ChildOutcome, ClassOutcome
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.ledgers import source_of

pytestmark = pytest.mark.django_db


def test_the_rows_are_the_domains_summary(result: Allocation) -> None:
    loaded = source_of(result.ledger).load(None)
    summary = summarise(loaded.market, allocate(loaded.market).result)
    children = {
        row.child: (row.family, row.outcome, row.seat or "", row.wish_number) for row in summary.children
    }
    kept = {
        row.child_id: (row.family_id, row.outcome, row.class_id, row.wish_number)
        for row in result.child_rows.all()
    }
    assert kept == children
    classes = {row.class_id: (row.capacity, row.admitted) for row in summary.classes}
    assert {row.class_id: (row.capacity, row.admitted) for row in result.class_rows.all()} == classes
    assert result.figures["free"] == sum(row.free for row in result.class_rows.all()) == summary.free_seats
    assert (result.figures["placed"], result.figures["waiting"]) == (3, 2)


def test_the_rows_carry_what_the_ledger_says_of_a_child(result: Allocation) -> None:
    row = result.child_rows.get(child_id="7001")
    assert (row.name, row.kana, row.age, row.first_key) == ("𠮷田 葵", "ヨシダ アオイ", 1, "40")
    assert row.class_name == "はまかぜ保育園 1歳"
    full = result.class_rows.get(class_id="1-1")
    assert (full.nursery, full.age, full.cutoff, full.waiting, full.free) == ("はまかぜ保育園", 1, "40", 1, 0)


def test_the_four_files_fit_together(result: Allocation) -> None:
    market, answer, certificate = (
        json.loads(read_file(result.kept_file(name))) for name in ("market", "result", "certificate")
    )
    assert verify(market, answer) == []
    assert certificate["sha256"]["result.json"] == result.kept_file("result").sha256
    claims = [json.loads(line) for line in read_file(result.kept_file("explanations")).splitlines()]
    assert {claim["child"] for claim in claims if "child" in claim} == set(answer["assignment"])


def test_a_body_that_runs_twice_keeps_one_outcome(officer: User) -> None:
    """The first attempt lost its lease before it could say that it was done."""
    allocation = request_allocation(upload(small_ledger(), officer), seed=None, by=officer)
    job = allocation.job
    assert job is not None
    first = transitions.claim(job.pk, job.workflow_id)
    second = transitions.claim(job.pk, job.workflow_id)
    assert first is not None
    assert second is not None
    for claim in (second, first, second):
        perform(claim.kind, claim.job_id, claim.token, claim.attempt, job.params)
    job.refresh_from_db()
    allocation.refresh_from_db()
    assert job.state == JobState.DONE
    assert ChildOutcome.objects.count() == 5
    assert ClassOutcome.objects.count() == 3
    assert AuditEntry.objects.filter(action="nursery.allocation.finish").count() == 1
    assert job.result["allocation"] == allocation.pk


def test_a_run_that_was_cancelled_keeps_nothing(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from yakuba.core.jobs.services import cancel

    allocation = request_allocation(upload(small_ledger(), officer), seed=None, by=officer)
    job = allocation.job
    assert job is not None

    def stopped(*_: object) -> list[str]:
        cancel(job, officer)
        return []

    monkeypatch.setattr("yakuba.nursery.jobs.verify", stopped)
    run_pending()
    allocation.refresh_from_db()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert not allocation.is_finished
    assert not ChildOutcome.objects.exists()


def test_a_result_that_the_second_path_refuses_is_not_kept_and_names_no_protected_child(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils import timezone

    from yakuba.core.people.models import ProtectedPerson

    ProtectedPerson.objects.create(
        subject_kind="nursery.child", subject_id="7001", registered_by=officer, registered_at=timezone.now()
    )
    monkeypatch.setattr("yakuba.nursery.jobs.verify", lambda market, result: ["児童 7001：席がありません"])
    allocation = request_allocation(upload(small_ledger(), officer), seed=None, by=officer)
    (job,) = run_pending()
    allocation.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "結果は保存していません" in job.error
    assert "7001" not in job.error
    assert not allocation.is_finished
    assert allocation.result_file is None
