"""Telephones of the roster are emptied in time."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Telephones of the roster are emptied in time."""

    dependencies = [("registries", "0020_certificates_of_acceptance")]
    operations = [
        migrations.AddField("dutyshift", "destroyed_at", models.DateTimeField(null=True, verbose_name="销毁时间")),
        migrations.AlterField(
            "dutyshift", "phone", models.CharField(blank=True, max_length=30, verbose_name="值守电话")
        ),
        migrations.RemoveConstraint("dutyshift", "dutyshift_reachable"),
        migrations.AddConstraint(
            "dutyshift",
            models.CheckConstraint(
                condition=(~Q(phone="") & Q(destroyed_at__isnull=True)) | Q(phone="", destroyed_at__isnull=False),
                name="dutyshift_reachable_or_destroyed",
            ),
        ),
        migrations.RunSQL(
            (SQL / "kept_no_longer.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "kept_no_longer.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
