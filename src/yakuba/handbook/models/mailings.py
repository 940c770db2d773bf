"""What leaves on paper: registration letters (登録コードの通知) and vouchers (予診票・受診券)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.core.faces import Face
from yakuba.handbook.models.register import RegisteredChild

USER = settings.AUTH_USER_MODEL


class EntryBatch(models.Model):
    """Registration letters that were made together."""

    face = Face.STAFF

    choices = models.JSONField("内容", default=dict)  # date, address of the page, whom
    pdf = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    figures = models.JSONField("集計", default=dict)
    requested_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "登録コードの通知"
        verbose_name_plural = "登録コードの通知"

    def __str__(self) -> str:
        return f"登録コードの通知{self.pk}"


class IssuedCode(models.Model):
    """A registration code of one child. The code itself is only printed; its digest crosses."""

    face = Face.STAFF

    child = models.ForeignKey(RegisteredChild, on_delete=models.PROTECT, related_name="codes")
    batch = models.ForeignKey(EntryBatch, null=True, on_delete=models.PROTECT, related_name="codes")
    page = models.PositiveIntegerField("PDFの頁", null=True)
    digest = models.CharField("照合値", max_length=64, unique=True)
    issued_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("発行日時", auto_now_add=True)
    expires_at = models.DateTimeField("期限")
    revoked_at = models.DateTimeField("失効日時", null=True)
    revoked_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = "登録コード"
        verbose_name_plural = "登録コード"
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(revoked_at=None), name="handbook_one_code_a_child"
            )
        ]

    def __str__(self) -> str:
        return f"{self.child_id}"


class VoucherBatch(models.Model):
    """One month's mailing (予診票の月次発送). It can be undone until it is marked as sent."""

    face = Face.STAFF

    month = models.DateField("発送月")  # the first day of the month
    rulebook = models.CharField("規則の検査値", max_length=64)
    pdf = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    figures = models.JSONField("集計", default=dict)
    requested_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("作成日時", null=True)
    sent_at = models.DateTimeField("発送日時", null=True)
    sent_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField("取消日時", null=True)
    undone_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "予診票の発送"
        verbose_name_plural = "予診票の発送"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Voucher(models.Model):
    """One sheet for one child, vaccine and dose: made once, unless its batch was undone."""

    face = Face.STAFF

    batch = models.ForeignKey(VoucherBatch, on_delete=models.PROTECT, related_name="vouchers")
    child = models.ForeignKey(RegisteredChild, on_delete=models.PROTECT, related_name="vouchers")
    number = models.CharField("予診票番号", max_length=32, unique=True)
    vaccine = models.CharField("ワクチン", max_length=40)
    dose = models.PositiveSmallIntegerField("回")
    title = models.CharField("名称", max_length=80)
    legal_from = models.DateField("定期の始め", null=True)
    legal_until = models.DateField("定期の期限", null=True)
    held = models.BooleanField("保留", default=False)  # 支援措置: printed alone, after a release
    page = models.PositiveIntegerField("PDFの頁", null=True)
    printed_again = models.PositiveSmallIntegerField("再印刷", default=0)
    undone_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        ordering = ["batch", "number"]
        verbose_name = "予診票"
        verbose_name_plural = "予診票"
        constraints = [
            models.UniqueConstraint(
                fields=["child", "vaccine", "dose"],
                condition=Q(undone_at=None),
                name="handbook_voucher_once",
            )
        ]

    def __str__(self) -> str:
        return self.number
