"""The audit log: append-only and hash-chained. Lines hold ids, never personal data."""

from __future__ import annotations

from django.db import models

from yakuba.core.faces import Face


class AuditEntry(models.Model):
    """One thing that somebody did."""

    face = Face.STAFF

    sequence = models.BigIntegerField("連番", unique=True)
    at = models.DateTimeField("日時")
    actor = models.CharField("行為者", max_length=150)
    action = models.CharField("行為", max_length=100)
    target = models.CharField("対象", max_length=200)
    detail = models.JSONField("内容", default=dict)
    previous_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["sequence"]
        verbose_name = "監査の記録"
        verbose_name_plural = "監査の記録"

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.target}"
