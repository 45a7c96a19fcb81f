"""What kin signed and what was approved stands; nobody approves what they wrote."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What kin signed and what was approved stands; nobody approves what they wrote."""

    dependencies = [("registries", "0009_memorial"), ("core", "0005_key_rotation")]
    operations = [
        migrations.RunSQL(
            (SQL / "memorial.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "memorial.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
