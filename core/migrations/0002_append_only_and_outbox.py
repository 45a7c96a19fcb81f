"""Triggers that refuse changes, and the transaction column of the outbox."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Triggers that refuse changes, and the transaction column of the outbox."""

    dependencies = [("core", "0001_tables")]
    operations = [
        migrations.RunSQL(
            (SQL / "append_only.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "append_only.reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            (SQL / "outbox.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "outbox.reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(
            "SELECT core_make_append_only('core_auditevent')",
            reverse_sql="DROP TRIGGER append_only_row ON core_auditevent; DROP TRIGGER append_only_all ON core_auditevent",
        ),
    ]
