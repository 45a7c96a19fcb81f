"""Rows of a posted batch may go two years after its posting."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Rows of a posted batch may go two years after its posting."""

    dependencies = [("donations", "0004_givers")]
    operations = [
        migrations.RunSQL(
            (SQL / "purging.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "purging.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
