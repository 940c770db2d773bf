"""Content-addressed files."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yakuba.core.faces import Face


class StoredFile(models.Model):
    """A file that somebody put in. Its bytes lie once under ``YAKUBA_HOME/files``, named by their hash;
    two rows with the same hash share them."""

    face = Face.STAFF

    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    name = models.CharField("ファイル名", max_length=255)
    content_type = models.CharField("種類", max_length=100)
    size = models.BigIntegerField("大きさ（バイト）")
    created_at = models.DateTimeField("登録日時", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="登録者",
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = "ファイル"
        verbose_name_plural = "ファイル"

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]}"
