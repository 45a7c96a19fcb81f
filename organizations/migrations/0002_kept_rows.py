"""Divisions, branches and grants are never removed; a grant changes by its end alone."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Divisions, branches and grants are never removed; a grant changes by its end alone."""

    dependencies = [("organizations", "0001_tables"), ("core", "0002_append_only_and_outbox")]
    operations = [
        migrations.RunSQL(
            (SQL / "kept_rows.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "kept_rows.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
