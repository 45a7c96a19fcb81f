"""The yearbook of the registries, a kind of report of counts alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The yearbook of the registries, a kind of report of counts alone."""

    dependencies = [
        ("transparency", "0011_training_yearbook"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="reportrun",
            name="reportrun_kind_known",
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
                    ("training_yearbook", "应急救护培训年报"),
                    ("registries_yearbook", "捐献工作年报"),
                ],
                max_length=24,
                verbose_name="种类",
            ),
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
                    ("training_yearbook", "应急救护培训年报"),
                    ("registries_yearbook", "捐献工作年报"),
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
                            "training_yearbook",
                            "registries_yearbook",
                        ],
                    )
                ),
                name="reportrun_kind_known",
            ),
        ),
    ]
