"""A case goes its way once, decided by those who decide and witnessed by two."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A case goes its way once, decided by those who decide and witnessed by two."""

    dependencies = [("registries", "0005_cases")]
    operations = [
        migrations.RunSQL(
            (SQL / "cases.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "cases.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
