"""Letters (内定通知・保留通知) of a result, and the codes printed on them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.core.faces import Face
from yakuba.nursery.models.allocation import Allocation

USER = settings.AUTH_USER_MODEL


class LetterBatch(models.Model):
    """One printing of a result's letters; ``settings`` are the words of the town, frozen with it."""

    face = Face.STAFF

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="letter_batches")
    job = models.OneToOneField(
        "jobs.Job", null=True, on_delete=models.PROTECT, related_name="nursery_letters"
    )
    settings = models.JSONField("文面の設定", default=dict)
    issued_on = models.DateField("通知日")
    pdf = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    docx = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    figures = models.JSONField("集計", default=dict)  # placed, waiting, held_back, pages
    requested_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "通知の作成"
        verbose_name_plural = "通知の作成"

    def __str__(self) -> str:
        return f"{self.allocation} 通知{self.pk}"


class Letter(models.Model):
    """One family's letter; of a protected family it is held back until a second person releases it."""

    face = Face.STAFF

    class Kind(models.TextChoices):
        """What the letter tells; a family with both kinds of children gets one letter of each."""

        PLACED = "placed", "利用調整結果通知書（内定）"
        WAITING = "waiting", "利用調整結果通知書（保留）"

    batch = models.ForeignKey(LetterBatch, on_delete=models.PROTECT, related_name="letters")
    number = models.PositiveIntegerField("番号")
    family_id = models.CharField("世帯番号", max_length=60)
    kind = models.CharField("種類", max_length=10, choices=Kind.choices)
    children = models.JSONField("児童", default=list)  # 受付番号
    first_page = models.PositiveIntegerField("頁", null=True)  # in the merged PDF
    held_back = models.BooleanField("発送の保留", default=False)
    released_at = models.DateTimeField("個別発行の日時", null=True)
    released_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["batch", "number"]
        verbose_name = "通知"
        verbose_name_plural = "通知"
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="letter_number_once")]

    def __str__(self) -> str:
        return f"{self.batch} {self.number}"


class FamilyCode(models.Model):
    """The staff side of a family's code: that it exists and whether it still opens a page, never the code."""

    face = Face.STAFF

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="family_codes")
    family_id = models.CharField("世帯番号", max_length=60)
    reference = models.CharField("公開番号", max_length=64, unique=True)  # of the page for residents
    digest = models.CharField(max_length=64)  # of the code
    issued_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("発行日時", auto_now_add=True)
    revoked_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField("失効日時", null=True)

    class Meta:
        ordering = ["allocation", "family_id"]
        verbose_name = "閲覧コード"
        verbose_name_plural = "閲覧コード"
        constraints = [
            models.UniqueConstraint(
                fields=["allocation", "family_id"], condition=Q(revoked_at=None), name="family_code_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.allocation} {self.family_id}"
