"""Nothing goes out over an anomaly that nobody explained."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Nothing goes out over an anomaly that nobody explained."""

    dependencies = [("transparency", "0003_anomalies")]
    operations = [
        migrations.RunSQL(
            (SQL / "anomalies.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "anomalies.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
