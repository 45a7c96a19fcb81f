"""A whole batch of gifts answers for one line."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A whole batch of gifts answers for one line."""

    dependencies = [
        ("donations", "0010_gifts_by_amount"),
        ("reconciliation", "0002_what_banks_said_stands"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="statementline",
            name="statementline_outcome_known",
        ),
        migrations.RemoveConstraint(
            model_name="statementline",
            name="statementline_outcome_fits",
        ),
        migrations.AddField(
            model_name="statementline",
            name="batch",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="donations.batch",
                verbose_name="对应批次",
            ),
        ),
        migrations.AlterField(
            model_name="lineevent",
            name="to_outcome",
            field=models.CharField(
                choices=[
                    ("open", "未处理"),
                    ("in_batch", "在捐赠批次中"),
                    ("gift", "已对应捐赠"),
                    ("batch", "已对应整批捐赠"),
                    ("entry", "已对应记账单"),
                    ("other", "不是捐赠，已说明"),
                ],
                max_length=8,
                verbose_name="新结果",
            ),
        ),
        migrations.AlterField(
            model_name="statementline",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("open", "未处理"),
                    ("in_batch", "在捐赠批次中"),
                    ("gift", "已对应捐赠"),
                    ("batch", "已对应整批捐赠"),
                    ("entry", "已对应记账单"),
                    ("other", "不是捐赠，已说明"),
                ],
                default="open",
                max_length=8,
                verbose_name="处理结果",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("batch__isnull", False)), fields=("batch",), name="statementline_batch_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["open", "in_batch", "gift", "batch", "entry", "other"])),
                name="statementline_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("batch", None),
                        ("direction", "in"),
                        ("entry__isnull", False),
                        ("gift__isnull", False),
                        ("outcome", "gift"),
                    ),
                    models.Q(
                        ("batch__isnull", False),
                        ("direction", "in"),
                        ("entry", None),
                        ("gift", None),
                        ("outcome", "batch"),
                    ),
                    models.Q(("batch", None), ("entry__isnull", False), ("gift", None), ("outcome", "entry")),
                    models.Q(
                        ("batch", None),
                        ("entry", None),
                        ("gift", None),
                        ("outcome", "other"),
                        models.Q(("reason", ""), _negated=True),
                        models.Q(("kind", ""), _negated=True),
                    ),
                    models.Q(("batch", None), ("entry", None), ("gift", None), ("outcome__in", ["open", "in_batch"])),
                    _connector="OR",
                ),
                name="statementline_outcome_fits",
            ),
        ),
        migrations.RunSQL(
            (SQL / "whole_batches.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "whole_batches.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
