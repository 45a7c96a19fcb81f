"""Registering on site can be asked for; what a family signed for its page may become less."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).resolve().parent.parent / "sql"
KINDS = ["on_site", "talk", "sample", "home_visit", "call_back"]


class Migration(migrations.Migration):
    """Registering on site can be asked for; what a family signed for its page may become less."""

    dependencies = [("registries", "0026_ways_of_donors")]
    operations = [
        migrations.RemoveConstraint("request", "request_kind_known"),
        migrations.AlterField(
            "request",
            "kind",
            models.CharField(
                choices=[
                    ("on_site", "预约到现场登记"),
                    ("talk", "预约宣讲"),
                    ("sample", "预约采样"),
                    ("home_visit", "预约上门登记"),
                    ("call_back", "请给我回电"),
                ],
                max_length=12,
                verbose_name="事项",
            ),
        ),
        migrations.AddConstraint(
            "request", models.CheckConstraint(condition=Q(kind__in=KINDS), name="request_kind_known")
        ),
        # The name of a place that is closed may be another's.
        migrations.RemoveConstraint("memorialplace", "memorialplace_name_once"),
        migrations.AddConstraint(
            "memorialplace",
            models.UniqueConstraint(
                fields=["branch", "name"], condition=Q(closed_on__isnull=True), name="memorialplace_name_once"
            ),
        ),
        migrations.RunSQL(
            (SQL / "memorial_narrowing.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "memorial_narrowing.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
