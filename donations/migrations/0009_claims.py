"""Gifts whose giver nobody knows, claims to them, and who the givers turned out to be."""

import uuid
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Gifts whose giver nobody knows, claims to them, and who the givers turned out to be."""

    dependencies = [
        ("core", "0008_restores"),
        ("donations", "0008_refunds"),
        ("organizations", "0003_leaders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GiftClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("code", models.CharField(db_collation="C", max_length=16, verbose_name="认领编号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "受理中"),
                            ("incomplete", "待补充照片"),
                            ("proposed", "待复核"),
                            ("confirmed", "已确认"),
                            ("declined", "未能确认"),
                            ("withdrawn", "已撤回"),
                            ("undone", "确认已更正"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="金额")),
                ("paid_on", models.DateField(verbose_name="付款日期")),
                ("payer_name", models.BinaryField(null=True, verbose_name="付款人")),
                ("payer_name_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("payer_name_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("account", models.BinaryField(null=True, verbose_name="付款账号末四位")),
                ("account_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("account_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("phone", models.BinaryField(null=True, verbose_name="手机号")),
                ("phone_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("phone_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                (
                    "name_choice",
                    models.CharField(
                        choices=[("masked", "掩码"), ("real", "实名"), ("anonymous", "匿名")],
                        max_length=12,
                        verbose_name="公开方式",
                    ),
                ),
                ("consent_version", models.CharField(max_length=20, verbose_name="同意文本版本")),
                ("asked_at", models.DateTimeField(verbose_name="提出时间")),
                ("due_on", models.DateField(verbose_name="应答复日期")),
                (
                    "giver_kind",
                    models.CharField(
                        blank=True,
                        choices=[("person", "个人"), ("organisation", "单位"), ("anonymous", "匿名")],
                        max_length=12,
                        verbose_name="捐赠人类别",
                    ),
                ),
                ("proposed_at", models.DateTimeField(null=True, verbose_name="核对时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                (
                    "decline_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_matched", "提供的内容与登记不能逐项核对一致"),
                            ("unclear", "提供的凭证不足以核对"),
                            ("no_answer", "没有在期限内补充材料"),
                            ("in_person", "须携带凭证原件当面核对"),
                        ],
                        max_length=12,
                        verbose_name="未能确认的原因",
                    ),
                ),
                (
                    "photo_problem",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unreadable", "照片不清楚，请重拍一张能看清全部文字的"),
                            ("wrong_paper", "照片不是汇款或缴款凭证，请换成凭证的照片"),
                            ("cut_off", "凭证没有拍全，请把四边都拍进去"),
                        ],
                        max_length=12,
                        verbose_name="照片的问题",
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
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
                    "slip",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="凭证照片",
                    ),
                ),
            ],
            options={
                "verbose_name": "认领",
                "verbose_name_plural": "认领",
            },
        ),
        migrations.CreateModel(
            name="ClaimEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_state", models.CharField(blank=True, max_length=12, verbose_name="原状态")),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("submitted", "受理中"),
                            ("incomplete", "待补充照片"),
                            ("proposed", "待复核"),
                            ("confirmed", "已确认"),
                            ("declined", "未能确认"),
                            ("withdrawn", "已撤回"),
                            ("undone", "确认已更正"),
                        ],
                        max_length=12,
                        verbose_name="新状态",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="donations.giftclaim",
                        verbose_name="认领",
                    ),
                ),
            ],
            options={
                "verbose_name": "认领经过",
                "verbose_name_plural": "认领经过",
            },
        ),
        migrations.CreateModel(
            name="UnidentifiedGift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待认领"),
                            ("identified", "已认领"),
                            ("left", "已移出"),
                            ("gone", "已冲销或退还"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="金额")),
                ("received_on", models.DateField(verbose_name="捐赠日期")),
                ("payer_name", models.BinaryField(null=True, verbose_name="凭证上的付款人")),
                ("payer_name_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("payer_name_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("account", models.BinaryField(null=True, verbose_name="付款账号末四位")),
                ("account_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("account_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("entered_at", models.DateTimeField(verbose_name="列入时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="离开时间")),
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
                        related_name="unidentified",
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
                "verbose_name": "待认领捐赠",
                "verbose_name_plural": "待认领捐赠",
            },
        ),
        migrations.CreateModel(
            name="PoolEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_state", models.CharField(blank=True, max_length=12, verbose_name="原状态")),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("open", "待认领"),
                            ("identified", "已认领"),
                            ("left", "已移出"),
                            ("gone", "已冲销或退还"),
                        ],
                        max_length=12,
                        verbose_name="新状态",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
                (
                    "pooled",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="donations.unidentifiedgift",
                        verbose_name="待认领捐赠",
                    ),
                ),
            ],
            options={
                "verbose_name": "待认领经过",
                "verbose_name_plural": "待认领经过",
            },
        ),
        migrations.AddField(
            model_name="giftclaim",
            name="pooled",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="donations.unidentifiedgift",
                verbose_name="待认领捐赠",
            ),
        ),
        migrations.CreateModel(
            name="GiverIdentity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("name", models.BinaryField(null=True, verbose_name="捐赠人")),
                ("name_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("name_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "个人"), ("organisation", "单位"), ("anonymous", "匿名")],
                        max_length=12,
                        verbose_name="捐赠人类别",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(verbose_name="确认时间")),
                ("undo_asked_at", models.DateTimeField(null=True, verbose_name="提出更正时间")),
                ("undo_note", models.CharField(blank=True, max_length=300, verbose_name="更正说明")),
                ("undo_is_public", models.BooleanField(default=False, verbose_name="更正说明公开")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="更正时间")),
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
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity",
                        to="donations.giftclaim",
                        verbose_name="认领",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
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
                        related_name="identities",
                        to="donations.donation",
                        verbose_name="捐赠",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
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
                    "undo_asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出更正人",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准更正人",
                    ),
                ),
            ],
            options={
                "verbose_name": "认领确认",
                "verbose_name_plural": "认领确认",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "organisation"])), name="giveridentity_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name__isnull", False), ("undone_at__isnull", False), _connector="OR"),
                        name="giveridentity_has_a_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                        name="giveridentity_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("undone_by__isnull", True),
                            models.Q(("undone_by", models.F("undo_asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="giveridentity_undone_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at__isnull", True), ("undone_by__isnull", True)),
                            models.Q(
                                ("undo_asked_by__isnull", False),
                                ("undone_at__isnull", False),
                                ("undone_by__isnull", False),
                                models.Q(("undo_note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="giveridentity_undone_says_who_and_why",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("donation",),
                        name="giveridentity_one_per_gift",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="unidentifiedgift",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["branch", "received_on", "id"],
                name="unidentified_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="unidentifiedgift",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["amount", "received_on"], name="unidentified_by_sum"
            ),
        ),
        migrations.AddConstraint(
            model_name="unidentifiedgift",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "identified", "left", "gone"])),
                name="unidentified_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="unidentifiedgift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="unidentified_ended_says_when",
            ),
        ),
        migrations.AddIndex(
            model_name="giftclaim",
            index=models.Index(
                condition=models.Q(("state__in", ["incomplete", "proposed", "submitted"])),
                fields=["branch", "due_on", "id"],
                name="giftclaim_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftclaim",
            constraint=models.UniqueConstraint(fields=("code",), name="giftclaim_code_once"),
        ),
        migrations.AddConstraint(
            model_name="giftclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[0-9A-Z]{16}$")), name="giftclaim_code_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="giftclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["submitted", "incomplete", "proposed", "confirmed", "declined", "withdrawn", "undone"],
                    )
                ),
                name="giftclaim_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("name_choice__in", ["masked", "real", "anonymous"])),
                name="giftclaim_name_choice_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftclaim",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="giftclaim_amount_positive"),
        ),
        migrations.AddConstraint(
            model_name="giftclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["incomplete", "proposed", "submitted"]), _negated=True),
                    models.Q(("ended_at__isnull", True), ("payer_name__isnull", False), ("phone__isnull", False)),
                    _connector="OR",
                ),
                name="giftclaim_open_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["incomplete", "proposed", "submitted"]), ("ended_at__isnull", False), _connector="OR"
                ),
                name="giftclaim_ended_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["proposed", "confirmed", "undone"]), _negated=True),
                    models.Q(
                        ("giver_kind__in", ["person", "organisation"]),
                        ("pooled__isnull", False),
                        ("proposed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="giftclaim_proposed_names_its_gift",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["confirmed", "undone"]), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False), models.Q(("decided_by", models.F("proposed_by")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="giftclaim_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="giftclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "declined"), _negated=True),
                    ("decline_reason__in", ["not_matched", "unclear", "no_answer", "in_person"]),
                    _connector="OR",
                ),
                name="giftclaim_declined_says_why",
            ),
        ),
        migrations.RunSQL(
            (SQL / "claims.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "claims.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
