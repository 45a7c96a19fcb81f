from django.db import migrations, models

OUTCOMES = [
    ("good", "可以办理"),
    ("bad", "有问题，不办"),
    ("done", "已办理"),
    ("late", "核对以后情况变了，没有办"),
    ("dropped", "文件作废，没有办"),
]
CODES = [code for code, _label in OUTCOMES]
SETTLE = """
UPDATE registries_exchangerow r SET outcome = 'dropped'
  FROM registries_exchangefile f WHERE f.id = r.exchange_file_id AND f.status = 'dropped' AND r.outcome = 'good';
UPDATE registries_exchangerow r SET reference = NULL
  FROM registries_exchangefile f
 WHERE f.id = r.exchange_file_id AND r.reference IS NOT NULL
   AND (r.outcome IN ('bad', 'dropped') OR r.outcome = 'late' AND f.status = 'applied');
"""
# Their numbers are gone; as a good row of a dropped file nobody takes them up.
UNSETTLE = """
ALTER TABLE registries_exchangerow DISABLE TRIGGER exchangerow_guard;
UPDATE registries_exchangerow SET outcome = 'good' WHERE outcome = 'dropped';
ALTER TABLE registries_exchangerow ENABLE TRIGGER exchangerow_guard;
"""


class Migration(migrations.Migration):
    """A row of a file that was given up says so, and keeps no number of a search; those of before are emptied too."""

    dependencies = [("registries", "0018_donors_desk")]

    operations = [
        migrations.AlterField(
            model_name="exchangerow",
            name="outcome",
            field=models.CharField(choices=OUTCOMES, max_length=8, verbose_name="处理"),
        ),
        migrations.RemoveConstraint(model_name="exchangerow", name="exchangerow_outcome_known"),
        migrations.RemoveConstraint(model_name="exchangerow", name="exchangerow_fault_or_donor"),
        migrations.AddConstraint(
            model_name="exchangerow",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", CODES)), name="exchangerow_outcome_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="exchangerow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("donor__isnull", False), ("fault", ""), ("outcome__in", ["good", "done", "dropped"])),
                    models.Q(("outcome__in", ["bad", "late"]), models.Q(("fault", ""), _negated=True)),
                    _connector="OR",
                ),
                name="exchangerow_fault_or_donor",
            ),
        ),
        migrations.RunSQL(SETTLE, reverse_sql=UNSETTLE),
    ]
