"""Functions for the search of names by pairs of characters."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Functions for the search of names by pairs of characters."""

    dependencies = [("core", "0002_append_only_and_outbox")]
    operations = [
        migrations.RunSQL(
            (SQL / "bigrams.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "bigrams.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
