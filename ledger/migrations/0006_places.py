"""Accounts with what they are of, planned once for a connection."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Accounts with what they are of, planned once for a connection."""

    dependencies = [
        ("ledger", "0005_trails"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "places.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "places.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
