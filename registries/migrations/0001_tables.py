import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organizations", "0005_registry_clerks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Registrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "document_kind",
                    models.CharField(
                        choices=[
                            ("id_card", "居民身份证"),
                            ("residence", "港澳台居民居住证"),
                            ("permit", "港澳台通行证"),
                            ("passport", "护照"),
                            ("officer", "军官证"),
                        ],
                        max_length=12,
                        verbose_name="证件类型",
                    ),
                ),
                ("document", models.BinaryField(null=True, verbose_name="证件号码")),
                ("document_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("document_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("name", models.BinaryField(null=True, verbose_name="姓名")),
                ("name_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("name_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("phone", models.BinaryField(null=True, verbose_name="手机号")),
                ("phone_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("phone_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("details", models.BinaryField(null=True, verbose_name="其他身份信息")),
                ("created_at", models.DateTimeField(verbose_name="登记时间")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="销毁时间")),
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
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
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
                "verbose_name": "登记人",
                "verbose_name_plural": "登记人",
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("registration", "登记和保管身份、联系方式"),
                            ("sensitive", "登记意愿、健康等敏感个人信息"),
                            ("contact", "今后回访联系"),
                            ("transfer", "报送全国登记系统"),
                        ],
                        max_length=16,
                        verbose_name="同意事项",
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[("given", "同意"), ("withdrawn", "撤回同意")], max_length=12, verbose_name="行为"
                    ),
                ),
                ("text_version", models.CharField(max_length=20, verbose_name="文本版本")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("counter", "本人到场"),
                            ("home", "上门办理"),
                            ("proxy", "委托他人"),
                            ("online", "本人网上办理"),
                        ],
                        max_length=12,
                        verbose_name="方式",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人员",
                    ),
                ),
                (
                    "withdraws",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="registries.consent",
                        verbose_name="撤回的同意",
                    ),
                ),
                (
                    "registrant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="registries.registrant",
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "同意",
                "verbose_name_plural": "同意",
            },
        ),
        migrations.CreateModel(
            name="RegistrantEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=40, verbose_name="事项")),
                ("fields", models.JSONField(default=list, verbose_name="字段")),
                ("at", models.DateTimeField(verbose_name="时间")),
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
                    "registrant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="registries.registrant",
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "登记人事项",
                "verbose_name_plural": "登记人事项",
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "status",
                    models.CharField(
                        choices=[("in_force", "有效"), ("replaced", "已变更"), ("withdrawn", "已撤回")],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("registrant", models.BinaryField(null=True, verbose_name="登记人")),
                ("registrant_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("registrant_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("content", models.BinaryField(null=True, verbose_name="意愿")),
                ("reference", models.BinaryField(null=True, verbose_name="全国系统登记号")),
                ("handed_over_on", models.DateField(null=True, verbose_name="报送日期")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("counter", "本人到场"),
                            ("home", "上门办理"),
                            ("proxy", "委托他人"),
                            ("online", "本人网上办理"),
                        ],
                        max_length=12,
                        verbose_name="方式",
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="签字日期")),
                ("registered_at", models.DateTimeField(verbose_name="登记时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="终止时间")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="销毁时间")),
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
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人员",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="registries.wish",
                        verbose_name="变更前",
                    ),
                ),
            ],
            options={
                "verbose_name": "志愿登记",
                "verbose_name_plural": "志愿登记",
            },
        ),
        migrations.CreateModel(
            name="WishEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_status", models.CharField(blank=True, max_length=12, verbose_name="原状态")),
                (
                    "to_status",
                    models.CharField(
                        choices=[("in_force", "有效"), ("replaced", "已变更"), ("withdrawn", "已撤回")],
                        max_length=12,
                        verbose_name="新状态",
                    ),
                ),
                ("verb", models.CharField(max_length=24, verbose_name="事项")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("counter", "本人到场"),
                            ("home", "上门办理"),
                            ("proxy", "委托他人"),
                            ("online", "本人网上办理"),
                        ],
                        max_length=12,
                        verbose_name="方式",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
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
                    "wish",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="registries.wish",
                        verbose_name="志愿登记",
                    ),
                ),
            ],
            options={
                "verbose_name": "志愿登记经过",
                "verbose_name_plural": "志愿登记经过",
            },
        ),
        migrations.AddIndex(
            model_name="registrant",
            index=models.Index(fields=["branch", "-id"], name="registrant_by_branch"),
        ),
        migrations.AddConstraint(
            model_name="registrant",
            constraint=models.UniqueConstraint(
                fields=("branch", "document_kind", "document_digest"), name="registrant_once_in_a_branch"
            ),
        ),
        migrations.AddConstraint(
            model_name="registrant",
            constraint=models.UniqueConstraint(
                fields=("branch", "document_kind", "document_digest_next"), name="registrant_once_in_a_branch_next"
            ),
        ),
        migrations.AddConstraint(
            model_name="registrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("document_kind__in", ["id_card", "residence", "permit", "passport", "officer"])),
                name="registrant_document_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("destroyed_at__isnull", True), ("document__isnull", False), ("name__isnull", False)),
                    models.Q(
                        ("destroyed_at__isnull", False),
                        ("details__isnull", True),
                        ("document__isnull", True),
                        ("name__isnull", True),
                        ("phone__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="registrant_whole_or_destroyed",
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["registrant", "subject", "-id"], name="consent_newest"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject__in", ["registration", "sensitive", "contact", "transfer"])),
                name="consent_subject_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["counter", "home", "proxy", "online"])),
                name="consent_channel_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act", "given"), ("withdraws__isnull", True)),
                    models.Q(("act", "withdrawn"), ("withdraws__isnull", False)),
                    _connector="OR",
                ),
                name="consent_withdrawal_names_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_by__isnull", False), ("channel", "online"), _connector="OR"),
                name="consent_recorded_by_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="wish",
            index=models.Index(fields=["branch", "status", "-id"], name="wish_by_branch"),
        ),
        migrations.AddIndex(
            model_name="wish",
            index=models.Index(fields=["city", "status", "-id"], name="wish_by_city"),
        ),
        migrations.AddIndex(
            model_name="wish",
            index=models.Index(fields=["province", "status", "-id"], name="wish_by_province"),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "in_force")),
                fields=("branch", "registrant_digest"),
                name="wish_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "in_force")),
                fields=("branch", "registrant_digest_next"),
                name="wish_one_in_force_next",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["in_force", "replaced", "withdrawn"])), name="wish_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["counter", "home", "proxy", "online"])), name="wish_channel_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("status", "in_force")),
                    models.Q(models.Q(("status", "in_force"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="wish_ended_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("content__isnull", False), ("destroyed_at__isnull", True), ("registrant__isnull", False)),
                    models.Q(
                        ("content__isnull", True),
                        ("destroyed_at__isnull", False),
                        ("ended_at__isnull", False),
                        ("reference__isnull", True),
                        ("registrant__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="wish_whole_or_destroyed",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces__isnull", True), models.Q(("replaces", models.F("id")), _negated=True), _connector="OR"
                ),
                name="wish_replaces_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="wishevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor__isnull", False), ("channel", "online"), _connector="OR"),
                name="wishevent_by_somebody",
            ),
        ),
    ]
