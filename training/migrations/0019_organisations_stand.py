"""Bodies say what their facts say; facts and sizes stand."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Bodies say what their facts say; facts and sizes stand."""

    dependencies = [("training", "0018_organisations")]
    operations = [
        migrations.RunSQL(
            (SQL / "organisations.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "organisations.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
