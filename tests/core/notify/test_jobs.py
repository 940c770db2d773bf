"""The job that sends by the clock, and the command for installations without a worker."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone

from tests.core.notify.conftest import VISIT, WHO
from yakuba.core.jobs import clock
from yakuba.core.jobs.registry import load_kinds
from yakuba.core.jobs.testing import run_pending
from yakuba.core.notify.cli import notify
from yakuba.core.notify.models import InboxItem
from yakuba.core.notify.services.planning import plan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_night(settings: pytest.FixtureRequest) -> None:
    settings.YAKUBA_QUIET_HOURS = "00:00-00:00"  # type: ignore[attr-defined]


def due() -> None:
    now = timezone.now()
    plan(WHO, "visit:1", kind=VISIT, at=now + timedelta(hours=1), now=now)


def test_the_clock_begins_the_job_when_something_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    load_kinds()
    monkeypatch.setattr(clock, "_looked_at", {})
    assert [job for job in clock.tick(timezone.now()) if job.kind == "notify.send_due"] == []
    due()
    monkeypatch.setattr(clock, "_looked_at", {})
    (job,) = [job for job in clock.tick(timezone.now()) if job.kind == "notify.send_due"]
    run_pending()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"sent:in_app": 1})
    assert InboxItem.objects.count() == 1


def test_the_command_sends_and_counts() -> None:
    due()
    runner = CliRunner()
    before = runner.invoke(notify, ["status"], catch_exceptions=False)
    assert json.loads(before.output) == {"in_app": {"waiting": 1}}
    done = runner.invoke(notify, ["send"], catch_exceptions=False)
    assert json.loads(done.output) == {"sent:in_app": 1}
    assert json.loads(runner.invoke(notify, ["status"]).output) == {"in_app": {"sent": 1}}
