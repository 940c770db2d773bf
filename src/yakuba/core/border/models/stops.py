"""Suspensions: why a task stopped, and which decisions have to be looked at again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from yakuba.core.border.models.evidence import Certificate
from yakuba.core.border.models.routed import RoutedItem
from yakuba.core.border.models.tasks import BorderTask
from yakuba.core.faces import Face


class Suspension(models.Model):
    """One stop of a task. ``exposure``: automatic decisions since the audit was last seen to be good."""

    face = Face.STAFF

    class Cause(models.TextChoices):
        """What stopped the task."""

        ERRORS = "errors", "監査の誤りが多い"
        SCORES = "scores", "点数の分布が変わった"
        PERSON = "person", "職員が止めた"

    task = models.ForeignKey(BorderTask, on_delete=models.PROTECT, related_name="suspensions")
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, null=True, blank=True, related_name="suspensions"
    )
    cause = models.CharField("原因", max_length=10, choices=Cause.choices)
    reason = models.TextField("理由")
    evidence = models.JSONField("根拠", default=dict)  # counts, bound, statistic
    exposure = models.PositiveIntegerField("影響の範囲", default=0)
    good_at = models.DateTimeField("監査で良好だった最後の日時", null=True, blank=True)
    at = models.DateTimeField("停止日時", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField("終了日時", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_because = models.TextField("再開の理由", blank=True, default="")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "自動処理の停止"
        verbose_name_plural = "自動処理の停止"

    def __str__(self) -> str:
        return f"{self.task} {self.at:%Y-%m-%d}"


class Recheck(models.Model):
    """One automatic decision that a suspension asks a person to look at again."""

    face = Face.STAFF

    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, related_name="rechecks")
    item = models.ForeignKey(RoutedItem, on_delete=models.PROTECT, related_name="rechecks")
    correct = models.BooleanField("正しい", null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("確認日時", null=True, blank=True)

    class Meta:
        ordering = ["suspension", "item"]
        verbose_name = "見直し"
        verbose_name_plural = "見直し"
        constraints = [models.UniqueConstraint(fields=["suspension", "item"], name="border_recheck_item")]

    def __str__(self) -> str:
        return str(self.item)
