"""The whole register under one rule book on one day: what is due and overdue, and how many of a cohort."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yakuba.core.faces import Face
from yakuba.handbook.models.register import RegisteredChild
from yakuba.handbook.models.rules import RulebookVersion

USER = settings.AUTH_USER_MODEL


class OutlookRun(models.Model):
    """One run of the engine over the register. Rows of an unfinished run are never shown."""

    face = Face.STAFF

    on = models.DateField("基準日")
    rulebook = models.CharField("規則の検査値", max_length=64)
    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了日時", null=True)
    children = models.PositiveIntegerField("人数", default=0)
    seconds = models.FloatField("所要秒数", null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "接種状況の計算"
        verbose_name_plural = "接種状況の計算"

    def __str__(self) -> str:
        return f"{self.on}"


class OutlookRow(models.Model):
    """A child's next dose that can be given now, or is late."""

    face = Face.STAFF
    STATUSES = [("due", "時期"), ("overdue", "遅れ")]

    run = models.ForeignKey(OutlookRun, on_delete=models.CASCADE, related_name="rows")
    child = models.ForeignKey(RegisteredChild, on_delete=models.CASCADE, related_name="+")
    vaccine = models.CharField("ワクチン", max_length=40)
    dose = models.PositiveSmallIntegerField("回", null=True)
    label = models.CharField("回の名称", max_length=60, blank=True, default="")
    status = models.CharField("状態", max_length=16, choices=STATUSES)
    school_year = models.SmallIntegerField("学年の年度")  # April of the school year of birth (04-02 … 04-01)
    legal_until = models.DateField("定期の期限", null=True)
    recommended_until = models.DateField("標準の期限", null=True)
    overdue_on = models.DateField("遅れの始まり", null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "接種状況"
        verbose_name_plural = "接種状況"
        indexes = [models.Index(fields=["run", "vaccine", "status"], name="handbook_outlook_row")]

    def __str__(self) -> str:
        return f"{self.vaccine} {self.dose}"


class OutlookCount(models.Model):
    """How many children of a cohort and district have a status."""

    face = Face.STAFF

    run = models.ForeignKey(OutlookRun, on_delete=models.CASCADE, related_name="counts")
    vaccine = models.CharField("ワクチン", max_length=40)
    school_year = models.SmallIntegerField("学年の年度")
    district = models.CharField("地区", max_length=60, blank=True, default="")
    status = models.CharField("状態", max_length=16)
    children = models.PositiveIntegerField("人数")

    class Meta:
        ordering = ["pk"]
        verbose_name = "接種状況の人数"
        verbose_name_plural = "接種状況の人数"
        indexes = [models.Index(fields=["run", "vaccine"], name="handbook_outlook_count")]

    def __str__(self) -> str:
        return f"{self.vaccine} {self.status} {self.children}"


class RulebookReport(models.Model):
    """Who is affected by a change of rules (適用前の確認): one version against the one in force."""

    face = Face.STAFF

    version = models.ForeignKey(RulebookVersion, on_delete=models.PROTECT, related_name="reports")
    against = models.CharField("比べた規則", max_length=64)  # sha256
    on = models.DateField("基準日")
    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了日時", null=True)
    figures = models.JSONField("集計", default=dict)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "規則の変更の影響"
        verbose_name_plural = "規則の変更の影響"

    def __str__(self) -> str:
        return f"{self.version_id} {self.on}"


class RulebookEffect(models.Model):
    """What a change of rules changes for one child: codes and dates."""

    face = Face.STAFF

    report = models.ForeignKey(RulebookReport, on_delete=models.CASCADE, related_name="effects")
    child = models.ForeignKey(RegisteredChild, on_delete=models.CASCADE, related_name="+")
    changes = models.JSONField("変わること", default=list)

    class Meta:
        ordering = ["pk"]
        verbose_name = "規則の変更の対象"
        verbose_name_plural = "規則の変更の対象"

    def __str__(self) -> str:
        return f"{self.report_id} {self.child_id}"
