"""Outboxes of the two sides, and the numbered batches that were made and taken."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.core.crypto.fields import EncryptedTextField
from yakuba.core.exchange.lanes import Lane
from yakuba.core.faces import Face


class Batch(models.Model):
    """That a numbered batch was made or taken here: numbers and hashes, nothing of its content."""

    face = Face.SHARED

    class Side(models.TextChoices):
        """An installation with both faces has a row of each side for one batch."""

        SENT = "sent", "作成"
        RECEIVED = "received", "取込み"

    side = models.CharField("作成・取込み", max_length=10, choices=Side.choices)
    lane = models.CharField("向き", max_length=10, choices=[(one.value, one.label) for one in Lane])
    sequence = models.PositiveIntegerField("号")
    batch_id = models.UUIDField()
    digest = models.CharField(max_length=64)  # SHA-256 of the content
    items = models.PositiveIntegerField("件数")
    revoked = models.PositiveIntegerField("うち取消し", default=0)
    acknowledges = models.PositiveIntegerField(null=True)  # last number taken on the other lane by the sender
    made_at = models.DateTimeField("作成日時")
    settled_at = models.DateTimeField("取込日時", null=True)  # taken; of a sent one: told to have been taken

    class Meta:
        ordering = ["-made_at", "-sequence"]
        verbose_name = "受渡し"
        verbose_name_plural = "受渡し"
        constraints = [
            models.UniqueConstraint(fields=["side", "lane", "sequence"], name="exchange_batch_number"),
            models.UniqueConstraint(fields=["side", "batch_id"], name="exchange_batch_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_lane_display()} 第{self.sequence}号"


class Dispatch(models.Model):
    """Who of the staff made a batch, and how often its file was taken."""

    face = Face.STAFF

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="dispatch")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    downloads = models.PositiveIntegerField("ファイルの受取り", default=0)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "受渡しの作成者"
        verbose_name_plural = "受渡しの作成者"

    def __str__(self) -> str:
        return str(self.batch)


class Outgoing(models.Model):
    """One item of an outbox; it waits while ``batch`` is empty."""

    kind = models.CharField("種類", max_length=60)
    action = models.CharField(max_length=10, choices=[("put", "公開"), ("revoke", "取消し")])
    reference = models.CharField("公開番号", max_length=64)
    content = EncryptedTextField(purpose="exchange.item", blank=True)  # JSON
    posted_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class ItemForResidents(Outgoing):
    """Staff side: what goes to the residents. ``subjects``: whom it is about, for the release of protected
    persons; they never leave."""

    face = Face.STAFF

    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="resident_items")
    subjects = models.JSONField(default=list)
    held_at = models.DateTimeField("保留の日時", null=True)  # a release is missing

    class Meta:
        ordering = ["pk"]
        verbose_name = "住民側へ渡すもの"
        verbose_name_plural = "住民側へ渡すもの"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference"], condition=Q(batch=None), name="exchange_to_residents_once"
            )
        ]


class ItemForStaff(Outgoing):
    """Resident side: what is told back."""

    face = Face.RESIDENT

    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="staff_items")

    class Meta:
        ordering = ["pk"]
        verbose_name = "職員側へ返すもの"
        verbose_name_plural = "職員側へ返すもの"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference"], condition=Q(batch=None), name="exchange_to_staff_once"
            )
        ]
