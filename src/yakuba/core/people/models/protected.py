"""Protected persons (支援措置): who they are, who may see them, what may leave."""

from __future__ import annotations

from django.db import models

from yakuba.core.faces import Face
from yakuba.core.people.models.accounts import User
from yakuba.core.people.models.approval import Approval


class ProtectedPerson(models.Model):
    """A subject of some system that only named officers may see. Holds ids alone, no free text."""

    face = Face.STAFF

    subject_kind = models.CharField("種類", max_length=50)  # e.g. "nursery.child"
    subject_id = models.CharField("番号", max_length=100)
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField("登録日時")
    ended_at = models.DateTimeField("終了日時", null=True, blank=True)

    class Meta:
        ordering = ["subject_kind", "subject_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=models.Q(ended_at=None),
                name="one_open_protection_a_subject",
            )
        ]
        verbose_name = "支援措置"
        verbose_name_plural = "支援措置"

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_id}"


class ProtectedAccess(models.Model):
    """A named officer of one protected person."""

    face = Face.STAFF

    protected = models.ForeignKey(ProtectedPerson, on_delete=models.CASCADE, related_name="officers")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField("指定日時")
    ended_at = models.DateTimeField("解除日時", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["protected", "user"],
                condition=models.Q(ended_at=None),
                name="an_officer_is_named_once",
            )
        ]
        verbose_name = "支援措置の担当者"
        verbose_name_plural = "支援措置の担当者"

    def __str__(self) -> str:
        return f"{self.protected_id} {self.user_id}"


class ProtectedRelease(models.Model):
    """A second person's leave for one output, once."""

    face = Face.STAFF

    protected = models.ForeignKey(ProtectedPerson, on_delete=models.CASCADE, related_name="releases")
    output = models.CharField("出力", max_length=100)  # e.g. "nursery.letter"
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="release")
    expires_at = models.DateTimeField("期限")
    used_at = models.DateTimeField("使用日時", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "支援措置の出力の許可"
        verbose_name_plural = "支援措置の出力の許可"

    def __str__(self) -> str:
        return f"{self.protected_id} {self.output}"
