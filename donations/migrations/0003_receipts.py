"""Fiscal receipts, and prints of our own papers."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Fiscal receipts, and prints of our own papers."""

    dependencies = [
        ("donations", "0002_posted_gifts_stand"),
        ("organizations", "0002_kept_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperPrint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("acknowledgement", "捐赠回执"), ("certificate", "捐赠证书")],
                        max_length=16,
                        verbose_name="种类",
                    ),
                ),
                ("copy_number", models.PositiveSmallIntegerField(verbose_name="第几次打印")),
                ("printed_at", models.DateTimeField(verbose_name="打印时间")),
                (
                    "branch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="红十字会",
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="所属市会",
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="所属县会",
                    ),
                ),
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="donations.donation",
                        verbose_name="捐赠",
                    ),
                ),
                (
                    "printed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="打印人",
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="所属省会",
                    ),
                ),
            ],
            options={
                "verbose_name": "回执打印记录",
                "verbose_name_plural": "回执打印记录",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["acknowledgement", "certificate"])),
                        name="paperprint_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("copy_number__gte", 1)), name="paperprint_counts_from_one"
                    ),
                    models.UniqueConstraint(fields=("donation", "kind", "copy_number"), name="paperprint_copy_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("issued", "已开具"),
                            ("waived", "捐赠人放弃"),
                            ("anonymous", "匿名捐赠，已登记"),
                            ("cancelled", "已作废"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("was_state", models.CharField(blank=True, max_length=12, verbose_name="作废前状态")),
                ("code", models.CharField(blank=True, db_collation="C", max_length=20, verbose_name="票据代码")),
                ("number", models.CharField(blank=True, db_collation="C", max_length=20, verbose_name="票据号码")),
                ("check_code", models.CharField(blank=True, max_length=20, verbose_name="校验码")),
                ("issued_on", models.DateField(null=True, verbose_name="开票日期")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="金额")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="依据")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="作废时间")),
                ("cancel_reason", models.CharField(blank=True, max_length=300, verbose_name="作废理由")),
                (
                    "branch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="红十字会",
                    ),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="作废人",
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="所属市会",
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="所属县会",
                    ),
                ),
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="donations.donation",
                        verbose_name="捐赠",
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.branch",
                        verbose_name="所属省会",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "捐赠票据",
                "verbose_name_plural": "捐赠票据",
                "indexes": [models.Index(fields=["branch", "-id"], name="receipt_by_branch")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["issued", "waived", "anonymous", "cancelled"])),
                        name="receipt_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "issued"), _negated=True),
                            models.Q(
                                ("code", ""),
                                ("number", ""),
                                ("check_code", ""),
                                ("issued_on", None),
                                _connector="OR",
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="receipt_issued_has_its_numbers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["waived", "anonymous"]), _negated=True),
                            models.Q(
                                ("check_code", ""),
                                ("code", ""),
                                ("issued_on", None),
                                ("number", ""),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="receipt_not_issued_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "cancelled"), _negated=True),
                            models.Q(
                                ("cancelled_at__isnull", False),
                                ("cancelled_by__isnull", False),
                                models.Q(("cancel_reason", ""), _negated=True),
                                models.Q(("was_state", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="receipt_cancelled_says_who_and_why",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("code", "number"),
                        name="receipt_number_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "cancelled"), _negated=True),
                        fields=("donation",),
                        name="receipt_one_per_gift",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            (SQL / "receipt.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "receipt.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
