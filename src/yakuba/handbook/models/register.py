"""The office's side: children as the resident register names them, their doses, and what waits for staff."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yakuba.core.faces import Face

USER = settings.AUTH_USER_MODEL


class RegisterImport(models.Model):
    """One file of the resident (住民記録) or immunisation register (予防接種台帳) taken in."""

    face = Face.STAFF

    kind = models.CharField("種類", max_length=16)  # children, doses
    file_name = models.CharField("ファイル名", max_length=200)
    sha256 = models.CharField("検査値", max_length=64)
    figures = models.JSONField("集計", default=dict)  # new, changed, unchanged, gone
    taken_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField("受付日時", auto_now_add=True)
    undone_at = models.DateTimeField("取消日時", null=True)
    file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    whole = models.BooleanField("全件のファイル", default=False)  # children that it lacks have gone
    names = models.JSONField("名称の対応", default=dict)  # vaccine as the file calls it → code and product
    confirmed_at = models.DateTimeField("反映日時", null=True)  # null: looked at, nothing changed yet
    undone_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-taken_at", "-pk"]
        verbose_name = "台帳の取込み"
        verbose_name_plural = "台帳の取込み"

    def __str__(self) -> str:
        return f"{self.file_name}"


class RegisteredChild(models.Model):
    """A child of the municipality (宛名番号). ``reference`` crosses, never the number."""

    face = Face.STAFF

    number = models.CharField("宛名番号", max_length=32, unique=True)
    reference = models.CharField("参照番号", max_length=64, unique=True)
    name = models.CharField("氏名", max_length=200)
    kana = models.CharField("フリガナ", max_length=200, blank=True, default="")
    birth = models.DateField("生年月日", null=True, db_index=True)
    due = models.DateField("出産予定日", null=True)
    sex = models.CharField("性別", max_length=1, blank=True, default="")
    guardian = models.CharField("保護者", max_length=200, blank=True, default="")
    postal_code = models.CharField("郵便番号", max_length=8, blank=True, default="")
    address = models.CharField("住所", max_length=300, blank=True, default="")
    language = models.CharField("言語", max_length=16, default="ja")
    left_on = models.DateField("転出日", null=True)
    published_at = models.DateTimeField("住民側への反映", null=True)
    flagged = models.BooleanField("支援措置", default=False)  # as the resident register says
    district = models.CharField("地区", max_length=60, blank=True, default="", db_index=True)
    gone_at = models.DateTimeField("台帳にない", null=True)  # a whole file came without the child
    released_at = models.DateTimeField("支援措置の出力", null=True)  # crossed by a release, without a name

    class Meta:
        ordering = ["birth", "number"]
        verbose_name = "対象の子ども"
        verbose_name_plural = "対象の子ども"

    def __str__(self) -> str:
        return self.number


class RegisteredDose(models.Model):
    """A dose in the immunisation register; ``reference`` is the same on both sides."""

    face = Face.STAFF
    SOURCES = [("office", "予診票"), ("family", "家庭の記録")]

    child = models.ForeignKey(RegisteredChild, on_delete=models.PROTECT, related_name="doses")
    reference = models.CharField("参照番号", max_length=64, unique=True)
    vaccine = models.CharField("ワクチン", max_length=40)
    product = models.CharField("製品", max_length=40, blank=True, default="")
    given_on = models.DateField("接種日")
    lot = models.CharField("ロット番号", max_length=40, blank=True, default="")
    clinic = models.CharField("医療機関", max_length=200, blank=True, default="")
    source = models.CharField("記録元", max_length=8, choices=SOURCES)
    recorded_at = models.DateTimeField("記録日時", auto_now_add=True)
    taken_back_at = models.DateTimeField("取消日時", null=True)
    named = models.CharField("元の名称", max_length=80, blank=True, default="")  # as the file wrote it
    recorded_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    taken_back_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")

    class Meta:
        ordering = ["given_on", "pk"]
        verbose_name = "接種"
        verbose_name_plural = "接種"

    def __str__(self) -> str:
        return f"{self.vaccine} {self.given_on}"


class RegisteredObservation(models.Model):
    """Something that rules ask for (長期療養の特例、除外の事由), since when, and by which paper it is known.

    ``on``: the day that the rules count from; which day that is says ``rulebooks/jp/observations-*.yaml``.
    """

    face = Face.STAFF

    child = models.ForeignKey(RegisteredChild, on_delete=models.PROTECT, related_name="observations")
    reference = models.CharField("参照番号", max_length=64, unique=True)  # the same on both sides
    code = models.CharField("種類", max_length=40)
    on = models.DateField("日付", null=True)
    ground = models.CharField("根拠", max_length=200, blank=True, default="")  # stays at the office
    recorded_at = models.DateTimeField("記録日時", auto_now_add=True)
    recorded_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField("取消日時", null=True)
    taken_back_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = "特例・状態の記録"
        verbose_name_plural = "特例・状態の記録"

    def __str__(self) -> str:
        return self.code


class StaffTask(models.Model):
    """Something of a child that staff must look at (定期接種の条件外の可能性 …), once a cause."""

    face = Face.STAFF

    child = models.ForeignKey(RegisteredChild, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField("種類", max_length=24)  # dose_outside_rules, unknown_vaccine, register_mismatch …
    cause = models.CharField("原因", max_length=128)  # what it is about, e.g. the dose's reference
    detail = models.JSONField("内容", default=dict)  # codes and dates, no name
    opened_at = models.DateTimeField("発生日時", auto_now_add=True)
    closed_at = models.DateTimeField("終了日時", null=True)
    closed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField("結果", max_length=24, blank=True, default="")
    note = models.CharField("記録", max_length=400, blank=True, default="")

    class Meta:
        ordering = ["opened_at", "pk"]
        verbose_name = "職員の確認"
        verbose_name_plural = "職員の確認"
        constraints = [models.UniqueConstraint(fields=["child", "kind", "cause"], name="handbook_task_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.cause}"


class RegisterChange(models.Model):
    """What an import did to one row, so that it can be undone: the fields before and after."""

    face = Face.STAFF
    KINDS = [("new", "新規"), ("changed", "変更"), ("gone", "台帳にない")]

    source = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="changes")
    child = models.ForeignKey(RegisteredChild, null=True, on_delete=models.CASCADE, related_name="+")
    dose = models.ForeignKey(RegisteredDose, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField("種類", max_length=8, choices=KINDS)
    before = models.JSONField("前", default=dict)
    after = models.JSONField("後", default=dict)

    class Meta:
        ordering = ["pk"]
        verbose_name = "台帳の変更"
        verbose_name_plural = "台帳の変更"

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind}"
