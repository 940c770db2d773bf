"""kill -9 under a pin's preview and under an opening to the families: one outcome, nothing half done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.core.jobs.conftest import Town, town
from tests.nursery.family.conftest import WORDS
from yakuba.core.audit.models import AuditEntry
from yakuba.core.exchange.models import ItemForResidents
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.approval import decide
from yakuba.core.people.models import Assignment, Department, Role, User
from yakuba.nursery.ledger.write import write_workbook
from yakuba.nursery.models import Allocation, FamilyNotice, Pin, PinPreview, Publication, PublishedNotice
from yakuba.nursery.services import codes
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.approvals import ask_for_approval
from yakuba.nursery.services.ledgers import import_ledger
from yakuba.nursery.services.pin_previews import is_stale, request_preview
from yakuba.nursery.services.publication_runs import request_publication
from yakuba.site.demo.nursery import make_ledger

__all__ = ["town"]

pytestmark = [pytest.mark.workers, pytest.mark.slow]

CHILDREN = 200
LEASE_S = 8.0  # longer than the one transaction of an outcome on a busy machine
DEADLINE_S = 120.0  # two workers start, each with an engine to load
both = pytest.mark.parametrize("town", ["sqlite", "postgresql"], indirect=True)


def person(number: str, name: str, role: Role, department: Department) -> User:
    user: User = User.objects.create_user(number, None, name=name)
    Assignment.objects.create(user=user, department=department, role=role, starts_on=date(2020, 4, 1))
    return user


@pytest.fixture
def officer(town: Town, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setenv("YAKUBA_HOME", str(town.home))  # the workers' keys
    monkeypatch.setattr("tests.core.jobs.conftest.DEADLINE_S", DEADLINE_S)
    department = Department.objects.create(code="210", name="保育課", systems=["nursery"])
    return person("2001", "前田 律", Role.OFFICER, department)


@pytest.fixture
def result(town: Town, officer: User) -> Allocation:
    """Approved, with a code for every family."""
    path = town.folder / "台帳.xlsx"
    write_workbook(make_ledger(CHILDREN, 12, 6, 1), path)
    ledger = import_ledger(title="一次選考", file_name=path.name, data=path.read_bytes(), by=officer)
    run = request_allocation(ledger, seed=None, by=officer)
    run_pending()
    run.refresh_from_db()
    approver = person("2003", "浜田 栞", Role.APPROVER, Department.objects.get())
    decide(ask_for_approval(run, by=officer, reason="確認しました"), by=approver, approve=True)
    codes.issue(run, sorted(set(run.child_rows.values_list("family_id", flat=True))), by=officer)
    run.refresh_from_db()
    return run


def killed(town: Town, job: Job, stage: str) -> None:
    """A worker is killed once the job has said ``stage``."""
    first = town.start_worker("hall", lease=LEASE_S)
    town.until(lambda: any(line["message"] == stage for line in town.fresh(job).log), stage)
    first.kill()  # kill -9: nothing is tidied up
    first.wait()


def taken_over(town: Town, job: Job) -> None:
    town.start_worker("hall", lease=LEASE_S)
    assert town.ended(job).state == JobState.DONE, job.error_detail


@both
def test_a_worker_killed_under_a_preview_leaves_one_preview_and_no_pin(
    town: Town, officer: User, result: Allocation
) -> None:
    waiting = result.child_rows.filter(outcome="waiting").order_by("child_id")[0]
    row = request_preview(result, child=waiting.child_id, class_id=None, reason="要請", by=officer)
    assert row.job is not None
    killed(town, row.job, "固定して割り当てています")
    row.refresh_from_db()
    if not town.fresh(row.job).is_final:  # it was quicker than the signal
        assert (row.finished_at, row.consequences, row.basis) == (None, {}, "")
    taken_over(town, row.job)
    row.refresh_from_db()
    assert row.finished_at is not None
    assert not is_stale(row)
    assert PinPreview.objects.count() == 1
    assert not Pin.objects.exists()


@both
def test_a_worker_killed_while_it_opens_pages_leaves_one_publication(
    town: Town, officer: User, result: Allocation
) -> None:
    until = timezone.now() + timedelta(days=30)
    run = request_publication(result, words=WORDS, expires_at=until, by=officer)
    assert run.job is not None
    killed(town, run.job, "ページを公開しています")
    if not town.fresh(run.job).is_final:
        for model in (Publication, PublishedNotice, FamilyNotice, ItemForResidents):
            assert not model.objects.exists(), model
    taken_over(town, run.job)
    run.refresh_from_db()
    families = len(set(result.child_rows.values_list("family_id", flat=True)))
    assert run.figures["families"] == families
    assert Publication.objects.get().version == run.version == 1
    assert PublishedNotice.objects.count() == FamilyNotice.objects.count() == families
    assert ItemForResidents.objects.count() == families
    assert AuditEntry.objects.filter(action="nursery.family.publish").count() == 1
