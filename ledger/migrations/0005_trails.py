"""The walk of a trail, a level in one statement."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The walk of a trail, a level in one statement."""

    dependencies = [
        ("ledger", "0004_turns"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "trails.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "trails.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
