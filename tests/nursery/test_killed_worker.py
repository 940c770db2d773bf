"""kill -9 in the middle of a real allocation: another worker ends it, and there is one result."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from tests.core.jobs.conftest import Town, town
from tests.nursery.conftest import signed_in
from yakuba.core.audit.models import AuditEntry
from yakuba.core.jobs.models import Job, JobState
from yakuba.core.people.models import Assignment, Department, Role, User
from yakuba.nursery.ledger.write import write_workbook
from yakuba.nursery.models import Allocation, ChildOutcome, ClassOutcome, Ledger
from yakuba.nursery.services.allocations import request_allocation
from yakuba.nursery.services.ledgers import import_ledger
from yakuba.site.demo.nursery import make_ledger

__all__ = ["town"]

pytestmark = [pytest.mark.workers, pytest.mark.slow]

CHILDREN = 2500


@pytest.fixture
def office(town: Town, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setenv("YAKUBA_HOME", str(town.home))  # the workers' keys
    department = Department.objects.create(code="210", name="保育課", systems=["nursery"])
    user: User = User.objects.create_user("2001", None, name="前田 律")
    Assignment.objects.create(user=user, department=department, role=Role.OFFICER, starts_on=date(2020, 4, 1))
    return user


@pytest.fixture
def big_ledger(town: Town, office: User) -> Ledger:
    path = town.folder / "台帳.xlsx"
    write_workbook(make_ledger(CHILDREN, 80, 20, 1), path)
    return import_ledger(title="一次選考", file_name=path.name, data=path.read_bytes(), by=office)


@pytest.mark.parametrize("town", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("stage", ["台帳を読んでいます", "別の経路で検証しています"])
def test_a_worker_killed_in_the_middle_of_an_allocation_leaves_one_result(
    stage: str, town: Town, office: User, big_ledger: Ledger
) -> None:
    allocation = request_allocation(big_ledger, seed=None, by=office)
    job = allocation.job
    assert job is not None
    first = town.start_worker("hall")
    town.until(lambda: any(line["message"] == stage for line in town.fresh(job).log), stage)
    first.kill()  # kill -9: nothing is tidied up
    first.wait()
    assert not Allocation.objects.filter(finished_at__isnull=False).exists()
    assert not ChildOutcome.objects.exists()

    town.start_worker("hall")
    assert town.ended(job).state == JobState.DONE, job.error_detail
    assert job.attempts == 2
    allocation.refresh_from_db()
    assert allocation.is_finished
    assert Allocation.objects.count() == Job.objects.count() == 1
    assert ChildOutcome.objects.count() == allocation.child_rows.count() == CHILDREN
    assert ClassOutcome.objects.count() == big_ledger.classes
    assert AuditEntry.objects.filter(action="nursery.allocation.finish").count() == 1
    outcomes = dict.fromkeys(("placed", "moved", "held", "waiting"), 0)
    for outcome in ChildOutcome.objects.values_list("outcome", flat=True):
        outcomes[outcome] += 1
    assert allocation.figures["placed"] == outcomes["placed"] + outcomes["moved"]
    assert allocation.figures["waiting"] == outcomes["waiting"]
    listing = signed_in(office).get(reverse("jobs:home")).content.decode()
    assert listing.count("結果を見る") == 1
    assert "完了" in listing
