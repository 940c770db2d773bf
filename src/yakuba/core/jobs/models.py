"""The job rows (the truth about each job) and the leases of the workers that run them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from yakuba.core.faces import Face


class JobState(models.TextChoices):
    """Where a job stands. The last three are final: a job reaches exactly one of them."""

    QUEUED = "queued", "順番待ち"
    RUNNING = "running", "処理中"
    DONE = "done", "完了"
    FAILED = "failed", "失敗"
    CANCELLED = "cancelled", "取消し"


ACTIVE_STATES = (JobState.QUEUED, JobState.RUNNING)


class Job(models.Model):
    """One piece of work that a worker does."""

    face = Face.STAFF

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("種類", max_length=100)  # "nursery.allocate"
    label = models.CharField("処理名", max_length=100)
    system = models.CharField("業務", max_length=50, blank=True)  # "" = the installation itself
    params = models.JSONField("条件", default=dict)
    key = models.CharField("重複を防ぐ鍵", max_length=200, null=True, unique=True)
    state = models.CharField("状態", max_length=20, choices=JobState.choices, default=JobState.QUEUED)
    fraction = models.FloatField("進み", default=0.0)  # 0 to 1
    message = models.CharField("いまの作業", max_length=300, blank=True)
    log = models.JSONField("経過", default=list)  # [{"at": iso time, "fraction": 0..1, "message": text}]
    result = models.JSONField("結果", null=True)
    error = models.TextField("失敗の理由", blank=True)  # for staff, in Japanese
    error_detail = models.TextField("技術情報", blank=True)  # for whoever maintains the installation
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="依頼者"
    )
    created_at = models.DateTimeField("受付日時", default=timezone.now)
    started_at = models.DateTimeField("開始日時", null=True)
    finished_at = models.DateTimeField("終了日時", null=True)
    cancel_requested = models.BooleanField("取消しの依頼", default=False)

    enqueued_at = models.DateTimeField(null=True)  # when the current workflow was handed to the queue
    generation = models.PositiveIntegerField(default=0)  # which workflow of this job is the current one
    workflow_id = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveIntegerField("試行回数", default=0)
    token = models.CharField(max_length=64, blank=True)  # only its holder may write what the job became

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "処理"
        verbose_name_plural = "処理"
        indexes = [
            models.Index(fields=["state", "enqueued_at"], name="jobs_state_enqueued"),
            models.Index(fields=["system", "-created_at"], name="jobs_system_created"),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.get_state_display()}）"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state not in ACTIVE_STATES

    @property
    def percent(self) -> int:
        """Progress in whole percent."""
        return int(self.fraction * 100)

    @property
    def duration(self) -> timedelta | None:
        """How long it ran, or has run until now; ``None`` before it started."""
        if self.started_at is None:
            return None
        return (self.finished_at or timezone.now()) - self.started_at


class WorkerLease(models.Model):
    """The right to act under an executor id, kept alive by heartbeats."""

    face = Face.SHARED

    executor_id = models.CharField(max_length=100, unique=True)
    token = models.CharField(max_length=64)
    host = models.CharField(max_length=200)  # machine, boot and process namespace
    pid = models.PositiveIntegerField()
    seconds = models.FloatField()  # how long the lease lives without a heartbeat
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()

    class Meta:
        verbose_name = "処理係の稼働"
        verbose_name_plural = "処理係の稼働"

    def __str__(self) -> str:
        return self.incarnation

    @property
    def incarnation(self) -> str:
        """The name of this one process: an executor id that is restarted becomes another one."""
        return f"{self.executor_id}#{self.token}"

    def alive_at(self, now: datetime) -> bool:
        """Whether the last heartbeat still counts."""
        return now - self.heartbeat_at < timedelta(seconds=self.seconds)
