"""Where both faces share a machine, what families wrote down arrives by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from yakuba.core.exchange import registry
from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.jobs import anything_to_fetch
from yakuba.core.exchange.models import Batch, ItemForStaff
from yakuba.core.exchange.sending import reply
from yakuba.core.jobs import clock
from yakuba.core.jobs import registry as jobs
from yakuba.core.jobs.models import Job
from yakuba.core.jobs.testing import run_pending

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def taken(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> list[Item]:
    """What the staff side got; only this kind of job is looked at."""
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path))
    jobs.load_kinds()
    monkeypatch.setattr(clock, "_periodic", {"exchange.fetch": clock._periodic["exchange.fetch"]})
    monkeypatch.setattr(clock, "_looked_at", {})
    got: list[Item] = []
    monkeypatch.setattr(registry, "_receivers", {**registry._receivers, "test.back": got.append})
    return got


def test_a_reply_is_fetched_once_and_an_empty_tray_makes_no_job(taken: list[Item]) -> None:
    assert clock.tick(timezone.now()) == []
    reply("test.back", "r-1", {"seen": True})
    clock._looked_at.clear()
    assert len(clock.tick(timezone.now())) == 1
    assert [one.state for one in run_pending()] == ["done"]
    assert taken == [Item("test.back", "put", "r-1", {"seen": True})]
    assert not ItemForStaff.objects.filter(batch=None).exists()
    clock._looked_at.clear()
    assert clock.tick(timezone.now()) == []
    assert Job.objects.count() == 1


def test_what_cannot_be_taken_waits_whole_and_the_job_says_so(
    taken: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(item: Item) -> None:
        raise ValueError("broken")

    monkeypatch.setitem(registry._receivers, "test.back", refuse)
    reply("test.back", "r-1", {})
    clock.tick(timezone.now())
    assert [one.state for one in run_pending()] == ["failed"]
    assert ItemForStaff.objects.filter(batch=None).count() == 1
    assert not Batch.objects.exists()
    # It is not tried every few seconds: somebody looks first.
    clock._looked_at.clear()
    assert clock.tick(timezone.now()) == []
    Job.objects.update(finished_at=timezone.now() - timedelta(minutes=61))
    clock._looked_at.clear()
    assert len(clock.tick(timezone.now() + timedelta(minutes=1))) == 1


def test_two_installations_carry_their_batches(taken: list[Item], settings: Any) -> None:
    reply("test.back", "r-1", {})
    for face in ("staff", "resident"):
        settings.YAKUBA_FACE = face
        assert not anything_to_fetch()
