"""Requests that the public makes: talks, samples, visits, calls."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0006_registry_heads"),
        ("registries", "0012_papers_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "subject",
                    models.CharField(
                        choices=[("organ", "器官、组织和遗体捐献"), ("stemcell", "造血干细胞捐献")],
                        max_length=12,
                        verbose_name="来自",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("talk", "预约宣讲"),
                            ("sample", "预约采样"),
                            ("home_visit", "预约上门登记"),
                            ("call_back", "请给我回电"),
                        ],
                        max_length=12,
                        verbose_name="事项",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "待安排"),
                            ("accepted", "已安排"),
                            ("done", "已办结"),
                            ("cancelled", "已取消"),
                            ("declined", "不能安排"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("name", models.BinaryField(null=True, verbose_name="联系人")),
                ("phone", models.BinaryField(null=True, verbose_name="手机号")),
                ("phone_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("phone_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("details", models.BinaryField(null=True, verbose_name="单位和地址")),
                ("people_count", models.PositiveIntegerField(null=True, verbose_name="人数")),
                ("first_day", models.DateField(verbose_name="希望的日子")),
                ("second_day", models.DateField(null=True, verbose_name="另一个日子")),
                (
                    "part",
                    models.CharField(
                        choices=[("any", "上午、下午都可以"), ("morning", "上午"), ("afternoon", "下午")],
                        max_length=12,
                        verbose_name="时段",
                    ),
                ),
                ("consent_version", models.CharField(max_length=20, verbose_name="同意文本版本")),
                ("arranged_on", models.DateField(null=True, verbose_name="安排的日子")),
                ("arranged_time", models.TimeField(null=True, verbose_name="安排的时间")),
                ("place", models.BinaryField(null=True, verbose_name="地点")),
                (
                    "decline_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_capacity", "这些日子已排满，请改约其他日子"),
                            ("not_here", "不在本会的服务范围，请预约当地红十字会"),
                            ("not_reached", "几次去电都没有联系上"),
                            ("twice", "与另一个预约重复"),
                            ("not_this_way", "这件事不能在这里预约，请致电询问"),
                        ],
                        max_length=16,
                        verbose_name="不能安排的原因",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="提出时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="办结时间")),
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
            ],
            options={
                "verbose_name": "预约",
                "verbose_name_plural": "预约",
            },
        ),
        migrations.CreateModel(
            name="RequestEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_status", models.CharField(blank=True, max_length=12, verbose_name="原状态")),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("new", "待安排"),
                            ("accepted", "已安排"),
                            ("done", "已办结"),
                            ("cancelled", "已取消"),
                            ("declined", "不能安排"),
                        ],
                        max_length=12,
                        verbose_name="新状态",
                    ),
                ),
                ("verb", models.CharField(max_length=24, verbose_name="事项")),
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
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="registries.request",
                        verbose_name="预约",
                    ),
                ),
            ],
            options={
                "verbose_name": "预约经过",
                "verbose_name_plural": "预约经过",
            },
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["branch", "status", "-id"], name="request_by_branch"),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["city", "status", "-id"], name="request_by_city"),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["province", "status", "-id"], name="request_by_province"),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(("destroyed_at__isnull", True)), fields=["ended_at"], name="request_to_destroy"
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject__in", ["organ", "stemcell"])), name="request_subject_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["talk", "sample", "home_visit", "call_back"])),
                name="request_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["new", "accepted", "done", "cancelled", "declined"])),
                name="request_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("status__in", frozenset(["accepted", "new"]))),
                    models.Q(
                        models.Q(("status__in", frozenset(["accepted", "new"])), _negated=True),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="request_ended_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["accepted", "done"]), _negated=True),
                    ("arranged_on__isnull", False),
                    _connector="OR",
                ),
                name="request_arranged_has_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decline_reason__in", ["no_capacity", "not_here", "not_reached", "twice", "not_this_way"]),
                        ("status", "declined"),
                    ),
                    models.Q(models.Q(("status", "declined"), _negated=True), ("decline_reason", "")),
                    _connector="OR",
                ),
                name="request_declined_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("destroyed_at__isnull", True), ("name__isnull", False), ("phone__isnull", False)),
                    models.Q(
                        ("destroyed_at__isnull", False),
                        ("details__isnull", True),
                        ("ended_at__isnull", False),
                        ("name__isnull", True),
                        ("phone__isnull", True),
                        ("place__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="request_whole_or_destroyed",
            ),
        ),
    ]
