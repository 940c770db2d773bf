"""One living worker per executor id."""

from __future__ import annotations

import subprocess
from datetime import timedelta

import pytest
from django.utils import timezone

from yakuba.core.jobs import leases
from yakuba.core.jobs.models import WorkerLease

pytestmark = pytest.mark.django_db


def age(lease: WorkerLease, seconds: float) -> None:
    WorkerLease.objects.filter(pk=lease.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))


def test_a_living_lease_is_not_given_twice() -> None:
    leases.acquire("hall", 15)
    with pytest.raises(leases.LeaseHeld, match="処理係「hall」はすでに動いています"):
        leases.acquire("hall", 15)
    leases.acquire("annex", 15)


def test_an_expired_lease_is_given_to_the_next_and_can_not_be_revived() -> None:
    first = leases.acquire("hall", 15)
    age(first, 16)
    assert not leases.beat(first)
    second = leases.acquire("hall", 15)
    assert not leases.beat(first)
    assert leases.beat(second)
    assert leases.living() == {second.incarnation}
    assert first.incarnation != second.incarnation


def test_a_late_release_does_not_take_the_successors_lease() -> None:
    first = leases.acquire("hall", 15)
    age(first, 16)
    second = leases.acquire("hall", 15)
    leases.release(first)
    assert leases.beat(second)
    leases.release(second)
    assert leases.living() == set()


def test_a_lease_whose_process_is_dead_on_this_machine_is_free_at_once() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    lease = leases.acquire("hall", 15)
    WorkerLease.objects.filter(pk=lease.pk).update(pid=process.pid)
    assert leases.living() == set()
    assert leases.beat(leases.acquire("hall", 15))


def test_nothing_is_concluded_about_a_process_of_another_machine() -> None:
    lease = leases.acquire("hall", 15)
    WorkerLease.objects.filter(pk=lease.pk).update(pid=4_000_000, host="elsewhere")
    with pytest.raises(leases.LeaseHeld):
        leases.acquire("hall", 15)
    assert leases.living() == {lease.incarnation}


def test_leases_of_long_ago_are_forgotten() -> None:
    age(leases.acquire("old", 15), 2 * 86400)
    leases.acquire("hall", 15)
    assert not WorkerLease.objects.filter(executor_id="old").exists()
