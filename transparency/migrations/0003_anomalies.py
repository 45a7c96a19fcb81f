"""What looked wrong in a report, and the explanations."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What looked wrong in a report, and the explanations."""

    dependencies = [
        ("transparency", "0002_published_reports_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Anomaly",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("tiny_amount", "疑似测试的小额"),
                            ("test_name", "捐赠人名称疑似测试"),
                            ("future_date", "捐赠日期晚于入账日期"),
                            ("before_fund", "捐赠日期早于资金池设立"),
                            ("long_ago", "捐赠日期与入账日期相隔过久"),
                            ("same_gift", "同人同日同额重复"),
                            ("round_trip", "冲正后短期内又登记同一笔"),
                            ("back_and_forth", "同额款项短期内一进一出"),
                            ("far_outside", "金额远离该资金池常见数额"),
                            ("total_jump", "合计比上期骤增骤减"),
                        ],
                        max_length=20,
                        verbose_name="规则",
                    ),
                ),
                ("subject", models.CharField(max_length=60, verbose_name="编号")),
                ("facts", models.JSONField(verbose_name="事实")),
                ("found_at", models.DateTimeField(verbose_name="发现时间")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="anomalies",
                        to="transparency.reportrun",
                        verbose_name="报告",
                    ),
                ),
            ],
            options={
                "verbose_name": "异常",
                "verbose_name_plural": "异常",
            },
        ),
        migrations.CreateModel(
            name="AnomalyClearance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="说明")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="说明人",
                    ),
                ),
                (
                    "anomaly",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clearance",
                        to="transparency.anomaly",
                        verbose_name="异常",
                    ),
                ),
                (
                    "carried_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="transparency.anomalyclearance",
                        verbose_name="沿用",
                    ),
                ),
            ],
            options={
                "verbose_name": "异常说明",
                "verbose_name_plural": "异常说明",
            },
        ),
        migrations.AddConstraint(
            model_name="anomaly",
            constraint=models.UniqueConstraint(fields=("run", "rule", "subject"), name="anomaly_once"),
        ),
        migrations.AddConstraint(
            model_name="anomaly",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rule__in",
                        [
                            "tiny_amount",
                            "test_name",
                            "future_date",
                            "before_fund",
                            "long_ago",
                            "same_gift",
                            "round_trip",
                            "back_and_forth",
                            "far_outside",
                            "total_jump",
                        ],
                    )
                ),
                name="anomaly_rule_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="anomalyclearance",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="anomalyclearance_says_why"
            ),
        ),
    ]
