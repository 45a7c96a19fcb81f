"""Verified rescues stand; nobody verifies their own report."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Verified rescues stand; nobody verifies their own report."""

    dependencies = [("training", "0011_rescues"), ("core", "0005_key_rotation")]
    operations = [
        migrations.RunSQL(
            (SQL / "rescues.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "rescues.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
