"""The register's tables. What a town publishes is nobody's secret: both faces read it (``SHARED``)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.core.faces import Face

USER = settings.AUTH_USER_MODEL


class Dataset(models.Model):
    """One imported version of one published table; ``current`` is what pages show."""

    face = Face.SHARED

    kind = models.CharField("種類", max_length=20)  # a key of domain.columns.KINDS
    number = models.PositiveIntegerField("版")
    source = models.CharField("出典", max_length=200)
    as_of = models.DateField("データの時点", null=True)
    sha256 = models.CharField(max_length=64)  # of the file
    rows = models.PositiveIntegerField("件数")
    current = models.BooleanField("表示中", default=False)
    published_at = models.DateTimeField("公開日時")

    class Meta:
        ordering = ["kind", "-number"]
        verbose_name = "施設・支援制度の表"
        verbose_name_plural = "施設・支援制度の表"
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="facilities_dataset_version"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(current=True), name="facilities_dataset_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} 第{self.number}版"


class Facility(models.Model):
    """A place of a version. ``content``: ``domain.records.as_json`` of it."""

    face = Face.SHARED

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="facilities")
    code = models.CharField("番号", max_length=200)
    name = models.CharField("名称", max_length=100)
    category = models.CharField("種別", max_length=100, blank=True)
    address = models.CharField("所在地", max_length=600, blank=True)
    phone = models.CharField("電話番号", max_length=60, blank=True)
    content = models.JSONField("内容")

    class Meta:
        ordering = ["pk"]
        verbose_name = "施設"
        verbose_name_plural = "施設"
        constraints = [models.UniqueConstraint(fields=["dataset", "code"], name="facilities_facility_once")]

    def __str__(self) -> str:
        return self.name


class SupportScheme(models.Model):
    """A support scheme of a version. ``content``: ``domain.records.as_json`` of it."""

    face = Face.SHARED

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="schemes")
    code = models.CharField("番号", max_length=200)
    name = models.CharField("制度名", max_length=100)
    category = models.CharField("種別", max_length=100, blank=True)
    content = models.JSONField("内容")

    class Meta:
        ordering = ["pk"]
        verbose_name = "支援制度"
        verbose_name_plural = "支援制度"
        constraints = [models.UniqueConstraint(fields=["dataset", "code"], name="facilities_scheme_once")]

    def __str__(self) -> str:
        return self.name


class VacancyNotice(models.Model):
    """Vacancies of nurseries as they were published: for which month, as of which day, by whom."""

    face = Face.SHARED

    reference = models.CharField("公開番号", max_length=100, unique=True)
    source = models.CharField("出典", max_length=200)
    month = models.DateField("利用開始月")  # its first day
    as_of = models.DateField("時点")
    published_at = models.DateTimeField("公開日時")

    class Meta:
        ordering = ["-month", "-as_of", "-pk"]
        verbose_name = "空き状況の公開"
        verbose_name_plural = "空き状況の公開"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.as_of:%Y-%m-%d}"


class Vacancy(models.Model):
    """One class of a nursery. ``seats`` is ``None`` when the number is withheld or not known."""

    face = Face.SHARED

    class State(models.TextChoices):
        """Whether there are seats."""

        FREE = "free", "空きあり"
        NONE = "none", "空きなし"
        UNKNOWN = "unknown", "要確認"

    notice = models.ForeignKey(VacancyNotice, on_delete=models.CASCADE, related_name="rows")
    name = models.CharField("施設", max_length=100)
    name_key = models.CharField(max_length=200, db_index=True)  # domain.texts.fold of the name
    age = models.PositiveSmallIntegerField("クラス年齢", null=True)
    track = models.CharField("枠", max_length=60, blank=True)
    state = models.CharField("空き", max_length=10, choices=State.choices)
    seats = models.PositiveIntegerField("空き人数", null=True)

    class Meta:
        ordering = ["notice", "pk"]
        verbose_name = "空き状況"
        verbose_name_plural = "空き状況"

    def __str__(self) -> str:
        return f"{self.name} {self.age}"


class MapShape(models.Model):
    """A district or a street of the town's own map layer. ``lines``: lists of [latitude, longitude]."""

    face = Face.SHARED

    kind = models.CharField("種類", max_length=20)
    code = models.CharField("番号", max_length=100)
    name = models.CharField("名称", max_length=100, blank=True)
    lines = models.JSONField("線")

    class Meta:
        ordering = ["pk"]
        verbose_name = "地図の形"
        verbose_name_plural = "地図の形"

    def __str__(self) -> str:
        return self.name or self.code


class Import(models.Model):
    """Who put which file in: a draft until it is confirmed, then a version, perhaps taken back."""

    face = Face.STAFF

    class State(models.TextChoices):
        """Of an import."""

        DRAFT = "draft", "確認待ち"
        DONE = "done", "取込み済み"
        UNDONE = "undone", "取消し"

    kind = models.CharField("種類", max_length=20)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.DRAFT)
    file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField("ファイル名", max_length=255)
    source = models.CharField("出典", max_length=200)
    as_of = models.DateField("データの時点", null=True)
    base = models.PositiveIntegerField("比べた版", default=0)  # what was current when the draft was made
    number = models.PositiveIntegerField("版", null=True)
    figures = models.JSONField("件数", default=dict)  # rows, added, removed, changed
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("日時")
    undone_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField("取消日時", null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "台帳の取込み"
        verbose_name_plural = "台帳の取込み"

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"
