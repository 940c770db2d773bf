"""What officers try or fix on top of a result: scenarios (試算), pins (固定), comparisons (照合)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.core.faces import Face
from yakuba.nursery.models.allocation import Allocation, Ledger

USER = settings.AUTH_USER_MODEL


class Scenario(models.Model):
    """A what-if (試算) on a finished result: other seats or another ledger, and who would change."""

    face = Face.STAFF

    base = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="scenarios")
    title = models.CharField("名称", max_length=100)
    changes = models.JSONField("変更", default=dict)  # {"capacity": {class id: seats}}
    ledger = models.ForeignKey(Ledger, null=True, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField(
        "jobs.Job", null=True, on_delete=models.PROTECT, related_name="nursery_scenario"
    )
    result_file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    difference = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    figures = models.JSONField("集計", default=dict)
    requested_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "試算"
        verbose_name_plural = "試算"

    def __str__(self) -> str:
        return self.title


class Pin(models.Model):
    """A child fixed at a class or at 保留, with a reason; counts once a second person agreed."""

    face = Face.STAFF

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="pins")
    child_id = models.CharField("受付番号", max_length=60)
    class_id = models.CharField("クラス番号", max_length=60, blank=True)  # blank: not placed (保留)
    reason = models.CharField("理由", max_length=500)
    consequences = models.JSONField("影響", default=dict)  # as shown before it was asked for
    approval = models.OneToOneField("people.Approval", null=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("依頼日時", auto_now_add=True)
    approved_at = models.DateTimeField("承認日時", null=True)
    removed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField("解除日時", null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "固定"
        verbose_name_plural = "固定"
        constraints = [
            models.UniqueConstraint(
                fields=["ledger", "child_id"], condition=Q(removed_at=None), name="pin_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.child_id} → {self.class_id or '保留'}"


class PinPreview(models.Model):
    """What a pin would change (固定の影響), computed by a job before anybody is asked to approve it.

    ``basis``: digest of what it was computed from; a preview of another basis is stale and can't be asked
    for. ``problem``: why there can be no such pin, for those who may see the child.
    """

    face = Face.STAFF

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="pin_previews")
    child_id = models.CharField("受付番号", max_length=60)
    class_id = models.CharField("クラス番号", max_length=60, blank=True)  # blank: not placed (保留)
    reason = models.CharField("理由", max_length=500)
    basis = models.CharField(max_length=64, blank=True)
    consequences = models.JSONField("影響", default=dict)  # yakuba.nursery.difference/1
    problem = models.TextField("固定できない理由", blank=True)
    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    pin = models.OneToOneField(Pin, null=True, on_delete=models.PROTECT, related_name="preview")
    requested_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "固定の影響"
        verbose_name_plural = "固定の影響"

    def __str__(self) -> str:
        return f"{self.child_id} → {self.class_id or '保留'}"


class Comparison(models.Model):
    """A finished result beside a manual one (手作業の結果), every difference explained."""

    face = Face.STAFF

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="comparisons")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField("ファイル名", max_length=255)
    differences = models.JSONField("相違", default=list)
    figures = models.JSONField("集計", default=dict)
    compared_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    compared_at = models.DateTimeField("照合日時", auto_now_add=True)

    class Meta:
        ordering = ["-compared_at", "-pk"]
        verbose_name = "手作業との照合"
        verbose_name_plural = "手作業との照合"

    def __str__(self) -> str:
        return f"{self.allocation} 照合{self.pk}"
