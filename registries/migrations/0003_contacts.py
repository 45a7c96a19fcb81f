import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0006_registry_heads"),
        ("registries", "0002_registries_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DueContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("upkeep", "核对联系方式"),
                            ("follow_up", "采集后回访"),
                            ("remobilise", "再动员"),
                            ("care", "家属关怀"),
                            ("recover", "挽回失联"),
                            ("visit", "回访慰问"),
                            ("step", "办理下一步"),
                        ],
                        max_length=12,
                        verbose_name="事由",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="联系日期")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "待联系"), ("done", "已联系"), ("cancelled", "已取消")],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True, verbose_name="办结时间")),
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
                    "closed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办结人",
                    ),
                ),
                (
                    "coordinator",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="协调员",
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
                    "wish",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="due_contacts",
                        to="registries.wish",
                        verbose_name="志愿登记",
                    ),
                ),
            ],
            options={
                "verbose_name": "待联系",
                "verbose_name_plural": "待联系",
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("upkeep", "核对联系方式"),
                            ("follow_up", "采集后回访"),
                            ("remobilise", "再动员"),
                            ("care", "家属关怀"),
                            ("recover", "挽回失联"),
                            ("visit", "回访慰问"),
                            ("step", "办理下一步"),
                        ],
                        max_length=12,
                        verbose_name="事由",
                    ),
                ),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("phone", "电话"),
                            ("visit", "上门看望"),
                            ("message", "短信或微信"),
                            ("letter", "信函"),
                            ("met", "当面"),
                        ],
                        max_length=12,
                        verbose_name="方式",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("reached", "联系上了"),
                            ("no_answer", "没有接通"),
                            ("wrong_number", "号码不对"),
                            ("call_later", "请改天再联系"),
                            ("declined", "婉拒"),
                        ],
                        max_length=12,
                        verbose_name="结果",
                    ),
                ),
                ("note", models.BinaryField(null=True, verbose_name="备注")),
                ("at", models.DateTimeField(verbose_name="时间")),
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
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="联系人",
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
                    "corrects",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="registries.contact",
                        verbose_name="更正",
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
                    "wish",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="registries.wish",
                        verbose_name="志愿登记",
                    ),
                ),
                (
                    "due",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="registries.duecontact",
                        verbose_name="待联系",
                    ),
                ),
            ],
            options={
                "verbose_name": "联系记录",
                "verbose_name_plural": "联系记录",
            },
        ),
        migrations.CreateModel(
            name="DutyShift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="日期")),
                (
                    "part",
                    models.CharField(
                        choices=[("day", "白天 8:00—20:00"), ("night", "夜间 20:00—次日 8:00")],
                        max_length=8,
                        verbose_name="时段",
                    ),
                ),
                ("phone", models.CharField(max_length=30, verbose_name="值守电话")),
                ("placed_at", models.DateTimeField(verbose_name="排班时间")),
                ("removed_at", models.DateTimeField(null=True, verbose_name="撤下时间")),
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
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="值守人",
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="排班人",
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
                    "removed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撤下人",
                    ),
                ),
            ],
            options={
                "verbose_name": "值守安排",
                "verbose_name_plural": "值守安排",
            },
        ),
        migrations.CreateModel(
            name="ContactHandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                ("contact_count", models.PositiveIntegerField(verbose_name="待联系件数")),
                ("at", models.DateTimeField(verbose_name="时间")),
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
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
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
                    "from_person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="移交人",
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
                    "to_person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="接手人",
                    ),
                ),
            ],
            options={
                "verbose_name": "移交记录",
                "verbose_name_plural": "移交记录",
                "indexes": [models.Index(fields=["branch", "-id"], name="handover_by_branch")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_person__isnull", True),
                            models.Q(("from_person", models.F("to_person")), _negated=True),
                            _connector="OR",
                        ),
                        name="handover_to_another",
                    ),
                    models.CheckConstraint(condition=models.Q(("contact_count__gt", 0)), name="handover_of_something"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="duecontact",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["coordinator", "due_on", "id"], name="duecontact_mine"
            ),
        ),
        migrations.AddIndex(
            model_name="duecontact",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["branch", "due_on", "id"], name="duecontact_branch"
            ),
        ),
        migrations.AddIndex(
            model_name="duecontact",
            index=models.Index(
                condition=models.Q(("wish__isnull", False)), fields=["wish", "due_on"], name="duecontact_of_wish"
            ),
        ),
        migrations.AddConstraint(
            model_name="duecontact",
            constraint=models.CheckConstraint(condition=models.Q(("wish__isnull", False)), name="duecontact_about_one"),
        ),
        migrations.AddConstraint(
            model_name="duecontact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["upkeep", "follow_up", "remobilise", "care", "recover", "visit", "step"])
                ),
                name="duecontact_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="duecontact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("closed_by__isnull", True), ("status", "open")),
                    models.Q(("closed_at__isnull", False), ("status__in", ["done", "cancelled"])),
                    _connector="OR",
                ),
                name="duecontact_closed_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="duecontact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open"), ("wish__isnull", False)),
                fields=("wish", "reason", "due_on"),
                name="duecontact_wish_once_open",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("wish__isnull", False)), fields=["wish", "-id"], name="contact_of_wish"
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="contact_time"),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(condition=models.Q(("wish__isnull", False)), name="contact_about_one"),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["upkeep", "follow_up", "remobilise", "care", "recover", "visit", "step"])
                ),
                name="contact_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("means__in", ["phone", "visit", "message", "letter", "met"])),
                name="contact_means_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["reached", "no_answer", "wrong_number", "call_later", "declined"])),
                name="contact_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("destroyed_at__isnull", True), ("note__isnull", True), _connector="OR"),
                name="contact_destroyed_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("corrects__isnull", True), models.Q(("corrects", models.F("id")), _negated=True), _connector="OR"
                ),
                name="contact_corrects_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("corrects__isnull", False)), fields=("corrects",), name="contact_once_right"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("corrects__isnull", True), ("due__isnull", False)),
                fields=("due",),
                name="contact_closes_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyshift",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ["day", "night"])), name="dutyshift_part_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyshift",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone", ""), _negated=True), name="dutyshift_reachable"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyshift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at__isnull", True), ("removed_by__isnull", True)),
                    models.Q(("removed_at__isnull", False), ("removed_by__isnull", False)),
                    _connector="OR",
                ),
                name="dutyshift_removed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyshift",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("branch", "on", "part", "person"),
                name="dutyshift_once",
            ),
        ),
    ]
