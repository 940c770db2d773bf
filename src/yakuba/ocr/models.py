"""Forms and their versions, batches of scanned pages, fields and what people decided about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from yakuba.core.crypto.fields import EncryptedTextField
from yakuba.core.faces import Face


def _by(name: str) -> models.ForeignKey[models.Model | None, models.Model | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=name,
    )


class VersionState(models.TextChoices):
    """Only an active version reads pages."""

    DRAFT = "draft", "下書き"
    ACTIVE = "active", "使用中"
    RETIRED = "retired", "使用終了"


class Form(models.Model):
    """A form (帳票) of the town; its versions differ in layout."""

    face = Face.STAFF

    name = models.CharField("帳票の名称", max_length=100, unique=True)
    created_at = models.DateTimeField("登録日時", default=timezone.now)
    created_by = _by("登録者")

    class Meta:
        ordering = ["name"]
        verbose_name = "帳票"
        verbose_name_plural = "帳票"

    def __str__(self) -> str:
        return self.name


class FormVersion(models.Model):
    """One layout of a form. Once active its definition never changes; a change is a new version."""

    face = Face.STAFF

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions", verbose_name="帳票")
    version = models.CharField("版", max_length=100)
    definition = models.JSONField("定義")  # yakuba.ocr.form/1 as plain data
    blank = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, related_name="+", verbose_name="未記入の用紙"
    )
    state = models.CharField("状態", max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    read_test = models.JSONField("読取りの試験", null=True, blank=True)
    created_at = models.DateTimeField("作成日時", default=timezone.now)
    created_by = _by("作成者")
    activated_at = models.DateTimeField("使用開始日時", null=True, blank=True)
    activated_by = _by("使用を始めた人")

    class Meta:
        ordering = ["form", "-created_at"]
        verbose_name = "帳票の版"
        verbose_name_plural = "帳票の版"
        constraints = [models.UniqueConstraint(fields=["form", "version"], name="ocr_form_version")]

    def __str__(self) -> str:
        return f"{self.form} {self.version}"


class ReadTestSample(models.Model):
    """One filled-in sheet that a draft was tried on before it is used (読取りの試験).

    ``outcome`` is sealed as a whole: a real sheet holds names and numbers. It is JSON,
    ``{"fields": [{"name", "text", "confidence", "reasons"}]}``; ``verdicts`` says for each field name
    whether an officer found the reading right.
    """

    face = Face.STAFF

    version = models.ForeignKey(
        FormVersion, on_delete=models.CASCADE, related_name="samples", verbose_name="帳票の版"
    )
    number = models.PositiveIntegerField("番号")
    source = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    source_page = models.PositiveIntegerField("元のファイルのページ", default=1)
    registered = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    stamp = models.CharField("読んだ定義の指紋", max_length=64, blank=True)
    problems = models.JSONField("問題", default=list)
    outcome = EncryptedTextField("読み", blank=True, default="", purpose="ocr.read_test")
    verdicts = models.JSONField("正誤", default=dict)
    read_at = models.DateTimeField("読取り日時", null=True, blank=True)
    created_at = models.DateTimeField("登録日時", default=timezone.now)
    created_by = _by("登録者")

    class Meta:
        ordering = ["version", "number"]
        verbose_name = "試験の見本"
        verbose_name_plural = "試験の見本"
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="ocr_sample_number")]

    def __str__(self) -> str:
        return f"{self.version} 見本{self.number}"


class BatchState(models.TextChoices):
    """Where a batch stands."""

    READING = "reading", "読取り中"
    CHECKING = "checking", "確認待ち"
    DONE = "done", "確認済み"
    FAILED = "failed", "読取り失敗"


class Batch(models.Model):
    """Pages handed in together (受付の束)."""

    face = Face.STAFF

    title = models.CharField("名称", max_length=100)
    version = models.ForeignKey(  # null: each page is sorted by its layout (仕分け)
        FormVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="batches"
    )
    scanner = models.CharField("読取機", max_length=100, blank=True)  # a change calls for a new certificate
    source = models.CharField("受付方法", max_length=20, default="upload")  # upload, folder, api, demo
    state = models.CharField("状態", max_length=10, choices=BatchState.choices, default=BatchState.READING)
    double_check = models.BooleanField("二人で確認する", default=False)
    blind = models.BooleanField("読みを見せずに入力する（認定のための束）", default=False)
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    numbers_end_at = models.DateTimeField("確定していない個人番号を消す日時", null=True, blank=True)
    created_at = models.DateTimeField("受付日時", default=timezone.now)
    created_by = _by("受付者")

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "束"
        verbose_name_plural = "束"

    def __str__(self) -> str:
        return self.title


class PageState(models.TextChoices):
    """Where a page stands; a page that was not read waits for a person with the reason."""

    WAITING = "waiting", "読取り待ち"
    READ = "read", "読取り済み"
    UNSORTABLE = "unsortable", "仕分けできない"
    REFUSED = "refused", "様式と合わない"
    RESCAN = "rescan", "読み直しが必要"


class Page(models.Model):
    """One side of a sheet."""

    face = Face.STAFF

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="pages", verbose_name="束")
    number = models.PositiveIntegerField("番号")  # in the batch, from 1
    source = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    source_page = models.PositiveIntegerField("元のファイルのページ", default=1)
    version = models.ForeignKey(
        FormVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="pages"
    )
    state = models.CharField("状態", max_length=12, choices=PageState.choices, default=PageState.WAITING)
    problems = models.JSONField("問題", default=list)  # sentences for staff
    registered = models.ForeignKey(  # the page on the blank's grid, as PNG
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    measures = models.JSONField(
        "計測値", default=dict
    )  # dpi, skew, inliers, correlation, residual_px, seconds
    engine = models.CharField("読取りの版", max_length=64, blank=True)  # hash of models and code version
    read_at = models.DateTimeField("読取り日時", null=True, blank=True)

    class Meta:
        ordering = ["batch", "number"]
        verbose_name = "ページ"
        verbose_name_plural = "ページ"
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="ocr_page_number")]

    def __str__(self) -> str:
        return f"{self.batch} {self.number}ページ"


class ValueState(models.TextChoices):
    """Who has decided a field so far."""

    AUTO = "auto", "AIが処理"
    WAITING = "waiting", "確認待ち"
    ONCE = "once", "1人目が確認"
    DIFFERS = "differs", "2人の入力が違う"
    DONE = "done", "確認済み"
    ILLEGIBLE = "illegible", "読めない"
    ESCALATED = "escalated", "係長の判断待ち"


class FieldValue(models.Model):
    """One field of one page: what was read (never changed) and what holds (``final``).

    Personal numbers, and every reading of them, lie sealed in ``sealed`` alone; ``raw``, ``text``,
    ``final`` and ``candidates`` stay empty for them.
    """

    face = Face.STAFF

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="values", verbose_name="ページ")
    name = models.CharField("欄", max_length=60)
    order = models.PositiveIntegerField("順")
    kind = models.CharField("種類", max_length=20)
    raw = models.TextField("読んだまま", blank=True)
    text = models.TextField("読み", blank=True)
    confidence = models.FloatField("確からしさ", default=0.0)
    blank = models.BooleanField("空欄", default=False)
    reasons = models.JSONField("理由", default=list)
    candidates = models.JSONField("候補", default=list)  # [{"text", "raw", "confidence", "source"}]
    sealed = EncryptedTextField("封じた値", blank=True, default="", purpose="ocr.value")
    decision = models.CharField("境目の判断", max_length=10, default="staff")  # auto, staff, blank
    decided_because = models.CharField("判断の根拠", max_length=200, blank=True)
    state = models.CharField("状態", max_length=10, choices=ValueState.choices, default=ValueState.WAITING)
    final = models.TextField("確定した値", blank=True)
    final_at = models.DateTimeField("確定日時", null=True, blank=True)

    class Meta:
        ordering = ["page", "order"]
        verbose_name = "欄の値"
        verbose_name_plural = "欄の値"
        constraints = [models.UniqueConstraint(fields=["page", "name"], name="ocr_value_name")]
        indexes = [models.Index(fields=["state", "name"], name="ocr_value_state")]

    def __str__(self) -> str:
        return f"{self.page} {self.name}"


class Check(models.Model):
    """What one person decided about one field. Rows are added, never changed; an undo adds ``undone_at``."""

    face = Face.STAFF

    value = models.ForeignKey(FieldValue, on_delete=models.CASCADE, related_name="checks")
    turn = models.PositiveSmallIntegerField("何人目", default=1)
    outcome = models.CharField(
        "結果", max_length=10
    )  # accepted, candidate, edited, illegible, escalated, blind
    text = EncryptedTextField("入力", blank=True, default="", purpose="ocr.check")
    keystrokes = models.PositiveIntegerField("打鍵数", default=0)
    seconds = models.FloatField("秒", default=0.0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("日時", default=timezone.now)
    undone_at = models.DateTimeField("取消し日時", null=True, blank=True)

    class Meta:
        ordering = ["value", "at", "pk"]
        verbose_name = "確認"
        verbose_name_plural = "確認"

    def __str__(self) -> str:
        return f"{self.value} {self.outcome}"


class CheckLease(models.Model):
    """Who has a field open on the check screen just now; it ends by itself and forbids nothing."""

    face = Face.STAFF

    value = models.OneToOneField(FieldValue, on_delete=models.CASCADE, related_name="lease")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField("期限")

    class Meta:
        verbose_name = "確認中の欄"
        verbose_name_plural = "確認中の欄"

    def __str__(self) -> str:
        return f"{self.value} {self.until}"


class ExportLayout(models.Model):
    """Which columns a version's CSV has, in order: ``[{"field", "title"}]``."""

    face = Face.STAFF

    version = models.OneToOneField(FormVersion, on_delete=models.CASCADE, related_name="export_layout")
    columns = models.JSONField("列", default=list)
    saved_at = models.DateTimeField("保存日時", default=timezone.now)
    saved_by = _by("保存者")

    class Meta:
        verbose_name = "書き出しの列"
        verbose_name_plural = "書き出しの列"

    def __str__(self) -> str:
        return f"{self.version} の列"


