"""What was published of a year stands."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What was published of a year stands."""

    dependencies = [("registries", "0015_figures")]
    operations = [
        migrations.RunSQL(
            (SQL / "figures.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "figures.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
