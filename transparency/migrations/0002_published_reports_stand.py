"""Frozen figures and published reports stand."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Frozen figures and published reports stand."""

    dependencies = [("transparency", "0001_tables"), ("core", "0002_append_only_and_outbox")]
    operations = [
        migrations.RunSQL(
            (SQL / "reports.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "reports.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
