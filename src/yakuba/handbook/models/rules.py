"""Rule books: the office's versions with their sign-off, and the one that families are shown."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yakuba.core.faces import Face

USER = settings.AUTH_USER_MODEL


class RulebookVersion(models.Model):
    """A rule book as a file, with who confirmed it (責任者の確認), until when, and since when it is used."""

    face = Face.STAFF

    name = models.CharField("名称", max_length=120)
    version = models.CharField("版", max_length=60)
    sha256 = models.CharField("検査値", max_length=64, unique=True)
    content = models.TextField("内容")  # the YAML as taken in
    overlay = models.TextField("自治体の定め", blank=True, default="")  # the overlay's YAML
    taken_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField("取込日時", auto_now_add=True)
    signed_name = models.CharField("確認者", max_length=120, blank=True, default="")
    signed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField("確認日", null=True)
    approval = models.ForeignKey(
        "people.Approval", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="承認"
    )
    activated_at = models.DateTimeField("適用日時", null=True)
    retired_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        ordering = ["-taken_at", "-pk"]
        verbose_name = "規則の版"
        verbose_name_plural = "規則の版"

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class PublishedRulebook(models.Model):
    """The rule book that families are shown: brought by ``core.exchange``; the newest is used."""

    face = Face.RESIDENT

    sha256 = models.CharField(max_length=64)
    content = models.TextField()
    overlay = models.TextField(blank=True, default="")
    signed_name = models.CharField(max_length=120, blank=True, default="")
    signed_on = models.DateField(null=True)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = "公開した規則"
        verbose_name_plural = "公開した規則"

    def __str__(self) -> str:
        return self.sha256[:12]
