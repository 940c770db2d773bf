"""When a batch's personal numbers that nobody settled may be deleted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ocr", "0004_free"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="numbers_end_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="確定していない個人番号を消す日時"
            ),
        ),
    ]
