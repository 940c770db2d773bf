"""One more kind of decision: a fact that the file does not give."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Choices only; the column stays as it is."""

    dependencies = [("nursery", "0002_desk")]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("points", "点数の判断"),
                    ("order", "同点の順位"),
                    ("together", "きょうだい同時入所の判断"),
                    ("fact", "足りない事実の判断"),
                ],
                max_length=10,
                verbose_name="種類",
            ),
        ),
    ]
