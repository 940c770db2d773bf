import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import yakuba.core.crypto.fields


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
        ("jobs", "0001_initial"),
        ("nursery", "0001_initial"),
        ("people", "0002_approvals_moves_protection"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="allocation",
            name="pins",
            field=models.JSONField(null=True, verbose_name="固定"),
        ),
        migrations.CreateModel(
            name="Rulebook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("book", models.CharField(max_length=60, verbose_name="基準")),
                ("title", models.CharField(max_length=150, verbose_name="名称")),
                ("number", models.PositiveIntegerField(verbose_name="版")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("effective_from", models.DateField(verbose_name="適用開始日")),
                ("effective_until", models.DateField(blank=True, null=True, verbose_name="適用終了日")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "案"), ("active", "適用中"), ("retired", "終了")],
                        default="draft",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("examples", models.JSONField(default=dict, verbose_name="計算例の結果")),
                (
                    "approval",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.approval",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="登録日時")),
            ],
            options={
                "verbose_name": "利用調整基準",
                "verbose_name_plural": "利用調整基準",
                "ordering": ["book", "-number"],
                "constraints": [models.UniqueConstraint(fields=("book", "number"), name="rulebook_version")],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="SelectionRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=100, verbose_name="名称")),
                ("starts_on", models.DateField(verbose_name="利用開始日")),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="later_rounds",
                        to="nursery.selectionround",
                    ),
                ),
                (
                    "rulebook",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="nursery.rulebook",
                    ),
                ),
                (
                    "adopted",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adopted_by",
                        to="nursery.allocation",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="作成日時")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="終了日時")),
            ],
            options={
                "verbose_name": "選考",
                "verbose_name_plural": "選考",
                "ordering": ["-starts_on", "-pk"],
                "constraints": [models.UniqueConstraint(fields=("title",), name="selection_round_title")],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("signature", models.CharField(max_length=64)),
                ("mapping", models.JSONField(default=dict, verbose_name="対応")),
                (
                    "updated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="更新日時")),
            ],
            options={
                "verbose_name": "列の対応",
                "verbose_name_plural": "列の対応",
                "ordering": ["-updated_at"],
                "constraints": [models.UniqueConstraint(fields=("signature",), name="column_mapping_once")],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="ApplicationFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "selection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="nursery.selectionround",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="版")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                ("file_name", models.CharField(max_length=255, verbose_name="ファイル名")),
                ("sha256", models.CharField(max_length=64)),
                ("mapping", models.JSONField(default=dict, verbose_name="列の対応")),
                ("children", models.PositiveIntegerField(verbose_name="申込児童")),
                ("households", models.PositiveIntegerField(verbose_name="世帯")),
                ("classes", models.PositiveIntegerField(verbose_name="クラス")),
                ("seats", models.PositiveIntegerField(verbose_name="募集人数")),
                ("warnings", models.JSONField(default=list, verbose_name="注意")),
                (
                    "imported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("imported_at", models.DateTimeField(auto_now_add=True, verbose_name="取込日時")),
            ],
            options={
                "verbose_name": "申込情報",
                "verbose_name_plural": "申込情報",
                "ordering": ["-imported_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("selection", "number"), name="application_version")
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Scoring",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "applications",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scorings",
                        to="nursery.applicationfile",
                    ),
                ),
                (
                    "rulebook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scorings",
                        to="nursery.rulebook",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nursery_scoring",
                        to="jobs.job",
                    ),
                ),
                (
                    "scores_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "ledger",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scoring",
                        to="nursery.ledger",
                    ),
                ),
                ("figures", models.JSONField(default=dict, verbose_name="集計")),
                ("questions", models.JSONField(default=list, verbose_name="職員の判断が必要な項目")),
                ("warnings", models.JSONField(default=list, verbose_name="注意")),
                ("decisions", models.JSONField(default=list, verbose_name="使った判断")),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="依頼日時")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="終了日時")),
            ],
            options={
                "verbose_name": "採点",
                "verbose_name_plural": "採点",
                "ordering": ["-requested_at", "-pk"],
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "selection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="nursery.selectionround",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("points", "点数の判断"),
                            ("order", "同点の順位"),
                            ("together", "きょうだい同時入所の判断"),
                        ],
                        max_length=10,
                        verbose_name="種類",
                    ),
                ),
                ("subject", models.CharField(max_length=60, verbose_name="対象")),
                ("code", models.CharField(blank=True, max_length=60, verbose_name="項目")),
                ("value", models.JSONField(default=dict, verbose_name="内容")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(auto_now_add=True, verbose_name="判断日時")),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="取消日時")),
            ],
            options={
                "verbose_name": "職員の判断",
                "verbose_name_plural": "職員の判断",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("selection", "kind", "subject", "code"),
                        name="decision_once",
                    )
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "selection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawals",
                        to="nursery.selectionround",
                    ),
                ),
                ("child_id", models.CharField(max_length=60, verbose_name="受付番号")),
                (
                    "kind",
                    models.CharField(
                        choices=[("declined", "内定の辞退"), ("withdrawn", "申込みの取下げ")],
                        max_length=10,
                        verbose_name="種類",
                    ),
                ),
                ("told_on", models.DateField(verbose_name="申出日")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="記録日時")),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("undone_at", models.DateTimeField(null=True, verbose_name="取消日時")),
            ],
            options={
                "verbose_name": "辞退・取下げ",
                "verbose_name_plural": "辞退・取下げ",
                "ordering": ["-recorded_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("selection", "child_id"),
                        name="withdrawal_once",
                    )
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scenarios",
                        to="nursery.allocation",
                    ),
                ),
                ("title", models.CharField(max_length=100, verbose_name="名称")),
                ("changes", models.JSONField(default=dict, verbose_name="変更")),
                (
                    "ledger",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="nursery.ledger",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nursery_scenario",
                        to="jobs.job",
                    ),
                ),
                (
                    "result_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "difference",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                ("figures", models.JSONField(default=dict, verbose_name="集計")),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="依頼日時")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="終了日時")),
            ],
            options={
                "verbose_name": "試算",
                "verbose_name_plural": "試算",
                "ordering": ["-requested_at", "-pk"],
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Pin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "ledger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pins", to="nursery.ledger"
                    ),
                ),
                ("child_id", models.CharField(max_length=60, verbose_name="受付番号")),
                ("class_id", models.CharField(blank=True, max_length=60, verbose_name="クラス番号")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("consequences", models.JSONField(default=dict, verbose_name="影響")),
                (
                    "approval",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.approval",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="依頼日時")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="承認日時")),
                (
                    "removed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("removed_at", models.DateTimeField(null=True, verbose_name="解除日時")),
            ],
            options={
                "verbose_name": "固定",
                "verbose_name_plural": "固定",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)),
                        fields=("ledger", "child_id"),
                        name="pin_once",
                    )
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Comparison",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "allocation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comparisons",
                        to="nursery.allocation",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                ("file_name", models.CharField(max_length=255, verbose_name="ファイル名")),
                ("differences", models.JSONField(default=list, verbose_name="相違")),
                ("figures", models.JSONField(default=dict, verbose_name="集計")),
                (
                    "compared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("compared_at", models.DateTimeField(auto_now_add=True, verbose_name="照合日時")),
            ],
            options={
                "verbose_name": "手作業との照合",
                "verbose_name_plural": "手作業との照合",
                "ordering": ["-compared_at", "-pk"],
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="LetterBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "allocation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letter_batches",
                        to="nursery.allocation",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nursery_letters",
                        to="jobs.job",
                    ),
                ),
                ("settings", models.JSONField(default=dict, verbose_name="文面の設定")),
                ("issued_on", models.DateField(verbose_name="通知日")),
                (
                    "pdf",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "docx",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                ("figures", models.JSONField(default=dict, verbose_name="集計")),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="依頼日時")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="終了日時")),
            ],
            options={
                "verbose_name": "通知の作成",
                "verbose_name_plural": "通知の作成",
                "ordering": ["-requested_at", "-pk"],
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="nursery.letterbatch",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="番号")),
                ("family_id", models.CharField(max_length=60, verbose_name="世帯番号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("placed", "利用調整結果通知書（内定）"),
                            ("waiting", "利用調整結果通知書（保留）"),
                        ],
                        max_length=10,
                        verbose_name="種類",
                    ),
                ),
                ("children", models.JSONField(default=list, verbose_name="児童")),
                ("first_page", models.PositiveIntegerField(null=True, verbose_name="頁")),
                ("held_back", models.BooleanField(default=False, verbose_name="発送の保留")),
                ("released_at", models.DateTimeField(null=True, verbose_name="個別発行の日時")),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "通知",
                "verbose_name_plural": "通知",
                "ordering": ["batch", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "number"), name="letter_number_once")
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="FamilyCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "allocation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="family_codes",
                        to="nursery.allocation",
                    ),
                ),
                ("family_id", models.CharField(max_length=60, verbose_name="世帯番号")),
                ("reference", models.CharField(max_length=64, unique=True, verbose_name="公開番号")),
                ("digest", models.CharField(max_length=64)),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("issued_at", models.DateTimeField(auto_now_add=True, verbose_name="発行日時")),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="失効日時")),
            ],
            options={
                "verbose_name": "閲覧コード",
                "verbose_name_plural": "閲覧コード",
                "ordering": ["allocation", "family_id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("allocation", "family_id"),
                        name="family_code_once",
                    )
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="FamilyNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=64, unique=True)),
                ("code_digest", models.CharField(db_index=True, max_length=64)),
                ("birth_digests", models.JSONField(default=list)),
                ("payload", yakuba.core.crypto.fields.EncryptedTextField(purpose="nursery.family_notice")),
                ("published_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("openings", models.PositiveIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "家庭への結果",
                "verbose_name_plural": "家庭への結果",
                "ordering": ["reference"],
                "indexes": [],
                "constraints": [],
            },
        ),
    ]
