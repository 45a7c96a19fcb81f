"""What was asked for, kept and withdrawn stands."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What was asked for, kept and withdrawn stands."""

    dependencies = [("registries", "0011_papers_tables")]
    operations = [
        migrations.RunSQL(
            (SQL / "papers.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "papers.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
