"""Jobs that begin by the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from yakuba.core.jobs import clock, registry
from yakuba.core.jobs.models import Job
from yakuba.core.jobs.testing import run_pending

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A kind with work, or without it."""
    registry.load_kinds()
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    monkeypatch.setattr(clock, "_periodic", {})
    monkeypatch.setattr(clock, "_looked_at", {})
    work = [True]
    registry.job("test.clock", label="試し", system="")(lambda context, params: {"ran": 1})
    clock.periodic("test.clock", every_s=60, due=lambda: work[0])
    return work


def test_a_kind_with_work_begins_once_a_stretch() -> None:
    (job,) = clock.tick(NOON)
    assert (job.kind, job.created_by) == ("test.clock", None)
    assert clock.tick(NOON + timedelta(seconds=59)) == []
    run_pending()
    assert clock.tick(NOON + timedelta(seconds=59)) == []
    assert len(clock.tick(NOON + timedelta(seconds=60))) == 1


def test_many_workers_make_one_job(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.tick(NOON)
    run_pending()
    monkeypatch.setattr(clock, "_looked_at", {})  # another worker, later in the same stretch
    clock.tick(NOON + timedelta(seconds=30))
    assert Job.objects.count() == 1


def test_nothing_begins_without_work_or_while_one_runs(own: list[bool]) -> None:
    own[0] = False
    assert clock.tick(NOON) == []
    own[0] = True
    clock.tick(NOON + timedelta(seconds=60))
    assert clock.tick(NOON + timedelta(seconds=120)) == []
    assert Job.objects.count() == 1


def test_a_faulty_look_does_not_stop_the_worker(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> bool:
        raise ZeroDivisionError("a name")

    clock.periodic("test.clock", every_s=60, due=broken)
    assert clock.tick(NOON) == []
    assert "ZeroDivisionError" in caplog.text
    assert "a name" not in caplog.text


def test_a_stretch_has_a_length() -> None:
    with pytest.raises(ValueError, match="no stretch"):
        clock.periodic("test.clock", every_s=0, due=bool)
