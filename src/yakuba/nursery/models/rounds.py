"""A selection round (選考) on the officer's desk: applications, rule book, points, decisions, withdrawals."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.core.faces import Face
from yakuba.nursery.models.allocation import Allocation, Ledger

USER = settings.AUTH_USER_MODEL


class Rulebook(models.Model):
    """One version of a municipality's rule book (利用調整基準), as it was installed."""

    face = Face.STAFF

    class State(models.TextChoices):
        """A draft scores nothing real; one version of a book is active for a day."""

        DRAFT = "draft", "案"
        ACTIVE = "active", "適用中"
        RETIRED = "retired", "終了"

    book = models.CharField("基準", max_length=60)  # id in the file, e.g. "urasoe"
    title = models.CharField("名称", max_length=150)
    number = models.PositiveIntegerField("版")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField("適用開始日")
    effective_until = models.DateField("適用終了日", null=True, blank=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.DRAFT)
    examples = models.JSONField("計算例の結果", default=dict)  # {"passed": n, "failed": [ids]}
    approval = models.OneToOneField("people.Approval", null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta:
        ordering = ["book", "-number"]
        verbose_name = "利用調整基準"
        verbose_name_plural = "利用調整基準"
        constraints = [models.UniqueConstraint(fields=["book", "number"], name="rulebook_version")]

    def __str__(self) -> str:
        return f"{self.title} 第{self.number}版"


class SelectionRound(models.Model):
    """One selection: first (一次) or a later one (二次 …) that goes on from ``previous``."""

    face = Face.STAFF

    title = models.CharField("名称", max_length=100)
    starts_on = models.DateField("利用開始日")
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="later_rounds"
    )
    rulebook = models.ForeignKey(Rulebook, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    adopted = models.OneToOneField(
        Allocation, null=True, blank=True, on_delete=models.PROTECT, related_name="adopted_by"
    )
    created_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("作成日時", auto_now_add=True)
    closed_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = "選考"
        verbose_name_plural = "選考"
        constraints = [models.UniqueConstraint(fields=["title"], name="selection_round_title")]

    def __str__(self) -> str:
        return self.title


class ColumnMapping(models.Model):
    """How the columns of a town's own file map to ours, remembered by the signature of its headers."""

    face = Face.STAFF

    name = models.CharField("名称", max_length=100)
    signature = models.CharField(max_length=64)
    mapping = models.JSONField("対応", default=dict)
    updated_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField("更新日時", auto_now=True)

    class Meta:
        ordering = ["-updated_at"]
        verbose_name = "列の対応"
        verbose_name_plural = "列の対応"
        constraints = [models.UniqueConstraint(fields=["signature"], name="column_mapping_once")]

    def __str__(self) -> str:
        return self.name


class ApplicationFile(models.Model):
    """One imported version of a round's applications (申込情報); the file is the record."""

    face = Face.STAFF

    selection = models.ForeignKey(SelectionRound, on_delete=models.PROTECT, related_name="applications")
    number = models.PositiveIntegerField("版")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField("ファイル名", max_length=255)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField("列の対応", default=dict)
    children = models.PositiveIntegerField("申込児童")
    households = models.PositiveIntegerField("世帯")
    classes = models.PositiveIntegerField("クラス")
    seats = models.PositiveIntegerField("募集人数")
    warnings = models.JSONField("注意", default=list)
    imported_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField("取込日時", auto_now_add=True)

    class Meta:
        ordering = ["-imported_at", "-pk"]
        verbose_name = "申込情報"
        verbose_name_plural = "申込情報"
        constraints = [models.UniqueConstraint(fields=["selection", "number"], name="application_version")]

    def __str__(self) -> str:
        return f"{self.selection} 申込情報 第{self.number}版"


class Scoring(models.Model):
    """The points of one application file by one rule book, and the keyed ledger made from them."""

    face = Face.STAFF

    applications = models.ForeignKey(ApplicationFile, on_delete=models.PROTECT, related_name="scorings")
    rulebook = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="scorings")
    job = models.OneToOneField(
        "jobs.Job", null=True, on_delete=models.PROTECT, related_name="nursery_scoring"
    )
    scores_file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    ledger = models.OneToOneField(
        Ledger, null=True, on_delete=models.PROTECT, related_name="scoring"
    )  # with its keys, ready to be allocated
    figures = models.JSONField("集計", default=dict)
    questions = models.JSONField("職員の判断が必要な項目", default=list)
    warnings = models.JSONField("注意", default=list)
    decisions = models.JSONField("使った判断", default=list)  # ids of Decision
    requested_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = "採点"
        verbose_name_plural = "採点"

    def __str__(self) -> str:
        return f"{self.applications} 採点{self.pk}"


class Decision(models.Model):
    """What an officer decided where the rule book leaves it to staff; never edited, only withdrawn."""

    face = Face.STAFF

    class Kind(models.TextChoices):
        """``POINTS``: value {"points": "3"}; ``ORDER``: value {"children": [ids, best first]};
        ``TOGETHER``: value {"child": id, "nursery": id, "holds": bool}; ``FACT``: value {"value": "60000"}.
        """

        POINTS = "points", "点数の判断"
        ORDER = "order", "同点の順位"
        TOGETHER = "together", "きょうだい同時入所の判断"
        FACT = "fact", "足りない事実の判断"

    selection = models.ForeignKey(SelectionRound, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField("種類", max_length=10, choices=Kind.choices)
    subject = models.CharField("対象", max_length=60)  # 受付番号 or 世帯番号; of an order: its first child
    code = models.CharField("項目", max_length=60, blank=True)
    value = models.JSONField("内容", default=dict)
    reason = models.CharField("理由", max_length=500)
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("判断日時", auto_now_add=True)
    withdrawn_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "職員の判断"
        verbose_name_plural = "職員の判断"
        constraints = [
            models.UniqueConstraint(
                fields=["selection", "kind", "subject", "code"],
                condition=Q(withdrawn_at=None),
                name="decision_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"


class Withdrawal(models.Model):
    """A child who leaves the round: an offer declined (辞退) or the application withdrawn (取下げ)."""

    face = Face.STAFF

    class Kind(models.TextChoices):
        """A declined offer may cost points in later rounds; a withdrawn application does not."""

        DECLINED = "declined", "内定の辞退"
        WITHDRAWN = "withdrawn", "申込みの取下げ"

    selection = models.ForeignKey(SelectionRound, on_delete=models.PROTECT, related_name="withdrawals")
    child_id = models.CharField("受付番号", max_length=60)
    kind = models.CharField("種類", max_length=10, choices=Kind.choices)
    told_on = models.DateField("申出日")
    reason = models.CharField("理由", max_length=500, blank=True)
    recorded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("記録日時", auto_now_add=True)
    undone_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        ordering = ["-recorded_at", "-pk"]
        verbose_name = "辞退・取下げ"
        verbose_name_plural = "辞退・取下げ"
        constraints = [
            models.UniqueConstraint(
                fields=["selection", "child_id"], condition=Q(undone_at=None), name="withdrawal_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.child_id} {self.get_kind_display()}"
