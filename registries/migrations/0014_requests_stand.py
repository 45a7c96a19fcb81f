"""What was asked for stands."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What was asked for stands."""

    dependencies = [("registries", "0013_requests"), ("core", "0005_key_rotation")]
    operations = [
        migrations.RunSQL(
            (SQL / "requests.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "requests.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
