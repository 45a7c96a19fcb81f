"""Reminders that a certificate ends soon."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Reminders that a certificate ends soon."""

    dependencies = [("training", "0004_absences")]
    operations = [
        migrations.CreateModel(
            name="ExpiryReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.PositiveSmallIntegerField(verbose_name="到期前天数")),
                ("at", models.DateTimeField(verbose_name="提醒时间")),
                (
                    "certificate",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="training.certificate",
                        verbose_name="证书",
                    ),
                ),
            ],
            options={
                "verbose_name": "到期提醒",
                "verbose_name_plural": "到期提醒",
                "constraints": [models.UniqueConstraint(fields=("certificate", "days"), name="expiryreminder_once")],
            },
        ),
        migrations.RunSQL(
            (SQL / "reminders.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "reminders.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
