"""Every item that was routed, and the random audit of the automatic ones."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from yakuba.core.border.models.evidence import Certificate, Watch
from yakuba.core.border.models.tasks import BorderTask
from yakuba.core.faces import Face


class RoutedItem(models.Model):
    """Who decided one item and by which certificate. References only, never contents."""

    face = Face.STAFF

    task = models.ForeignKey(BorderTask, on_delete=models.PROTECT, related_name="routed")
    ref = models.CharField("対象", max_length=200)
    document = models.CharField("文書", max_length=200)
    score = models.FloatField("点数")
    blank = models.BooleanField("空欄と読んだ", default=False)
    decision = models.CharField("判断", max_length=10)  # auto, staff, blank
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, null=True, blank=True, related_name="routed"
    )
    at = models.DateTimeField("日時", default=timezone.now)

    class Meta:
        ordering = ["task", "pk"]
        verbose_name = "判断の記録"
        verbose_name_plural = "判断の記録"
        constraints = [models.UniqueConstraint(fields=["task", "ref"], name="border_routed_ref")]
        indexes = [models.Index(fields=["task", "decision", "at"], name="border_routed_day")]

    def __str__(self) -> str:
        return f"{self.task} {self.ref}"


class AuditSample(models.Model):
    """One automatic decision drawn at random for a person to check; ``correct`` is empty until then."""

    face = Face.STAFF

    item = models.OneToOneField(RoutedItem, on_delete=models.PROTECT, related_name="audit")
    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="samples")
    share = models.FloatField("抜取りの割合")  # the chance with which it was drawn
    drawn_at = models.DateTimeField("抜取り日時", default=timezone.now)
    correct = models.BooleanField("正しい", null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("確認日時", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "監査の抜取り"
        verbose_name_plural = "監査の抜取り"

    def __str__(self) -> str:
        return str(self.item)
