import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_records_fit_and_lost_numbers"),
        ("organizations", "0006_registry_heads"),
        ("registries", "0008_donors_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MemorialOccasion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "kind",
                    models.CharField(
                        choices=[("visit", "参观祭扫"), ("gathering", "集体缅怀活动")],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("planned", "如期举行"), ("cancelled", "已取消")],
                        default="planned",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("on", models.DateField(verbose_name="日期")),
                (
                    "part",
                    models.CharField(
                        blank=True,
                        choices=[("morning", "上午"), ("afternoon", "下午")],
                        max_length=12,
                        verbose_name="半天",
                    ),
                ),
                ("starts_at", models.TimeField(null=True, verbose_name="开始时间")),
                ("title", models.CharField(blank=True, max_length=80, verbose_name="名称")),
                ("text", models.TextField(blank=True, verbose_name="说明")),
                ("seats", models.PositiveIntegerField(verbose_name="名额")),
                ("taken_count", models.PositiveIntegerField(default=0, verbose_name="已预约人数")),
                ("created_at", models.DateTimeField(verbose_name="安排时间")),
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="安排人",
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
                "verbose_name": "缅怀活动",
                "verbose_name_plural": "缅怀活动",
            },
        ),
        migrations.CreateModel(
            name="MemorialBooking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="幂等键")),
                (
                    "status",
                    models.CharField(
                        choices=[("booked", "已预约"), ("cancelled", "已取消")], max_length=12, verbose_name="状态"
                    ),
                ),
                (
                    "visitor",
                    models.CharField(
                        choices=[("kin", "捐献者亲属"), ("public", "社会公众")], max_length=12, verbose_name="来者"
                    ),
                ),
                ("party_size", models.PositiveSmallIntegerField(verbose_name="人数")),
                ("name", models.BinaryField(null=True, verbose_name="姓名")),
                ("phone", models.BinaryField(null=True, verbose_name="手机号")),
                ("phone_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("phone_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("consent_version", models.CharField(max_length=24, verbose_name="同意的文本版本")),
                ("booked_at", models.DateTimeField(verbose_name="预约时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="取消时间")),
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
                    "occasion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="registries.memorialoccasion",
                        verbose_name="缅怀活动",
                    ),
                ),
            ],
            options={
                "verbose_name": "缅怀预约",
                "verbose_name_plural": "缅怀预约",
            },
        ),
        migrations.CreateModel(
            name="MemorialPage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="网页代码")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "kind",
                    models.CharField(
                        choices=[("memorial", "纪念页"), ("story", "生命故事")], max_length=12, verbose_name="类别"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "起草中"),
                            ("submitted", "待另一人审核"),
                            ("published", "已公开"),
                            ("withdrawn", "已撤下"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("name", models.BinaryField(null=True, verbose_name="姓名")),
                ("name_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("name_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("content", models.BinaryField(null=True, verbose_name="内容")),
                ("is_minor", models.BooleanField(default=False, verbose_name="未成年人")),
                ("candle_on", models.DateField(null=True, verbose_name="最近点烛光的日子")),
                (
                    "maker_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="经手人编号"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="起草时间")),
                ("published_on", models.DateField(null=True, verbose_name="公开日期")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤下时间")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="销毁时间")),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
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
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起草人",
                    ),
                ),
                (
                    "portrait",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="照片",
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
                "verbose_name": "纪念页",
                "verbose_name_plural": "纪念页",
            },
        ),
        migrations.CreateModel(
            name="MemorialMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="代码")),
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="幂等键")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "待审核"),
                            ("shown", "已显示"),
                            ("declined", "不予显示"),
                            ("gone", "随页面撤下"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("text", models.BinaryField(null=True, verbose_name="留言")),
                ("name", models.BinaryField(null=True, verbose_name="署名")),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("phone", "电话或号码"),
                                ("document", "证件号码"),
                                ("link", "网址或联系方式"),
                                ("hospital", "医院名称"),
                                ("recipient", "可能提到接受者"),
                                ("name", "写出了没有同意公开的姓名"),
                            ],
                            max_length=12,
                        ),
                        default=list,
                        size=None,
                        verbose_name="规则提示",
                    ),
                ),
                ("is_reported", models.BooleanField(default=False, verbose_name="被举报")),
                ("sent_at", models.DateTimeField(verbose_name="留言时间")),
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
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
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="registries.memorialpage",
                        verbose_name="纪念页",
                    ),
                ),
            ],
            options={
                "verbose_name": "缅怀留言",
                "verbose_name_plural": "缅怀留言",
            },
        ),
        migrations.CreateModel(
            name="MemorialConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("kin_name", models.BinaryField(null=True, verbose_name="签字人")),
                ("kin_phone", models.BinaryField(null=True, verbose_name="签字人电话")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("spouse", "配偶"),
                            ("child", "成年子女"),
                            ("parent", "父母"),
                            ("guardian", "其他监护人"),
                            ("kin", "其他近亲属"),
                            ("self", "本人"),
                        ],
                        max_length=12,
                        verbose_name="与当事人的关系",
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="签字日期")),
                ("text_version", models.CharField(max_length=24, verbose_name="文本版本")),
                (
                    "name_shown",
                    models.CharField(
                        choices=[("pseudonym", "只显示化名"), ("surname", "只显示姓"), ("full", "显示全名")],
                        max_length=12,
                        verbose_name="姓名",
                    ),
                ),
                ("shows_dates", models.BooleanField(verbose_name="显示生卒日期")),
                ("shows_portrait", models.BooleanField(verbose_name="显示照片")),
                ("shows_text", models.BooleanField(verbose_name="显示生平文字")),
                ("takes_messages", models.BooleanField(verbose_name="接受烛光和留言")),
                ("guardians_agree", models.BooleanField(verbose_name="全体监护人同意显示未成年人的姓名和照片")),
                ("invites", models.BooleanField(verbose_name="愿意收到缅怀活动邀请")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="销毁时间")),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="同意书",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人员",
                    ),
                ),
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent",
                        to="registries.memorialpage",
                        verbose_name="纪念页",
                    ),
                ),
            ],
            options={
                "verbose_name": "缅怀公开同意",
                "verbose_name_plural": "缅怀公开同意",
            },
        ),
        migrations.CreateModel(
            name="MemorialPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("address", models.CharField(max_length=200, verbose_name="地址")),
                ("opening_hours", models.CharField(max_length=120, verbose_name="开放时间")),
                ("directions", models.TextField(blank=True, verbose_name="怎么去")),
                ("description", models.TextField(blank=True, verbose_name="介绍")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="公开电话")),
                ("visit_seats", models.PositiveSmallIntegerField(default=0, verbose_name="每半天可预约人数")),
                (
                    "visit_weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        default=list,
                        size=None,
                        verbose_name="可预约的日子",
                    ),
                ),
                ("opened_on", models.DateField(verbose_name="启用日期")),
                ("closed_on", models.DateField(null=True, verbose_name="停用日期")),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.division",
                        verbose_name="所在县（市、区）",
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
                "verbose_name": "缅怀场所",
                "verbose_name_plural": "缅怀场所",
            },
        ),
        migrations.AddField(
            model_name="memorialoccasion",
            name="place",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="occasions",
                to="registries.memorialplace",
                verbose_name="场所",
            ),
        ),
        migrations.CreateModel(
            name="MemorialStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_status", models.CharField(blank=True, max_length=12, verbose_name="原状态")),
                ("to_status", models.CharField(max_length=12, verbose_name="新状态")),
                ("verb", models.CharField(max_length=24, verbose_name="事项")),
                ("reason", models.CharField(blank=True, max_length=24, verbose_name="原因")),
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
                    "booking",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="registries.memorialbooking",
                        verbose_name="预约",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="registries.memorialmessage",
                        verbose_name="留言",
                    ),
                ),
                (
                    "occasion",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="registries.memorialoccasion",
                        verbose_name="缅怀活动",
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="registries.memorialpage",
                        verbose_name="纪念页",
                    ),
                ),
            ],
            options={
                "verbose_name": "缅怀办理经过",
                "verbose_name_plural": "缅怀办理经过",
            },
        ),
        migrations.AddIndex(
            model_name="memorialbooking",
            index=models.Index(fields=["branch", "-id"], name="booking_by_branch"),
        ),
        migrations.AddConstraint(
            model_name="memorialbooking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "booked")), fields=("occasion", "phone_digest"), name="booking_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialbooking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "booked")),
                fields=("occasion", "phone_digest_next"),
                name="booking_once_next",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["booked", "cancelled"])), name="booking_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(("party_size__gt", 0), ("party_size__lte", 50)), name="booking_size_sane"
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("status", "booked")),
                    models.Q(("ended_at__isnull", False), ("status", "cancelled")),
                    _connector="OR",
                ),
                name="booking_ended_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialbooking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("destroyed_at__isnull", True), ("name__isnull", False), ("phone__isnull", False)),
                    models.Q(("destroyed_at__isnull", False), ("name__isnull", True), ("phone__isnull", True)),
                    _connector="OR",
                ),
                name="booking_whole_or_destroyed",
            ),
        ),
        migrations.AddIndex(
            model_name="memorialpage",
            index=models.Index(fields=["branch", "-id"], name="memorialpage_by_branch"),
        ),
        migrations.AddIndex(
            model_name="memorialpage",
            index=models.Index(
                condition=models.Q(("status", "published")),
                fields=["kind", "-published_on", "-id"],
                name="memorialpage_on_the_wall",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialpage",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "submitted", "published", "withdrawn"])),
                name="memorialpage_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialpage",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["memorial", "story"])), name="memorialpage_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialpage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True),
                    models.Q(("approved_by__isnull", False), ("published_on__isnull", False)),
                    _connector="OR",
                ),
                name="memorialpage_published_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialpage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "withdrawn"), ("withdrawn_at__isnull", False)),
                    models.Q(models.Q(("status", "withdrawn"), _negated=True), ("withdrawn_at__isnull", True)),
                    _connector="OR",
                ),
                name="memorialpage_withdrawn_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialpage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("content__isnull", False), ("destroyed_at__isnull", True), ("name__isnull", False)),
                    models.Q(
                        ("content__isnull", True),
                        ("destroyed_at__isnull", False),
                        ("name__isnull", True),
                        ("portrait__isnull", True),
                        ("status", "withdrawn"),
                    ),
                    _connector="OR",
                ),
                name="memorialpage_whole_or_destroyed",
            ),
        ),
        migrations.AddIndex(
            model_name="memorialmessage",
            index=models.Index(
                condition=models.Q(("status", "waiting")), fields=["branch", "id"], name="memorialmessage_queue"
            ),
        ),
        migrations.AddIndex(
            model_name="memorialmessage",
            index=models.Index(fields=["page", "-id"], name="memorialmessage_of_page"),
        ),
        migrations.AddConstraint(
            model_name="memorialmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["waiting", "shown", "declined", "gone"])),
                name="memorialmessage_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "shown"), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False),
                        models.Q(("flags__overlap", ["document", "name", "recipient"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="memorialmessage_shown_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("status__in", ["waiting", "shown"])),
                    models.Q(("ended_at__isnull", False), ("status__in", ["declined", "gone"])),
                    _connector="OR",
                ),
                name="memorialmessage_ended_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("destroyed_at__isnull", True), ("text__isnull", False)),
                    models.Q(
                        ("destroyed_at__isnull", False),
                        ("ended_at__isnull", False),
                        ("name__isnull", True),
                        ("text__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="memorialmessage_whole_or_destroyed",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(("relation__in", ["spouse", "child", "parent", "guardian", "kin", "self"])),
                name="memorialconsent_relation_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(("name_shown__in", ["pseudonym", "surname", "full"])),
                name="memorialconsent_name_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("destroyed_at__isnull", True), ("kin_name__isnull", False), ("kin_phone__isnull", False)),
                    models.Q(
                        ("destroyed_at__isnull", False),
                        ("kin_name__isnull", True),
                        ("kin_phone__isnull", True),
                        ("withdrawn_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="memorialconsent_whole_or_destroyed",
            ),
        ),
        migrations.AddIndex(
            model_name="memorialplace",
            index=models.Index(
                condition=models.Q(("closed_on", None)), fields=["area", "id"], name="memorialplace_by_area"
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialplace",
            constraint=models.UniqueConstraint(fields=("branch", "name"), name="memorialplace_name_once"),
        ),
        migrations.AddConstraint(
            model_name="memorialplace",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_on__isnull", True), ("closed_on__gte", models.F("opened_on")), _connector="OR"
                ),
                name="memorialplace_closes_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialplace",
            constraint=models.CheckConstraint(
                condition=models.Q(("visit_weekdays__contained_by", [1, 2, 3, 4, 5, 6, 7])),
                name="memorialplace_weekdays_known",
            ),
        ),
        migrations.AddIndex(
            model_name="memorialoccasion",
            index=models.Index(condition=models.Q(("kind", "gathering")), fields=["on", "id"], name="occasion_by_day"),
        ),
        migrations.AddIndex(
            model_name="memorialoccasion",
            index=models.Index(fields=["branch", "kind", "-on"], name="occasion_by_branch"),
        ),
        migrations.AddConstraint(
            model_name="memorialoccasion",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["planned", "cancelled"])), name="occasion_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialoccasion",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken_count__lte", models.F("seats"))), name="occasion_not_over_capacity"
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialoccasion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "visit")), fields=("place", "on", "part"), name="occasion_visit_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="memorialoccasion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "visit"), ("part__in", ["morning", "afternoon"]), ("title", "")),
                    models.Q(
                        ("created_by__isnull", False),
                        ("kind", "gathering"),
                        ("part", ""),
                        ("starts_at__isnull", False),
                        models.Q(("title", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="occasion_is_one_kind",
            ),
        ),
    ]
