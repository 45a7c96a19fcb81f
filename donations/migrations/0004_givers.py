"""Contacts, requests and feedback of givers."""

import uuid
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Contacts, requests and feedback of givers."""

    dependencies = [
        ("core", "0005_key_rotation"),
        ("donations", "0003_receipts"),
        ("organizations", "0002_kept_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GiverContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("phone", models.BinaryField(null=True, verbose_name="手机号")),
                ("phone_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("phone_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact",
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
                "verbose_name": "捐赠人联系方式",
                "verbose_name_plural": "捐赠人联系方式",
            },
        ),
        migrations.CreateModel(
            name="GiverFeedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("told_on", models.DateField(verbose_name="反馈日期")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "电话"),
                            ("message", "短信或微信"),
                            ("letter", "信函"),
                            ("visit", "当面"),
                            ("report", "书面报告"),
                        ],
                        max_length=12,
                        verbose_name="方式",
                    ),
                ),
                ("summary", models.CharField(max_length=300, verbose_name="内容摘要")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
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
                        related_name="feedbacks",
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
                "verbose_name": "捐赠反馈",
                "verbose_name_plural": "捐赠反馈",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["phone", "message", "letter", "visit", "report"])),
                        name="giverfeedback_channel_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GiverRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("copies", "查询、复制使用情况资料"),
                            ("objection", "对使用有异议"),
                            ("correction", "登记有误，请更正"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="事项",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "待答复"), ("answered", "已答复"), ("withdrawn", "已撤回")],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("text", models.BinaryField(null=True, verbose_name="内容")),
                ("asked_at", models.DateTimeField(verbose_name="提出时间")),
                ("due_on", models.DateField(verbose_name="应答复日期")),
                ("answer", models.BinaryField(null=True, verbose_name="答复")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
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
                        related_name="requests",
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
            ],
            options={
                "verbose_name": "捐赠人请求",
                "verbose_name_plural": "捐赠人请求",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")), fields=["branch", "due_on"], name="giverrequest_open"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "answered", "withdrawn"])),
                        name="giverrequest_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["copies", "objection", "correction", "other"])),
                        name="giverrequest_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "answered"), _negated=True),
                            models.Q(
                                ("answer__isnull", False), ("answered_by__isnull", False), ("ended_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="giverrequest_answered_has_its_answer",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("donation", "kind"),
                        name="giverrequest_one_open_a_kind",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            (SQL / "giver.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "giver.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
