"""What a donor joined with, gave and was sent stands."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What a donor joined with, gave and was sent stands."""

    dependencies = [("registries", "0007_donors"), ("core", "0005_key_rotation")]
    operations = [
        migrations.RunSQL(
            (SQL / "donors.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "donors.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
