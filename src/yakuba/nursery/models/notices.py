"""What families may read: the resident side's tables, and the staff side's record of what was published."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yakuba.core.crypto.fields import EncryptedTextField
from yakuba.core.faces import Face
from yakuba.nursery.models.allocation import Allocation

USER = settings.AUTH_USER_MODEL


class FamilyNotice(models.Model):
    """One family's page, brought by ``core.exchange``; opened by a code and a child's birth date."""

    face = Face.RESIDENT

    reference = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64, db_index=True)
    birth_digests = models.JSONField(default=list)  # of the children's birth dates, salted by the reference
    payload = EncryptedTextField(purpose="nursery.family_notice")  # JSON: what the family may see
    published_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    openings = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["reference"]
        verbose_name = "家庭への結果"
        verbose_name_plural = "家庭への結果"

    def __str__(self) -> str:
        return self.reference


class FamilySession(models.Model):
    """A family that has opened its page; the cookie holds a secret of which only the digest is kept."""

    face = Face.RESIDENT

    notice = models.ForeignKey(FamilyNotice, on_delete=models.CASCADE, related_name="sessions")
    digest = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name = "家庭の閲覧"
        verbose_name_plural = "家庭の閲覧"

    def __str__(self) -> str:
        return f"{self.notice_id}"


class EntryLimit(models.Model):
    """Failed entries of one code or from one address, as a keyed digest of it."""

    face = Face.RESIDENT

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    window_at = models.DateTimeField()  # when counting began
    locked_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "入力の制限"
        verbose_name_plural = "入力の制限"

    def __str__(self) -> str:
        return self.key[:12]


class Publication(models.Model):
    """A result that was opened to its families. ``settings``: words and dates shown with every page."""

    face = Face.STAFF

    allocation = models.OneToOneField(Allocation, on_delete=models.PROTECT, related_name="publication")
    settings = models.JSONField("表示の設定", default=dict)
    expires_at = models.DateTimeField("公開の終わり")
    version = models.PositiveIntegerField("版", default=1)
    published_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField("公開日時")
    revoked_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = "家庭への公開"
        verbose_name_plural = "家庭への公開"

    def __str__(self) -> str:
        return f"{self.allocation} 公開{self.version}"


class PublicationRun(models.Model):
    """One opening of a result that was asked for: what it shall say, the job that does it, what it did."""

    face = Face.STAFF

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="publication_runs")
    settings = models.JSONField("表示の設定", default=dict)
    expires_at = models.DateTimeField("公開の終わり")
    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField("版", null=True)  # that it became
    figures = models.JSONField("集計", default=dict)  # families, without_code, without_birth, held
    requested_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "公開の処理"
        verbose_name_plural = "公開の処理"

    def __str__(self) -> str:
        return f"{self.allocation} 公開の処理{self.pk}"


class PublishedNotice(models.Model):
    """One family's page as the staff side knows it: that it went out, and whether it was opened."""

    face = Face.STAFF

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="notices")
    family_id = models.CharField("世帯番号", max_length=60)
    reference = models.CharField("公開番号", max_length=64, unique=True)
    version = models.PositiveIntegerField("版", default=1)
    revoked_at = models.DateTimeField("取消日時", null=True)
    opened_on = models.DateField("閲覧日", null=True)

    class Meta:
        ordering = ["publication", "family_id"]
        verbose_name = "家庭ごとの公開"
        verbose_name_plural = "家庭ごとの公開"
        constraints = [
            models.UniqueConstraint(fields=["publication", "family_id"], name="published_notice_once")
        ]

    def __str__(self) -> str:
        return self.reference
