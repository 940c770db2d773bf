"""Dated transfers (人事異動), kept so that they can be undone before their day."""

from __future__ import annotations

from django.db import models

from yakuba.core.faces import Face
from yakuba.core.people.models.accounts import Assignment, User


class TransferBatch(models.Model):
    """One announcement: everything in it takes effect on the same day."""

    face = Face.STAFF

    effective_on = models.DateField("発令日")
    title = models.CharField("件名", max_length=100)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("登録日時")
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField("取消日時", null=True, blank=True)

    class Meta:
        ordering = ["-effective_on", "-pk"]
        verbose_name = "人事異動"
        verbose_name_plural = "人事異動"

    def __str__(self) -> str:
        return f"{self.effective_on} {self.title}"


class TransferLine(models.Model):
    """One assignment that a batch ended (with the end it had before) or started."""

    face = Face.STAFF

    batch = models.ForeignKey(TransferBatch, on_delete=models.CASCADE, related_name="lines")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    ended = models.ForeignKey(Assignment, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_before = models.DateField("元の終了日", null=True)
    started = models.ForeignKey(Assignment, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = "異動の行"
        verbose_name_plural = "異動の行"

    def __str__(self) -> str:
        return f"{self.batch_id} {self.user_id}"
