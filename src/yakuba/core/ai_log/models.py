"""One row a use of a model. References only: no text, no picture, no name of a resident."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from yakuba.core.faces import Face


class AiUse(models.Model):
    """What a model was given and gave, by reference, and what a person decided in the end."""

    face = Face.STAFF

    class Human(models.TextChoices):
        """What a person made of it."""

        NONE = "none", "職員の確認なし"
        WAITING = "waiting", "確認待ち"
        ACCEPTED = "accepted", "そのまま採用"
        CHANGED = "changed", "修正して採用"
        REJECTED = "rejected", "採用せず"

    at = models.DateTimeField("日時", default=timezone.now, db_index=True)
    system = models.CharField("業務", max_length=30)
    purpose = models.CharField("目的", max_length=60)  # 「帳票の読取り」
    model = models.CharField("モデル", max_length=100)
    model_version = models.CharField("モデルの版", max_length=60, blank=True)
    model_hash = models.CharField("モデルのハッシュ", max_length=64, blank=True)
    input_ref = models.CharField("入力の参照", max_length=200)  # "ocr.page:812"
    output_ref = models.CharField("出力の参照", max_length=200, blank=True)
    confidence = models.FloatField("確からしさ", null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="利用者",
    )  # fmt: skip
    human = models.CharField("職員の判断", max_length=10, choices=Human.choices, default=Human.WAITING)
    human_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    human_at = models.DateTimeField("判断日時", null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "AIの利用"
        verbose_name_plural = "AIの利用"
        indexes = [
            models.Index(fields=["system", "at"], name="ai_log_system"),
            models.Index(fields=["input_ref"], name="ai_log_input"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.input_ref}"
