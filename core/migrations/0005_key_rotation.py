"""Changes of keys, and what the guards of sealed columns let through for them."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Changes of keys, and what the guards of sealed columns let through for them."""

    dependencies = [
        ("core", "0004_sealed_values"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyRotation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("targets", models.JSONField(verbose_name="新密钥编号")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="完成时间")),
            ],
            options={
                "verbose_name": "密钥轮换",
                "verbose_name_plural": "密钥轮换",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("finished_at",), name="keyrotation_one_unfinished", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.RunSQL(
            (SQL / "reseal.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "reseal.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
