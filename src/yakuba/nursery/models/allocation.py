"""Ledgers (申込台帳), allocations (割当) and their results, as the staff pages read them.

The files of a run (market, result, certificate, explanations) are the record; the rows here are its
index, written once when the run ends and never edited afterwards.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.core.faces import Face
from yakuba.core.files.models import StoredFile


class Ledger(models.Model):
    """One imported version of an application ledger."""

    face = Face.STAFF

    title = models.CharField("名称", max_length=100)
    number = models.PositiveIntegerField("版")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField("ファイル名", max_length=255)
    sha256 = models.CharField(max_length=64)
    children = models.PositiveIntegerField("申込児童")
    families = models.PositiveIntegerField("世帯")
    classes = models.PositiveIntegerField("クラス")
    seats = models.PositiveIntegerField("募集人数")
    warnings = models.JSONField("注意", default=list)
    ties = models.JSONField("同点", default=list)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    imported_at = models.DateTimeField("取込日時", auto_now_add=True)

    class Meta:
        ordering = ["-imported_at", "-pk"]
        verbose_name = "申込台帳"
        verbose_name_plural = "申込台帳"
        constraints = [models.UniqueConstraint(fields=["title", "number"], name="ledger_version")]

    def __str__(self) -> str:
        return f"{self.title} 第{self.number}版"


class Allocation(models.Model):
    """One run over a ledger, and what is proven of its result."""

    face = Face.STAFF

    class Status(models.TextChoices):
        """See ``yakuba.nursery.domain.market.Result``."""

        STABLE = "stable", "成立"
        MINIMAL = "minimal", "成立する割当なし（不成立の世帯は最少）"
        BOUNDED = "bounded", "成立する割当なし（不成立の世帯は上限と下限のみ）"

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="allocations")
    job = models.OneToOneField(
        "jobs.Job", null=True, on_delete=models.PROTECT, related_name="nursery_allocation"
    )
    seed = models.BigIntegerField("抽選の種", null=True, blank=True)
    pins = models.JSONField("固定", null=True)  # approved ones of this run: child id → class id or None
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("計算の終了", null=True)
    seconds = models.FloatField("計算時間（秒）", null=True)
    status = models.CharField("安定性", max_length=10, choices=Status.choices, blank=True)
    unique = models.BooleanField("一意", null=True)
    blocking_families = models.JSONField("阻害する世帯", default=list)
    blocking_lower_bound = models.PositiveIntegerField(default=0)
    figures = models.JSONField("集計", default=dict)
    market_file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    result_file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    certificate_file = models.ForeignKey(
        "files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    explanations_file = models.ForeignKey(
        "files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    approval = models.OneToOneField("people.Approval", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "割当"
        verbose_name_plural = "割当"

    def __str__(self) -> str:
        return f"{self.ledger} 割当{self.pk}"

    @property
    def is_finished(self) -> bool:
        """Whether the result is there."""
        return self.finished_at is not None

    def kept_file(self, name: str) -> StoredFile:
        """One of the four files of a finished run: market, result, certificate or explanations."""
        stored: StoredFile | None = getattr(self, f"{name}_file")
        if stored is None:
            raise LookupError(f"{self} has no {name} file")
        return stored


class ClassOutcome(models.Model):
    """One class (クラス) in a result."""

    face = Face.STAFF

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="class_rows")
    class_id = models.CharField("クラス番号", max_length=60)
    label = models.CharField("クラス", max_length=150)  # 「はまかぜ保育園 1歳」
    nursery = models.CharField("園", max_length=100)
    age = models.PositiveSmallIntegerField("年齢", null=True)
    track = models.CharField("枠", max_length=20, blank=True)
    capacity = models.PositiveIntegerField("定員")
    admitted = models.PositiveIntegerField("内定")
    waiting = models.PositiveIntegerField("保留")  # children who wanted it and got less
    cutoff = models.CharField("入所最低指数", max_length=40, blank=True)  # first key of the last admitted
    tied_at_cutoff = models.PositiveIntegerField("最低指数で同点", default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["allocation", "class_id"], name="class_outcome_once")]
        verbose_name = "クラス別の結果"
        verbose_name_plural = "クラス別の結果"

    def __str__(self) -> str:
        return self.label

    @property
    def free(self) -> int:
        """Seats left."""
        return self.capacity - self.admitted


class ChildOutcome(models.Model):
    """One child in a result, with the claims that explain it."""

    face = Face.STAFF

    class Outcome(models.TextChoices):
        """What the family is told."""

        PLACED = "placed", "内定"
        MOVED = "moved", "転園内定"
        HELD = "held", "在籍園に継続"
        WAITING = "waiting", "保留"

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="child_rows")
    child_id = models.CharField("受付番号", max_length=60)
    family_id = models.CharField("世帯番号", max_length=60)
    name = models.CharField("児童氏名", max_length=100, blank=True)
    kana = models.CharField("フリガナ", max_length=100, blank=True)
    age = models.PositiveSmallIntegerField("年齢", null=True)
    first_key = models.CharField("指数", max_length=40, blank=True)
    outcome = models.CharField("結果", max_length=10, choices=Outcome.choices)
    class_id = models.CharField("内定クラス", max_length=60, blank=True)
    class_name = models.CharField("内定先", max_length=120, blank=True)
    wish_number = models.PositiveIntegerField("希望順位", null=True)
    blocking = models.BooleanField("阻害する世帯", default=False)
    claims = models.JSONField("理由", default=list)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["allocation", "child_id"], name="child_outcome_once")]
        indexes = [
            models.Index(fields=["allocation", "outcome"], name="child_outcome_by_outcome"),
            models.Index(fields=["allocation"], name="child_outcome_blocking", condition=Q(blocking=True)),
        ]
        verbose_name = "児童別の結果"
        verbose_name_plural = "児童別の結果"

    def __str__(self) -> str:
        return self.child_id
