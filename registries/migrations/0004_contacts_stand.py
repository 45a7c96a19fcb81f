"""A contact stands; one that is due is closed once."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A contact stands; one that is due is closed once."""

    dependencies = [("registries", "0003_contacts")]
    operations = [
        migrations.RunSQL(
            (SQL / "contacts.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "contacts.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
