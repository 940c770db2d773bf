"""Programmes that may use the API, and the tokens they show."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from yakuba.core.faces import Face
from yakuba.core.people.models import User


class ServiceAccount(models.Model):
    """A programme of the town hall that speaks to the API; a person answers for it."""

    face = Face.STAFF

    name = models.CharField("名称", max_length=100, unique=True)
    purpose = models.CharField("用途", max_length=200, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, verbose_name="責任者")
    is_active = models.BooleanField("有効", default=True)
    created_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "APIの利用者"
        verbose_name_plural = "APIの利用者"

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """One token: only its SHA-256 is kept. ``hint`` is its beginning, to tell tokens apart."""

    face = Face.STAFF

    account = models.ForeignKey(
        ServiceAccount, on_delete=models.CASCADE, related_name="tokens", verbose_name="APIの利用者"
    )
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField("先頭の字", max_length=12)
    scopes = models.JSONField("できること", default=list)  # ["nursery:read"]
    created_at = models.DateTimeField("発行日時", auto_now_add=True)
    expires_at = models.DateTimeField("期限")
    revoked_at = models.DateTimeField("取消し日時", null=True, blank=True)
    last_used_on = models.DateField("最後に使った日", null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "APIのトークン"
        verbose_name_plural = "APIのトークン"

    def __str__(self) -> str:
        return f"{self.account}（{self.hint}…）"

    def state(self, now: datetime) -> str:
        """``active``, ``revoked``, ``expired`` or ``stopped`` (its account or the owner is)."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= now:
            return "expired"
        owner = self.account.owner
        works = self.account.is_active and (owner is None or owner.is_active)
        return "active" if works else "stopped"
