"""Labels from blind double entry, and the certificates computed from them."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from yakuba.core.border.models.tasks import BorderTask
from yakuba.core.faces import Face


class KeptForEver(Exception):
    """Somebody tried to delete a certificate."""

    def __init__(self) -> None:
        super().__init__("証明書は削除できません。効力を終わらせることだけができます。")


class Watch(models.Model):
    """The running audit of a certificate; the certificates of one pool share it. A resumption begins anew.

    ``total`` is the cumulative sum of ``domain.watch``; ``good_until`` the routed item at which it last stood
    at nought; ``wrong_from`` the earliest wrong item since then.
    """

    face = Face.STAFF

    total = models.PositiveIntegerField("誤りの累積", default=0)
    audited = models.PositiveIntegerField("監査した件数", default=0)
    errors = models.PositiveIntegerField("監査の誤り", default=0)
    routed = models.PositiveIntegerField("扱った件数", default=0)
    automatic = models.PositiveIntegerField("自動で決めた件数", default=0)
    windows = models.PositiveIntegerField("分布を比べた回数", default=0)
    good_until = models.BigIntegerField("監査で良好だった最後の判断", default=0)
    wrong_from = models.BigIntegerField("その後の最初の誤り", null=True, blank=True)
    started_at = models.DateTimeField("開始日時", default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = "監査の経過"
        verbose_name_plural = "監査の経過"

    def __str__(self) -> str:
        return f"{self.audited}件 誤り{self.errors}件"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Everything but deletion."""

    def delete(self) -> NoReturn:
        raise KeptForEver


class Certificate(models.Model):
    """One attempt to certify a task: what was asked, what the labels showed, who approved.

    ``confidence`` is the promise that was asked for the whole form; ``tested_at`` the stricter one at which
    this task was tested. ``scores`` are the calibration's scores, rising, to compare later ones with.
    """

    face = Face.STAFF

    task = models.ForeignKey(BorderTask, on_delete=models.PROTECT, related_name="certificates")
    certified = models.BooleanField("認定できる")
    simulated = models.BooleanField("模擬", default=False)
    threshold = models.FloatField("しきい値", null=True, blank=True)
    accepted = models.PositiveIntegerField("対象の件数")
    errors = models.PositiveIntegerField("誤り")
    upper_bound = models.FloatField("誤り率の上限")
    n = models.PositiveIntegerField("確かめた件数")
    target = models.FloatField("目標")
    confidence = models.FloatField("確からしさ")
    tested_at = models.FloatField("検定の確からしさ")
    policies = models.PositiveIntegerField("同時に約束する種類の数", default=1)
    attempt = models.PositiveIntegerField("何回目の計算", default=1)
    pool = models.CharField("区分", max_length=60, blank=True, default="")
    result = models.JSONField("計算", default=dict)  # yakuba.border.certificate/1
    scores = models.JSONField("校正の点数", default=list)
    labels_sha256 = models.CharField("校正データのSHA-256", max_length=64)
    watch = models.ForeignKey(
        Watch, on_delete=models.PROTECT, null=True, blank=True, related_name="certificates"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("計算日時", default=timezone.now)
    approval = models.ForeignKey(
        "people.Approval", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField("承認日時", null=True, blank=True)
    ended_at = models.DateTimeField("終了日時", null=True, blank=True)
    ended_because = models.CharField("終了の理由", max_length=200, blank=True, default="")

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["task", "-requested_at", "-pk"]
        verbose_name = "証明書"
        verbose_name_plural = "証明書"

    def __str__(self) -> str:
        return f"{self.task} {self.requested_at:%Y-%m-%d}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise KeptForEver


class Label(models.Model):
    """Whether one reading was right, by two persons who did not see it (二人の独立入力).

    ``correct`` is settled once two persons, or a third after a dispute, agree; until then it is unknown and
    the label counts for nothing.
    """

    face = Face.STAFF

    task = models.ForeignKey(BorderTask, on_delete=models.PROTECT, related_name="labels")
    ref = models.CharField("対象", max_length=200)
    document = models.CharField("文書", max_length=200)
    score = models.FloatField("点数")
    blank = models.BooleanField("空欄と読んだ", default=False)
    simulated = models.BooleanField("模擬", default=False)
    first_correct = models.BooleanField("1人目")
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    second_correct = models.BooleanField("2人目", null=True, blank=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    correct = models.BooleanField("正しい", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField("確定日時", null=True, blank=True)
    created_at = models.DateTimeField("日時", default=timezone.now)

    class Meta:
        ordering = ["task", "pk"]
        verbose_name = "校正の入力"
        verbose_name_plural = "校正の入力"
        constraints = [
            models.UniqueConstraint(fields=["task", "ref"], name="border_label_ref"),
            models.CheckConstraint(
                condition=models.Q(score__gte=0.0, score__lte=1.0), name="border_label_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.ref}"
