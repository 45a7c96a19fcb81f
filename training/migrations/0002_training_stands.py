"""Seats are counted, nobody teaches in two places, and certificates need what they certify."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Seats are counted, nobody teaches in two places, and certificates need what they certify."""

    dependencies = [("training", "0001_tables"), ("core", "0005_key_rotation")]
    operations = [
        migrations.RunSQL(
            (SQL / "training.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "training.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
