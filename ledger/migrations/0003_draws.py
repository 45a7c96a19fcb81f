"""What each outflow drew of the inflow axis, the walk of a trail, and no way into a wider fund."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


def _run(name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        (SQL / f"{name}.sql").read_text(encoding="utf-8"),
        reverse_sql=(SQL / f"{name}.reverse.sql").read_text(encoding="utf-8"),
    )


class Migration(migrations.Migration):
    """What each outflow drew of the inflow axis, the walk of a trail, and no way into a wider fund."""

    dependencies = [
        ("ledger", "0002_movements"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("in_from", models.DecimalField(decimal_places=3, max_digits=24, verbose_name="流入轴位置")),
                ("out_from", models.DecimalField(decimal_places=3, max_digits=24, verbose_name="流出轴位置")),
                ("lands_at", models.DecimalField(decimal_places=3, max_digits=24, null=True, verbose_name="到达位置")),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=18, verbose_name="数量")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                        verbose_name="账户",
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                        verbose_name="去向",
                    ),
                ),
                (
                    "movement",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draws",
                        to="ledger.movement",
                        verbose_name="款物流转",
                    ),
                ),
            ],
            options={
                "verbose_name": "支取区间",
                "verbose_name_plural": "支取区间",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="draw_quantity_positive"),
                    models.UniqueConstraint(fields=("account", "in_from"), name="draw_in_axis"),
                ],
            },
        ),
        _run("draws"),
        _run("narrow"),
    ]
