"""The outbox, its channels and the letters."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import yakuba.core.crypto.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("files", "0001_initial"),
        ("jobs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("recipient", models.CharField(max_length=120, verbose_name="宛先")),
                ("key", models.CharField(max_length=160, verbose_name="できごと")),
                ("kind", models.CharField(max_length=60, verbose_name="種類")),
                ("at", models.DateTimeField(verbose_name="日時")),
                ("until", models.DateTimeField(null=True)),
                ("all_day", models.BooleanField(default=False)),
                ("leads", models.JSONField(null=True)),
                ("channels", models.JSONField(null=True)),
                ("params", yakuba.core.crypto.fields.EncryptedTextField(blank=True, purpose="notify.params")),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="取消しの日時")),
            ],
            options={
                "verbose_name": "通知のもと",
                "verbose_name_plural": "通知のもと",
                "ordering": ["at", "pk"],
                "indexes": [models.Index(fields=["at"], name="notify_event_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("recipient", "key"), name="notify_event_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("channel", models.CharField(max_length=20, verbose_name="手段")),
                ("lead", models.PositiveIntegerField(verbose_name="何分前")),
                ("revision", models.PositiveIntegerField(default=1)),
                ("due", models.DateTimeField(verbose_name="予定の日時")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "送信待ち"),
                            ("sending", "送信中"),
                            ("sent", "送信済み"),
                            ("failed", "再送待ち"),
                            ("held", "保留"),
                            ("given_up", "送信できず"),
                            ("cancelled", "取消し"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=60, verbose_name="理由")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="試行")),
                ("next_attempt", models.DateTimeField(null=True)),
                ("token", models.CharField(blank=True, max_length=32)),
                ("fence", models.PositiveIntegerField(default=0)),
                ("handed_at", models.DateTimeField(null=True)),
                ("handed_revision", models.PositiveIntegerField(null=True)),
                ("sent_at", models.DateTimeField(null=True, verbose_name="送信日時")),
                ("receipt", models.CharField(blank=True, max_length=200, verbose_name="受領")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="notify.event",
                    ),
                ),
            ],
            options={
                "verbose_name": "通知",
                "verbose_name_plural": "通知",
                "ordering": ["due", "pk"],
                "indexes": [
                    models.Index(fields=["next_attempt"], name="notify_next_attempt"),
                    models.Index(fields=["state", "due"], name="notify_state_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "channel", "lead"), name="notify_message_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sending"), models.Q(("token", ""), _negated=True)),
                            models.Q(models.Q(("state", "sending"), _negated=True), ("token", "")),
                            _connector="OR",
                        ),
                        name="notify_claimed_or_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("next_attempt", None), ("state__in", ["cancelled", "given_up", "sent"])
                            ),
                            models.Q(
                                models.Q(("state__in", ["cancelled", "given_up", "sent"]), _negated=True),
                                ("next_attempt__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="notify_open_has_a_next_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                ("channel", models.CharField(max_length=20, verbose_name="手段")),
                ("at", models.DateTimeField(verbose_name="日時")),
                ("receipt", models.CharField(max_length=200, verbose_name="受領")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="notify.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "通知の受領",
                "verbose_name_plural": "通知の受領",
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["at"], name="notify_delivery_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("message", "revision"), name="notify_delivery_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                ("recipient", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=60)),
                ("params", yakuba.core.crypto.fields.EncryptedTextField(blank=True, purpose="notify.inbox")),
                ("at", models.DateTimeField()),
                ("delivered_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="inbox", to="notify.message"
                    ),
                ),
            ],
            options={
                "verbose_name": "受信箱の通知",
                "verbose_name_plural": "受信箱の通知",
                "ordering": ["-delivered_at", "-pk"],
                "indexes": [models.Index(fields=["recipient", "-delivered_at"], name="notify_inbox_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("message", "revision"), name="notify_inbox_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recipient", models.CharField(max_length=120)),
                ("channel", models.CharField(max_length=20)),
                (
                    "address",
                    yakuba.core.crypto.fields.EncryptedTextField(blank=True, purpose="notify.address"),
                ),
                ("verified_at", models.DateTimeField(null=True)),
                ("code_digest", models.CharField(blank=True, max_length=64)),
                ("code_number", models.PositiveIntegerField(default=0)),
                ("code_at", models.DateTimeField(null=True)),
                ("code_failures", models.PositiveIntegerField(default=0)),
                ("bounced_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "連絡先",
                "verbose_name_plural": "連絡先",
                "ordering": ["recipient", "channel"],
                "constraints": [
                    models.UniqueConstraint(fields=("recipient", "channel"), name="notify_contact_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recipient", models.CharField(max_length=120)),
                ("kind", models.CharField(blank=True, max_length=60)),
                ("channels", models.JSONField(null=True)),
                ("leads", models.JSONField(null=True)),
                ("language", models.CharField(blank=True, max_length=10)),
            ],
            options={
                "verbose_name": "通知の設定",
                "verbose_name_plural": "通知の設定",
                "ordering": ["recipient", "kind"],
                "constraints": [
                    models.UniqueConstraint(fields=("recipient", "kind"), name="notify_preference_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recipient", models.CharField(max_length=120)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "カレンダーの購読",
                "verbose_name_plural": "カレンダーの購読",
                "ordering": ["-made_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("recipient",),
                        name="notify_one_feed",
                    )
                ],
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
                ("kind", models.CharField(max_length=60, verbose_name="種類")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="作成日時")),
                ("letters", models.PositiveIntegerField(default=0, verbose_name="通数")),
                ("pages", models.PositiveIntegerField(default=0, verbose_name="ページ")),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "手紙の束",
                "verbose_name_plural": "手紙の束",
                "ordering": ["-made_at", "-pk"],
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
                ("reference", models.CharField(max_length=64, unique=True, verbose_name="番号")),
                ("recipient", models.CharField(max_length=120, verbose_name="宛先")),
                ("kind", models.CharField(max_length=60, verbose_name="種類")),
                ("language", models.CharField(max_length=10)),
                ("params", yakuba.core.crypto.fields.EncryptedTextField(blank=True, purpose="notify.letter")),
                ("at", models.DateTimeField(verbose_name="日時")),
                (
                    "received_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="受付日時"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "印刷待ち"),
                            ("held", "保留"),
                            ("printed", "印刷済み"),
                            ("withdrawn", "取消し"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=60, verbose_name="理由")),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="notify.letterbatch",
                    ),
                ),
            ],
            options={
                "verbose_name": "通知の手紙",
                "verbose_name_plural": "通知の手紙",
                "ordering": ["received_at", "pk"],
                "indexes": [models.Index(fields=["state", "kind"], name="notify_letter_state")],
            },
        ),
    ]
