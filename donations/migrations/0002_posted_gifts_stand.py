"""Posted gifts stand; rows of a submitted batch stand still."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Posted gifts stand; rows of a submitted batch stand still."""

    dependencies = [("donations", "0001_tables"), ("core", "0003_name_search"), ("ledger", "0002_movements")]
    operations = [
        migrations.RunSQL(
            (SQL / "donation.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "donation.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
