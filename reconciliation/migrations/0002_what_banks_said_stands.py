"""What a bank said stands; decisions are rows; a confirmed sheet keeps its figures."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What a bank said stands; decisions are rows; a confirmed sheet keeps its figures."""

    dependencies = [("reconciliation", "0001_tables"), ("core", "0005_key_rotation")]
    operations = [
        migrations.RunSQL(
            (SQL / "statements.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "statements.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
