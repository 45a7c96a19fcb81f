"""Inspections stand; places and AEDs are never removed."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Inspections stand; places and AEDs are never removed."""

    dependencies = [("training", "0009_places")]
    operations = [
        migrations.RunSQL(
            (SQL / "places.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "places.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
