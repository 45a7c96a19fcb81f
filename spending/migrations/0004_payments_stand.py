"""What was approved and paid stands; lists of people stand still from submission on."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What was approved and paid stands; lists of people stand still from submission on."""

    dependencies = [("spending", "0003_payments"), ("core", "0005_key_rotation")]
    operations = [
        migrations.RunSQL(
            (SQL / "payments.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "payments.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
