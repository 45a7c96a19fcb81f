"""Contracts stand as they were signed."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Contracts stand as they were signed."""

    dependencies = [("training", "0013_contracts")]
    operations = [
        migrations.RunSQL(
            (SQL / "contracts.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "contracts.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
