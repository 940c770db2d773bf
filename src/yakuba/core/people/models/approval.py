"""Two-person approval and deputies (代決)."""

from __future__ import annotations

from django.db import models

from yakuba.core.faces import Face
from yakuba.core.people.models.accounts import User


class Approval(models.Model):
    """One act that waits for, or got, a second person's decision."""

    face = Face.STAFF

    class State(models.TextChoices):
        """Where a request stands. The first is the only one that changes."""

        WAITING = "waiting", "承認待ち"
        APPROVED = "approved", "承認"
        REFUSED = "refused", "差戻し"
        WITHDRAWN = "withdrawn", "取下げ"

    kind = models.CharField("種類", max_length=100)
    target = models.CharField("対象", max_length=200)
    system = models.CharField("業務", max_length=50, blank=True)  # "" = the installation itself
    payload = models.JSONField("内容", default=dict)
    reason = models.TextField("理由")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="requests")
    requested_at = models.DateTimeField("依頼日時")
    state = models.CharField("状態", max_length=20, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("決定日時", null=True, blank=True)
    note = models.TextField("付記", blank=True)
    on_behalf_of = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-requested_at", "-pk"]
        indexes = [models.Index(fields=["state", "system"])]
        verbose_name = "承認"
        verbose_name_plural = "承認"

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"


class Deputy(models.Model):
    """Somebody who may approve in an approver's name between two dates (both inclusive)."""

    face = Face.STAFF

    approver = models.ForeignKey(User, on_delete=models.CASCADE, related_name="deputies")
    deputy = models.ForeignKey(User, on_delete=models.CASCADE, related_name="deputy_for")
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日")
    reason = models.CharField("理由", max_length=200)
    named_at = models.DateTimeField("指定日時")
    ended_at = models.DateTimeField("取消日時", null=True, blank=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = "代決者"
        verbose_name_plural = "代決者"

    def __str__(self) -> str:
        return f"{self.approver} → {self.deputy}"
