"""Confirmed mass lessons stand, and so do denominators and promises; nobody confirms their own."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Confirmed mass lessons stand, and so do denominators and promises; nobody confirms their own."""

    dependencies = [("training", "0007_mass_lessons")]
    operations = [
        migrations.RunSQL(
            (SQL / "mass_lessons.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "mass_lessons.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
