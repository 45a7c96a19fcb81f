"""What was declared and consented to stands."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What was declared and consented to stands."""

    dependencies = [("registries", "0001_tables"), ("core", "0005_key_rotation")]
    operations = [
        migrations.RunSQL(
            (SQL / "registries.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "registries.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
