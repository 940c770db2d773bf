from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Cost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("system", models.CharField(max_length=30, verbose_name="業務")),
                ("name", models.CharField(max_length=100, verbose_name="費目")),
                ("yen", models.BigIntegerField(verbose_name="円")),
                (
                    "per",
                    models.CharField(
                        choices=[("once", "一度"), ("month", "月"), ("year", "年")],
                        max_length=10,
                        verbose_name="単位",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="開始日")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="終了日")),
                ("import_key", models.CharField(blank=True, max_length=64, null=True, unique=True)),
            ],
            options={
                "verbose_name": "費用",
                "verbose_name_plural": "費用",
                "ordering": ["system", "starts_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="BaselineSample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task", models.CharField(max_length=60, verbose_name="作業")),
                ("seconds", models.FloatField(verbose_name="秒")),
                ("measured_on", models.DateField(verbose_name="計測日")),
                ("method", models.CharField(blank=True, max_length=200, verbose_name="計測方法")),
                ("persons", models.PositiveIntegerField(default=1, verbose_name="人数")),
                ("import_key", models.CharField(blank=True, max_length=64, null=True, unique=True)),
            ],
            options={
                "verbose_name": "導入前の計測",
                "verbose_name_plural": "導入前の計測",
                "ordering": ["measured_on", "pk"],
                "indexes": [models.Index(fields=["task"], name="effects_baseline_task")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seconds__gt", 0)), name="effects_baseline_positive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task", models.CharField(max_length=60, verbose_name="作業")),
                ("date", models.DateField(verbose_name="日付")),
                ("count", models.PositiveIntegerField(verbose_name="件数")),
                ("import_key", models.CharField(blank=True, max_length=64, null=True, unique=True)),
            ],
            options={
                "verbose_name": "処理件数",
                "verbose_name_plural": "処理件数",
                "ordering": ["date", "task", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("task", "date"), name="effects_count_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkSession",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("task", models.CharField(max_length=60, verbose_name="作業")),
                ("case_ref", models.CharField(blank=True, max_length=100, verbose_name="案件番号")),
                ("started_at", models.DateTimeField(verbose_name="開始")),
                ("last_activity_at", models.DateTimeField(verbose_name="最後の操作")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="終了")),
                ("active_seconds", models.FloatField(default=0.0, verbose_name="実作業秒数")),
                ("idle_cut_seconds", models.FloatField(default=0.0, verbose_name="除いた放置秒数")),
                (
                    "source",
                    models.CharField(
                        choices=[("capture", "画面での計測"), ("import", "ファイルから取り込み")],
                        default="capture",
                        max_length=10,
                        verbose_name="出所",
                    ),
                ),
                ("import_key", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="職員",
                    ),
                ),
            ],
            options={
                "verbose_name": "作業の計測",
                "verbose_name_plural": "作業の計測",
                "ordering": ["started_at", "id"],
                "indexes": [
                    models.Index(fields=["task", "started_at"], name="effects_session_task"),
                    models.Index(fields=["user", "started_at"], name="effects_session_user"),
                ],
            },
        ),
    ]
