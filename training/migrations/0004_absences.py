"""Times in which an instructor cannot teach; one version of a course on a day."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Times in which an instructor cannot teach; one version of a course on a day."""

    dependencies = [("training", "0003_catalogue")]

    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField(verbose_name="开始")),
                ("ends_at", models.DateTimeField(verbose_name="结束")),
                (
                    "instructor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to="training.instructor",
                        verbose_name="师资",
                    ),
                ),
            ],
            options={
                "verbose_name": "不能授课时间",
                "verbose_name_plural": "不能授课时间",
                "ordering": ["starts_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="absence_ends_after_start"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            (SQL / "absences.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "absences.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
