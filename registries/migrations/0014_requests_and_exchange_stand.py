"""What was asked for stands, and what was exchanged."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What was asked for stands, and what was exchanged."""

    dependencies = [("registries", "0013_requests_and_exchange"), ("core", "0005_key_rotation")]
    operations = [
        migrations.RunSQL(
            (SQL / name).with_suffix(".sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / f"{name}.reverse.sql").read_text(encoding="utf-8"),
        )
        for name in ("requests", "exchange")
    ]
