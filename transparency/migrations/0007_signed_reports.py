"""Reports are checked, approved and signed; a published one can be withdrawn for a name."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Reports are checked, approved and signed; a published one can be withdrawn for a name."""

    dependencies = [
        ("core", "0010_wechat_bindings"),
        ("organizations", "0003_leaders"),
        ("transparency", "0006_public_log"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("withdrawn_at", models.DateTimeField(verbose_name="撤下时间")),
            ],
            options={
                "verbose_name": "撤下的报告",
                "verbose_name_plural": "撤下的报告",
            },
        ),
        migrations.RemoveConstraint(
            model_name="reportfile",
            name="reportfile_role_known",
        ),
        migrations.RemoveConstraint(
            model_name="reportrun",
            name="reportrun_status_known",
        ),
        migrations.RemoveConstraint(
            model_name="reportrun",
            name="reportrun_publisher_is_another",
        ),
        migrations.RemoveConstraint(
            model_name="reportrun",
            name="reportrun_published_by_somebody",
        ),
        migrations.RenameField(model_name="reportrun", old_name="published_by", new_name="approved_by"),
        migrations.AddField(
            model_name="reportrun",
            name="approved_at",
            field=models.DateTimeField(null=True, verbose_name="批准时间"),
        ),
        migrations.AlterField(
            model_name="reportrun",
            name="approved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="批准人",
            ),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="checked_at",
            field=models.DateTimeField(null=True, verbose_name="复核时间"),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="checked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="复核人",
            ),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="signer",
            field=models.CharField(blank=True, max_length=300, verbose_name="签名人"),
        ),
        migrations.AddField(
            model_name="reportrun",
            name="signer_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="签名证书 SHA-256"),
        ),
        migrations.AlterField(
            model_name="reportevent",
            name="to_status",
            field=models.CharField(
                choices=[
                    ("freezing", "固定数据中"),
                    ("rendering", "制作中"),
                    ("ready", "待复核"),
                    ("checked", "待批准"),
                    ("approved", "已批准，签名中"),
                    ("published", "已公开"),
                    ("declined", "未通过"),
                    ("failed", "制作失败"),
                ],
                max_length=12,
                verbose_name="新状态",
            ),
        ),
        migrations.AlterField(
            model_name="reportfile",
            name="role",
            field=models.CharField(
                choices=[
                    ("signed", "报告（PDF，已签名）"),
                    ("pdf", "报告（PDF，签名前）"),
                    ("html", "报告（网页）"),
                    ("csv", "明细（CSV）"),
                    ("volume", "明细分册（PDF，签名前）"),
                    ("checkpoint", "公开日志检查点"),
                    ("snapshot", "固定数据（JSON）"),
                    ("rows", "固定明细（JSONL）"),
                ],
                max_length=12,
                verbose_name="用途",
            ),
        ),
        migrations.AlterField(
            model_name="reportrun",
            name="status",
            field=models.CharField(
                choices=[
                    ("freezing", "固定数据中"),
                    ("rendering", "制作中"),
                    ("ready", "待复核"),
                    ("checked", "待批准"),
                    ("approved", "已批准，签名中"),
                    ("published", "已公开"),
                    ("declined", "未通过"),
                    ("failed", "制作失败"),
                ],
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["signed", "pdf", "html", "csv", "volume", "checkpoint", "snapshot", "rows"])
                ),
                name="reportfile_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["freezing", "rendering", "ready", "checked", "approved", "published", "declined", "failed"],
                    )
                ),
                name="reportrun_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    ("requested_by", None),
                    models.Q(("approved_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="reportrun_approver_is_not_requester",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    ("checked_by", None),
                    models.Q(("approved_by", models.F("checked_by")), _negated=True),
                    _connector="OR",
                ),
                name="reportrun_approver_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True),
                    models.Q(("approved_by__isnull", False), ("published_at__isnull", False)),
                    _connector="OR",
                ),
                name="reportrun_published_by_somebody",
            ),
        ),
        migrations.AddField(
            model_name="reportwithdrawal",
            name="run",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="withdrawal",
                to="transparency.reportrun",
                verbose_name="报告",
            ),
        ),
        migrations.AddField(
            model_name="reportwithdrawal",
            name="withdrawn_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="撤下人",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportwithdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="reportwithdrawal_says_why"
            ),
        ),
        migrations.RunSQL(
            (SQL / "signed_reports.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "signed_reports.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
