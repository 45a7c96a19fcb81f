"""Balances follow movements, nothing posted changes; the yuan and the outside."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def _run(name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        (SQL / f"{name}.sql").read_text(encoding="utf-8"),
        reverse_sql=(SQL / f"{name}.reverse.sql").read_text(encoding="utf-8"),
    )


class Migration(migrations.Migration):
    """Balances follow movements, nothing posted changes; the yuan and the outside."""

    dependencies = [("ledger", "0001_tables"), ("core", "0002_append_only_and_outbox")]
    operations = [_run("movements"), _run("references")]
