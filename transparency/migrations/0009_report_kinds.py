"""Kinds of reports beside the monthly one: of campaigns, numbered bulletins, other periods."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Kinds of reports beside the monthly one: of campaigns, numbered bulletins, other periods."""

    dependencies = [
        ("donations", "0010_gifts_by_amount"),
        ("transparency", "0008_annual_report"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="reportrun",
            name="reportrun_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="reportrun",
            name="reportrun_once_per_version",
        ),
        migrations.RemoveConstraint(
            model_name="reportschedule",
            name="reportschedule_once",
        ),
        migrations.RemoveConstraint(
            model_name="reportschedule",
            name="reportschedule_first_is_month",
        ),
        migrations.AddField(
            model_name="reportrun",
            name="campaign",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="donations.campaign",
                verbose_name="募捐活动",
            ),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="issue",
            field=models.PositiveIntegerField(null=True, verbose_name="期号"),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="period_kind",
            field=models.CharField(
                choices=[
                    ("day", "每日"),
                    ("month", "每月"),
                    ("quarter", "每季"),
                    ("year", "每年"),
                    ("whole", "活动全程"),
                ],
                default="month",
                max_length=8,
                verbose_name="周期",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="reportschedule",
            name="campaign",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="donations.campaign",
                verbose_name="募捐活动",
            ),
        ),
        migrations.AddField(
            model_name="reportschedule",
            name="period_kind",
            field=models.CharField(
                choices=[
                    ("day", "每日"),
                    ("month", "每月"),
                    ("quarter", "每季"),
                    ("year", "每年"),
                    ("whole", "活动全程"),
                ],
                default="month",
                max_length=8,
                verbose_name="周期",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="reportrun",
            name="kind",
            field=models.CharField(
                choices=[
                    ("monthly_receipts", "月度捐赠收支公示"),
                    ("quarterly_receipts", "季度捐赠收支公示"),
                    ("annual_finance", "年度捐赠资金财务收支报告"),
                    ("system_table", "系统三级汇总表"),
                    ("campaign_progress", "募捐活动进展公示"),
                    ("campaign_final", "募捐活动总结公示"),
                    ("emergency_bulletin", "应急募捐每日通报"),
                    ("annual_work", "年度工作报告"),
                ],
                max_length=24,
                verbose_name="种类",
            ),
        ),
        migrations.AlterField(
            model_name="reportrun",
            name="period",
            field=models.CharField(max_length=10, verbose_name="期间"),
        ),
        migrations.AlterField(
            model_name="reportrun",
            name="title",
            field=models.CharField(max_length=160, verbose_name="标题"),
        ),
        migrations.AlterField(
            model_name="reportschedule",
            name="first_period",
            field=models.CharField(max_length=10, verbose_name="首期"),
        ),
        migrations.AlterField(
            model_name="reportschedule",
            name="kind",
            field=models.CharField(
                choices=[
                    ("monthly_receipts", "月度捐赠收支公示"),
                    ("quarterly_receipts", "季度捐赠收支公示"),
                    ("annual_finance", "年度捐赠资金财务收支报告"),
                    ("system_table", "系统三级汇总表"),
                    ("campaign_progress", "募捐活动进展公示"),
                    ("campaign_final", "募捐活动总结公示"),
                    ("emergency_bulletin", "应急募捐每日通报"),
                    ("annual_work", "年度工作报告"),
                ],
                max_length=24,
                verbose_name="种类",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "monthly_receipts",
                            "quarterly_receipts",
                            "annual_finance",
                            "system_table",
                            "campaign_progress",
                            "campaign_final",
                            "emergency_bulletin",
                            "annual_work",
                        ],
                    )
                ),
                name="reportrun_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.UniqueConstraint(
                fields=("kind", "branch", "scope", "campaign", "period", "version"),
                name="reportrun_once_per_version",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("issue__isnull", False)),
                fields=("campaign", "issue", "version"),
                name="reportrun_issue_once_per_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("campaign__isnull", False),
                        ("kind__in", ("campaign_progress", "campaign_final", "emergency_bulletin")),
                    ),
                    models.Q(
                        models.Q(
                            ("kind__in", ("campaign_progress", "campaign_final", "emergency_bulletin")), _negated=True
                        ),
                        ("campaign__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="reportrun_campaign_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("issue__gte", 1), ("issue__isnull", False), ("kind", "emergency_bulletin")),
                    models.Q(models.Q(("kind", "emergency_bulletin"), _negated=True), ("issue__isnull", True)),
                    _connector="OR",
                ),
                name="reportrun_bulletin_is_numbered",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_kind__in", ["day", "month", "quarter", "year", "whole"])),
                name="reportrun_period_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_end__gt", models.F("period_start"))), name="reportrun_window_has_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.UniqueConstraint(
                fields=("branch", "kind", "scope", "campaign", "period_kind"),
                name="reportschedule_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_period__regex", "^[0-9]{4}(Q[1-4]|-(0[1-9]|1[0-2])(-[0-3][0-9])?)?$")),
                name="reportschedule_first_is_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("campaign__isnull", True),
                    ("kind__in", ("campaign_progress", "campaign_final", "emergency_bulletin")),
                    _connector="OR",
                ),
                name="reportschedule_campaign_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_kind__in", ["day", "month", "quarter", "year", "whole"])),
                name="reportschedule_period_kind_known",
            ),
        ),
        migrations.RunSQL(
            (SQL / "report_kinds.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "report_kinds.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