class DocumentState(models.TextChoices):
    """Where a free document stands."""

    READING = "reading", "読取り中"
    READ = "read", "読取り済み"


class Document(models.Model):
    """Any document, read to text without a form (帳票以外の文書). Nothing of it passes by certificate."""

    face = Face.STAFF

    title = models.CharField("名称", max_length=100)
    source = models.CharField("受付方法", max_length=20, default="upload")  # upload, api
    state = models.CharField(
        "状態", max_length=10, choices=DocumentState.choices, default=DocumentState.READING
    )
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("受付日時", default=timezone.now)
    created_by = _by("受付者")

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "文書"
        verbose_name_plural = "文書"

    def __str__(self) -> str:
        return self.title


class DocumentPageState(models.TextChoices):
    """Where a page of a free document stands."""

    WAITING = "waiting", "読取り待ち"
    READ = "read", "読取り済み"
    UNREADABLE = "unreadable", "読めない"


class DocumentPage(models.Model):
    """One page of a free document.

    ``outcome`` is sealed as a whole, because any page may hold names and numbers. It is JSON,
    ``[{"text", "confidence", "box": [left, top, right, bottom], "vertical"}]`` in reading order, boxes in
    px of ``width`` x ``height``; once written it never changes.
    """

    face = Face.STAFF

    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="pages", verbose_name="文書"
    )
    number = models.PositiveIntegerField("番号")  # in the document, from 1
    source = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    source_page = models.PositiveIntegerField("元のファイルのページ", default=1)
    state = models.CharField(
        "状態", max_length=12, choices=DocumentPageState.choices, default=DocumentPageState.WAITING
    )
    problem = models.CharField("問題", max_length=300, blank=True)  # a sentence for staff
    width = models.PositiveIntegerField("幅（画素）", default=0)
    height = models.PositiveIntegerField("高さ（画素）", default=0)
    lines = models.PositiveIntegerField("行数", default=0)
    doubtful = models.PositiveIntegerField("確からしさの低い行", default=0)
    outcome = EncryptedTextField("読み", blank=True, default="", purpose="ocr.document")
    seconds = models.FloatField("読取りの秒数", default=0.0)
    read_at = models.DateTimeField("読取り日時", null=True, blank=True)

    class Meta:
        ordering = ["document", "number"]
        verbose_name = "文書のページ"
        verbose_name_plural = "文書のページ"
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="ocr_document_page_number")
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.number}ページ"


class DocumentCorrection(models.Model):
    """A line as a person corrected it. Rows are added, never changed; an undo adds ``undone_at``."""

    face = Face.STAFF

    page = models.ForeignKey(DocumentPage, on_delete=models.CASCADE, related_name="corrections")
    line = models.PositiveIntegerField("行")  # from 1, in reading order
    text = EncryptedTextField("文字", blank=True, default="", purpose="ocr.document")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("日時", default=timezone.now)
    undone_at = models.DateTimeField("取消し日時", null=True, blank=True)

    class Meta:
        ordering = ["page", "line", "pk"]
        verbose_name = "文書の行の訂正"
        verbose_name_plural = "文書の行の訂正"

    def __str__(self) -> str:
        return f"{self.page} {self.line}行"
