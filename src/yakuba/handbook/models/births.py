"""A notice of pregnancy and the child born of it, put together by an officer (引継ぎ), undone as a whole."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.core.faces import Face
from yakuba.handbook.models.register import RegisteredChild

USER = settings.AUTH_USER_MODEL


class Birth(models.Model):
    """What one hand-over did; ``moved`` and ``before`` hold what undoing needs (keys and codes, no names)."""

    face = Face.STAFF
    TAKEN_OVER, CLOSED, LET_GO, SIBLING = "taken_over", "closed", "let_go", "sibling"
    HOW = [
        (TAKEN_OVER, "家庭の手帳を引き継ぐ"),
        (CLOSED, "記録を移す"),
        (LET_GO, "家庭がまとめる"),
        (SIBLING, "ふたごなど"),
    ]

    pregnancy = models.ForeignKey(RegisteredChild, on_delete=models.PROTECT, related_name="births")
    child = models.ForeignKey(RegisteredChild, on_delete=models.PROTECT, related_name="born_of")
    number = models.CharField("妊娠届の宛名番号", max_length=32, db_index=True)
    how = models.CharField("方法", max_length=12, choices=HOW)
    before = models.JSONField("前", default=dict)
    moved = models.JSONField("移した記録", default=dict)
    made_at = models.DateTimeField("引継ぎ日時", auto_now_add=True)
    made_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField("取消日時", null=True)
    undone_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = "妊娠届の引継ぎ"
        verbose_name_plural = "妊娠届の引継ぎ"
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(undone_at=None), name="handbook_birth_child_once"
            ),
            models.UniqueConstraint(
                fields=["pregnancy"],
                condition=Q(undone_at=None) & ~Q(how="sibling"),
                name="handbook_birth_pregnancy_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pregnancy_id} {self.child_id}"
