"""The ledger of effects: how long work took before, how long it takes now, how often, at what cost.

No table holds names or case contents: a case is named by its number in its own system.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from yakuba.core.faces import Face


class Source(models.TextChoices):
    """Where a line came from."""

    CAPTURE = "capture", "画面での計測"
    IMPORT = "import", "ファイルから取り込み"


class BaselineSample(models.Model):
    """One timed case done without the system (導入前の計測)."""

    face = Face.STAFF

    task = models.CharField("作業", max_length=60)  # "nursery.review": system, then task
    seconds = models.FloatField("秒")
    measured_on = models.DateField("計測日")
    method = models.CharField("計測方法", max_length=200, blank=True)
    persons = models.PositiveIntegerField("人数", default=1)
    import_key = models.CharField(max_length=64, unique=True, null=True, blank=True)

    class Meta:
        ordering = ["measured_on", "pk"]
        indexes = [models.Index(fields=["task"], name="effects_baseline_task")]
        constraints = [
            models.CheckConstraint(condition=models.Q(seconds__gt=0), name="effects_baseline_positive")
        ]
        verbose_name = "導入前の計測"
        verbose_name_plural = "導入前の計測"

    def __str__(self) -> str:
        return f"{self.task} {self.seconds:g}秒"


class WorkSession(models.Model):
    """One stretch of a person's work on one case; ``active_seconds`` leaves idle time out."""

    face = Face.STAFF

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.CharField("作業", max_length=60)
    case_ref = models.CharField("案件番号", max_length=100, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="職員"
    )
    started_at = models.DateTimeField("開始")
    last_activity_at = models.DateTimeField("最後の操作")
    ended_at = models.DateTimeField("終了", null=True, blank=True)
    active_seconds = models.FloatField("実作業秒数", default=0.0)
    idle_cut_seconds = models.FloatField("除いた放置秒数", default=0.0)
    source = models.CharField("出所", max_length=10, choices=Source.choices, default=Source.CAPTURE)
    import_key = models.CharField(max_length=64, unique=True, null=True, blank=True)

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [
            models.Index(fields=["task", "started_at"], name="effects_session_task"),
            models.Index(fields=["user", "started_at"], name="effects_session_user"),
        ]
        verbose_name = "作業の計測"
        verbose_name_plural = "作業の計測"

    def __str__(self) -> str:
        return f"{self.task} {self.active_seconds:g}秒"


class CaseCount(models.Model):
    """How many cases of a task a day had (処理件数)."""

    face = Face.STAFF

    task = models.CharField("作業", max_length=60)
    date = models.DateField("日付")
    count = models.PositiveIntegerField("件数")
    import_key = models.CharField(max_length=64, unique=True, null=True, blank=True)

    class Meta:
        ordering = ["date", "task", "pk"]
        constraints = [models.UniqueConstraint(fields=["task", "date"], name="effects_count_once_a_day")]
        verbose_name = "処理件数"
        verbose_name_plural = "処理件数"

    def __str__(self) -> str:
        return f"{self.task} {self.date} {self.count}件"


class Cost(models.Model):
    """What a system costs (費用), from a day until a day (both inclusive; open end = None)."""

    face = Face.STAFF

    class Per(models.TextChoices):
        """What the amount is for."""

        ONCE = "once", "一度"
        MONTH = "month", "月"
        YEAR = "year", "年"

    system = models.CharField("業務", max_length=30)
    name = models.CharField("費目", max_length=100)
    yen = models.BigIntegerField("円")
    per = models.CharField("単位", max_length=10, choices=Per.choices)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日", null=True, blank=True)
    import_key = models.CharField(max_length=64, unique=True, null=True, blank=True)

    class Meta:
        ordering = ["system", "starts_on", "pk"]
        verbose_name = "費用"
        verbose_name_plural = "費用"

    def __str__(self) -> str:
        return f"{self.system} {self.name} {self.yen:,}円"
