"""Corrections, papers, exports, and what still stands in the national system."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FILL = """
ALTER TABLE registries_wish DISABLE TRIGGER wish_guard;
WITH RECURSIVE told AS (
    SELECT id FROM registries_wish WHERE handed_over_on IS NOT NULL
    UNION SELECT n.id FROM registries_wish n JOIN told t ON n.replaces_id = t.id
)
UPDATE registries_wish SET is_known_there = true WHERE id IN (SELECT id FROM told);
ALTER TABLE registries_wish ENABLE TRIGGER wish_guard;
"""


class Migration(migrations.Migration):
    """Corrections, papers, exports, and what still stands in the national system."""

    dependencies = [
        ("core", "0011_records_fit_and_lost_numbers"),
        ("organizations", "0006_registry_heads"),
        ("registries", "0010_memorial_stands"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="幂等键")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "待批准"),
                            ("approved", "已批准，生成中"),
                            ("ready", "可以下载"),
                            ("refused", "未批准"),
                            ("cancelled", "已取消"),
                            ("ended", "已到期销毁"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "listed",
                    models.CharField(
                        choices=[
                            ("in_force", "有效的志愿登记"),
                            ("hand_over", "待报送全国系统的登记（本人同意报送的）"),
                        ],
                        max_length=12,
                        verbose_name="名单",
                    ),
                ),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("name", "姓名"),
                                ("document_kind", "证件类型"),
                                ("document", "证件号码"),
                                ("phone", "电话"),
                                ("sex", "性别"),
                                ("born_on", "出生日期"),
                                ("address", "住址"),
                                ("signed_on", "签字日期"),
                                ("stance", "意愿"),
                                ("items", "捐献项目"),
                                ("executor", "执行人"),
                                ("executor_phone", "执行人电话"),
                                ("reference", "全国系统登记号"),
                            ],
                            max_length=16,
                        ),
                        size=None,
                        verbose_name="字段",
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[("xlsx", "Excel 工作簿"), ("csv", "CSV 文本")], max_length=8, verbose_name="格式"
                    ),
                ),
                ("purpose", models.CharField(max_length=200, verbose_name="用途")),
                ("keep_days", models.PositiveSmallIntegerField(verbose_name="保留天数")),
                ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="批准时间")),
                ("row_count", models.PositiveIntegerField(null=True, verbose_name="人数")),
                ("built_at", models.DateTimeField(null=True, verbose_name="生成时间")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="到期时间")),
                ("download_count", models.PositiveSmallIntegerField(default=0, verbose_name="已下载次数")),
            ],
            options={
                "verbose_name": "登记人资料导出",
                "verbose_name_plural": "登记人资料导出",
            },
        ),
        migrations.CreateModel(
            name="ExportEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_status", models.CharField(blank=True, max_length=12, verbose_name="原状态")),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("requested", "待批准"),
                            ("approved", "已批准，生成中"),
                            ("ready", "可以下载"),
                            ("refused", "未批准"),
                            ("cancelled", "已取消"),
                            ("ended", "已到期销毁"),
                        ],
                        max_length=12,
                        verbose_name="新状态",
                    ),
                ),
                ("verb", models.CharField(max_length=24, verbose_name="事项")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "导出经过",
                "verbose_name_plural": "导出经过",
            },
        ),
        migrations.CreateModel(
            name="WishPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "verbose_name": "登记表影像",
                "verbose_name_plural": "登记表影像",
            },
        ),
        migrations.AddField(
            model_name="registrantevent",
            name="has_seen_paper",
            field=models.BooleanField(default=False, verbose_name="核对过证件原件"),
        ),
        migrations.AddField(
            model_name="registrantevent",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("typed_wrong", "录入时写错"),
                    ("paper_wrong", "登记表上写错"),
                    ("name_changed", "本人依法改名"),
                    ("contact_changed", "电话或住址变了"),
                    ("added", "补充原来没填的"),
                ],
                default="",
                max_length=16,
                verbose_name="更正原因",
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="is_known_there",
            field=models.BooleanField(default=False, verbose_name="全国系统里有"),
        ),
        migrations.AddField(
            model_name="wish",
            name="withdrawn_there_on",
            field=models.DateField(null=True, verbose_name="在全国系统撤回的日期"),
        ),
        migrations.AlterField(
            model_name="registrant",
            name="phone",
            field=models.BinaryField(null=True, verbose_name="电话"),
        ),
        migrations.AddIndex(
            model_name="wish",
            index=models.Index(
                condition=models.Q(("is_known_there", True), ("status", "withdrawn"), ("withdrawn_there_on", None)),
                fields=["branch", "-id"],
                name="wish_standing_there",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrantevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verb", "corrected"), _negated=True),
                    ("reason__in", ["typed_wrong", "paper_wrong", "name_changed", "contact_changed", "added"]),
                    _connector="OR",
                ),
                name="registrantevent_corrected_says_why",
            ),
        ),
        # Rows made before have none of it; the guard of 0002 knows no such column.
        migrations.RunSQL(FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(("handed_over_on__isnull", True), ("is_known_there", True), _connector="OR"),
                name="wish_handed_over_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_there_on__isnull", True),
                    models.Q(("is_known_there", True), ("status", "withdrawn")),
                    _connector="OR",
                ),
                name="wish_withdrawn_there_was_there",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="branch",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.branch",
                verbose_name="红十字会",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="city",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.branch",
                verbose_name="所属市会",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="county",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.branch",
                verbose_name="所属县会",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="批准人",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="file",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.storedfile",
                verbose_name="文件",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="province",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.branch",
                verbose_name="所属省会",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="申请人",
            ),
        ),
        migrations.AddField(
            model_name="exportevent",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="操作人",
            ),
        ),
        migrations.AddField(
            model_name="exportevent",
            name="export",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="registries.export",
                verbose_name="导出",
            ),
        ),
        migrations.AddField(
            model_name="wishpaper",
            name="file",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.storedfile", verbose_name="文件"
            ),
        ),
        migrations.AddField(
            model_name="wishpaper",
            name="kept_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="存入人",
            ),
        ),
        migrations.AddField(
            model_name="wishpaper",
            name="wish",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="papers",
                to="registries.wish",
                verbose_name="志愿登记",
            ),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["branch", "-id"], name="export_by_branch"),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(condition=models.Q(("status", "ready")), fields=["expires_at"], name="export_expiring"),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["requested", "approved", "ready", "refused", "cancelled", "ended"])),
                name="export_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(("listed__in", ["in_force", "hand_over"])), name="export_list_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(("format__in", ["xlsx", "csv"])), name="export_format_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "columns__contained_by",
                        [
                            "name",
                            "document_kind",
                            "document",
                            "phone",
                            "sex",
                            "born_on",
                            "address",
                            "signed_on",
                            "stance",
                            "items",
                            "executor",
                            "executor_phone",
                            "reference",
                        ],
                    ),
                    models.Q(("columns", []), _negated=True),
                ),
                name="export_columns_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(("keep_days__gte", 1), ("keep_days__lte", 7)), name="export_days_few"
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(("download_count__lte", 3)), name="export_downloads_few"
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="export_maker_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["approved", "ready", "refused", "ended"]), _negated=True),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="export_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status__in", ["ready", "ended"]),
                        ("built_at__isnull", False),
                        ("expires_at__isnull", False),
                        ("file__isnull", False),
                        ("row_count__isnull", False),
                    ),
                    models.Q(
                        models.Q(("status__in", ["ready", "ended"]), _negated=True),
                        ("download_count", 0),
                        ("file__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="export_ready_has_a_file",
            ),
        ),
    ]
