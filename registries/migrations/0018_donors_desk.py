"""Who left and still stands in the national library, who is rung, and why a contact was planned by hand."""

import uuid
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
# Known there: reported in a file, or typed. Removed there: the library itself said that they left.
FILL = """
ALTER TABLE registries_donor DISABLE TRIGGER donor_guard;
UPDATE registries_donor d SET is_known_there = true
 WHERE d.typed_on IS NOT NULL
    OR EXISTS (SELECT 1 FROM registries_sample s JOIN registries_exchangesent e ON e.sample_id = s.id
                WHERE s.donor_id = d.id);
UPDATE registries_donor d SET is_known_there = true, removed_there_on = r.on
  FROM registries_exchangerow r
 WHERE r.donor_id = d.id AND r.outcome = 'done' AND r.result IN ('aged', 'health', 'wish') AND d.ended_at IS NOT NULL;
ALTER TABLE registries_donor ENABLE TRIGGER donor_guard;
"""


class Migration(migrations.Migration):
    """Who left and still stands in the national library, who is rung, and why a contact was planned by hand."""

    dependencies = [
        ("organizations", "0006_registry_heads"),
        ("registries", "0017_wishes_to_hand_over"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DueNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("note", models.BinaryField(null=True, verbose_name="安排说明")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="销毁时间")),
            ],
            options={
                "verbose_name": "联系的安排说明",
                "verbose_name_plural": "联系的安排说明",
            },
        ),
        migrations.AddField(
            model_name="donor",
            name="is_called",
            field=models.BooleanField(db_default=True, default=True, verbose_name="可以电话联系"),
        ),
        migrations.AddField(
            model_name="donor",
            name="is_known_there",
            field=models.BooleanField(db_default=False, default=False, verbose_name="全国资料库里有"),
        ),
        migrations.AddField(
            model_name="donor",
            name="removed_there_on",
            field=models.DateField(null=True, verbose_name="全国资料库删除的日期"),
        ),
        migrations.AddField(
            model_name="donor",
            name="told_there_on",
            field=models.DateField(null=True, verbose_name="告知全国资料库的日期"),
        ),
        migrations.AddField(
            model_name="donorevent",
            name="reference",
            field=models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="文号或回执号"),
        ),
        migrations.AddIndex(
            model_name="donor",
            index=models.Index(
                condition=models.Q(
                    ("ended_at__isnull", False), ("is_known_there", True), ("removed_there_on__isnull", True)
                ),
                fields=["branch", "stepped_on", "id"],
                name="donor_standing_there",
            ),
        ),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_there_on__isnull", True), ("told_there_on__isnull", True)),
                    models.Q(("ended_at__isnull", False), ("is_known_there", True)),
                    _connector="OR",
                ),
                name="donor_removed_there_was_there",
            ),
        ),
        migrations.AddField(
            model_name="duenote",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="安排人",
            ),
        ),
        migrations.AddField(
            model_name="duenote",
            name="due",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="said",
                to="registries.duecontact",
                verbose_name="待联系",
            ),
        ),
        migrations.AddConstraint(
            model_name="duenote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("destroyed_at__isnull", True), ("note__isnull", False)),
                    models.Q(("destroyed_at__isnull", False), ("note__isnull", True)),
                    _connector="OR",
                ),
                name="duenote_whole_or_destroyed",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(
            (SQL / "donors_desk.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "donors_desk.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
