"""Refunds, and reversals of a part: corrections have a kind and an amount."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Until now a correction took the whole gift back.
FILL = """
    UPDATE donations_correction c SET amount = d.amount, is_current = (c.status = 'approved'),
           taken_total = CASE WHEN c.status = 'approved' THEN d.amount ELSE 0 END,
           shown_note = CASE WHEN c.status = 'approved' THEN c.public_note ELSE '' END
      FROM donations_donation d WHERE d.id = c.donation_id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    """Refunds, and reversals of a part: corrections have a kind and an amount."""

    dependencies = [
        ("donations", "0007_campaigns"),
        ("ledger", "0003_draws"),
        ("organizations", "0002_kept_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="correction",
            name="correction_one_open_per_gift",
        ),
        migrations.AddField(
            model_name="correction",
            name="advanced_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.fund",
                verbose_name="垫付的资金池",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="amount",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="金额"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="correction",
            name="is_current",
            field=models.BooleanField(default=False, verbose_name="最新"),
        ),
        migrations.AddField(
            model_name="correction",
            name="kind",
            field=models.CharField(
                choices=[("reversal", "冲销"), ("refund", "退还捐赠")],
                default="reversal",
                max_length=10,
                verbose_name="种类",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="shown_note",
            field=models.TextField(blank=True, verbose_name="全部更正说明"),
        ),
        migrations.AddField(
            model_name="correction",
            name="taken_total",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="累计收回"),
        ),
        migrations.AlterField(
            model_name="correction",
            name="status",
            field=models.CharField(
                choices=[
                    ("requested", "待批准"),
                    ("approved", "已批准"),
                    ("declined", "未批准"),
                    ("withdrawn", "已撤回"),
                ],
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.RunSQL(FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "requested")), fields=("donation",), name="correction_one_open_per_gift"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)), fields=("donation",), name="correction_one_current_per_gift"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["reversal", "refund"])), name="correction_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("taken_total__gte", 0)), name="correction_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_current", False), ("status", "approved"), _connector="OR"),
                name="correction_current_is_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("advanced_by__isnull", True), ("kind", "refund"), _connector="OR"),
                name="correction_only_refunds_are_advanced",
            ),
        ),
    ]
