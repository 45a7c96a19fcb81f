"""Posting an entry in one call."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Posting an entry in one call."""

    dependencies = [
        ("ledger", "0003_draws"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "turns.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "turns.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
