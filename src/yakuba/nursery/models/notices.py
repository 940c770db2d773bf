"""The resident side: what one family may read of its own result."""

from __future__ import annotations

from django.db import models

from yakuba.core.crypto.fields import EncryptedTextField
from yakuba.core.faces import Face


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
