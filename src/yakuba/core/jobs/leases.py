"""Leases: one living worker per executor id, and the news that a worker has died.

Times are the workers' own clocks; machines that share a database keep them within a second (NTP).
"""

from __future__ import annotations

import os
import secrets
import socket
from datetime import timedelta
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.core.jobs.models import WorkerLease

FORGET_AFTER = timedelta(days=1)


class LeaseHeld(Exception):
    """Another living worker has this executor id (Japanese text for the operator)."""


def acquire(executor_id: str, seconds: float) -> WorkerLease:
    """Take the executor id; raises ``LeaseHeld`` while another worker has it.

    A lease whose process is known to be dead (same machine, same boot, no such process) counts as
    expired at once, so that a supervisor may restart a killed worker without waiting.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            held = WorkerLease.objects.select_for_update().filter(executor_id=executor_id).first()
            if held is not None and held.alive_at(now) and not _is_dead_here(held):
                raise LeaseHeld(_held_text(held))
            WorkerLease.objects.filter(heartbeat_at__lt=now - FORGET_AFTER).delete()
            WorkerLease.objects.filter(executor_id=executor_id).delete()
            return WorkerLease.objects.create(
                executor_id=executor_id,
                token=secrets.token_hex(8),
                host=_host(),
                pid=os.getpid(),
                seconds=seconds,
                started_at=now,
                heartbeat_at=now,
            )
    except IntegrityError:
        raise LeaseHeld(_held_text(WorkerLease.objects.get(executor_id=executor_id))) from None


def beat(lease: WorkerLease) -> bool:
    """Prolong the lease; ``False`` when it has expired or was taken: the worker must stop at once."""
    now = timezone.now()
    return bool(
        WorkerLease.objects.filter(
            pk=lease.pk, token=lease.token, heartbeat_at__gt=now - timedelta(seconds=lease.seconds)
        ).update(heartbeat_at=now)
    )


def release(lease: WorkerLease) -> None:
    """Give the executor id back."""
    WorkerLease.objects.filter(pk=lease.pk, token=lease.token).delete()


def living() -> set[str]:
    """The incarnations of all workers that are alive."""
    now = timezone.now()
    return {
        lease.incarnation
        for lease in WorkerLease.objects.all()
        if lease.alive_at(now) and not _is_dead_here(lease)
    }


def _held_text(held: WorkerLease) -> str:
    return (
        f"処理係「{held.executor_id}」はすでに動いています（プロセス {held.pid}、"
        f"最後の応答 {timezone.localtime(held.heartbeat_at):%H:%M:%S}）。"
        "別の名前を --executor-id で付けるか、動いているほうを止めてから始めてください。"
    )


def _host() -> str:
    """Names a set of process numbers: this machine, since this boot, in this process namespace."""
    boot = _read("/proc/sys/kernel/random/boot_id")
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()} {boot} {namespace}"[:200]


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _is_dead_here(lease: WorkerLease) -> bool:
    """Whether the lease's process is known to be gone; ``False`` when that can't be known from here."""
    if lease.host != _host():
        return False
    try:
        os.kill(lease.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _read(f"/proc/{lease.pid}/stat").rpartition(")")[2].split()[:1] == ["Z"]
