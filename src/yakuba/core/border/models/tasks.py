"""Tasks with their policy and state, the officers' statements, and what happened to a task."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from yakuba.core.border.domain.policy import Policy
from yakuba.core.faces import Face

POLICIES = [
    (Policy.ALWAYS_STAFF.value, "必ず職員"),
    (Policy.AUTO_IF_CERTIFIED.value, "認定された範囲は自動"),
    (Policy.BLANK_AUTO.value, "空欄だけ自動"),
]


class State(models.TextChoices):
    """Whether a task may decide by itself now; only ``certified`` may."""

    ALWAYS_STAFF = "always_staff", "必ず職員"
    UNCERTIFIED = "uncertified", "未認定"
    CERTIFIED = "certified", "認定"
    SUSPENDED = "suspended", "停止中"


class BorderTask(models.Model):
    """One kind of decision at one version of everything that makes it. Another version is another task.

    A ``pool`` is a declared class of tasks of one system that share labels, certificate and audit.
    """

    face = Face.STAFF

    system = models.CharField("業務", max_length=30)
    kind = models.CharField("判断", max_length=200)
    version = models.CharField("版", max_length=100)
    model = models.CharField("モデル", max_length=64)
    scanner = models.CharField("読取機", max_length=100, blank=True, default="")
    policy = models.CharField("方針", max_length=20, choices=POLICIES, default=Policy.AUTO_IF_CERTIFIED.value)
    state = models.CharField("状態", max_length=20, choices=State.choices, default=State.UNCERTIFIED)
    pool = models.CharField("まとめて認定する区分", max_length=60, blank=True, default="")
    certificate = models.ForeignKey(
        "border.Certificate", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("登録日時", default=timezone.now)

    class Meta:
        ordering = ["system", "kind", "-created_at", "pk"]
        verbose_name = "判断の種類"
        verbose_name_plural = "判断の種類"
        constraints = [
            models.UniqueConstraint(
                fields=["system", "kind", "version", "model", "scanner"], name="border_task_identity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Statement(models.Model):
    """The officers' own words: what staff do and what the AI does (職員が行う範囲／AIが行う範囲)."""

    face = Face.STAFF

    system = models.CharField("業務", max_length=30)
    kind = models.CharField("判断", max_length=200)
    staff_part = models.TextField("職員が行う範囲")
    ai_part = models.TextField("AIが行う範囲")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField("作成日時", default=timezone.now)
    approval = models.ForeignKey(
        "people.Approval", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField("承認日時", null=True, blank=True)

    class Meta:
        ordering = ["system", "kind", "-written_at", "-pk"]
        verbose_name = "職員とAIの範囲"
        verbose_name_plural = "職員とAIの範囲"
        indexes = [models.Index(fields=["system", "kind"], name="border_statement_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.written_at:%Y-%m-%d}"


class Happening(models.Model):
    """One line of a task's history (経過). Lines are added, never changed."""

    face = Face.STAFF

    class What(models.TextChoices):
        """What happened."""

        DECLARED = "declared", "登録"
        POLICY = "policy", "方針の変更"
        REFUSED = "refused", "認定できず"
        REQUESTED = "requested", "認定の承認を依頼"
        CERTIFIED = "certified", "認定"
        ENDED = "ended", "証明書の終了"
        SUSPENDED = "suspended", "停止"
        RESUMED = "resumed", "再開"

    task = models.ForeignKey(BorderTask, on_delete=models.PROTECT, related_name="happenings")
    what = models.CharField("できごと", max_length=12, choices=What.choices)
    detail = models.JSONField("内容", default=dict)  # counts and settings
    reason = models.TextField("理由", blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("日時", default=timezone.now)

    class Meta:
        ordering = ["task", "at", "pk"]
        verbose_name = "経過"
        verbose_name_plural = "経過"

    def __str__(self) -> str:
        return f"{self.task} {self.get_what_display()}"
