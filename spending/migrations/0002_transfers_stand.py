"""What was sent stands; a transfer that has ended never changes."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What was sent stands; a transfer that has ended never changes."""

    dependencies = [("spending", "0001_transfers"), ("core", "0002_append_only_and_outbox")]
    operations = [
        migrations.RunSQL(
            (SQL / "transfers.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "transfers.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
