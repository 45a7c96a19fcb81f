"""The read log, and what the database knows about the keys."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The read log, and what the database knows about the keys."""

    dependencies = [
        ("core", "0003_name_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyFingerprint",
            fields=[
                (
                    "name",
                    models.CharField(
                        db_collation="C", max_length=60, primary_key=True, serialize=False, verbose_name="用途和编号"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=16, verbose_name="指纹")),
                ("first_seen_at", models.DateTimeField(verbose_name="首次使用时间")),
                ("retired_at", models.DateTimeField(null=True, verbose_name="停用时间")),
            ],
            options={
                "verbose_name": "密钥指纹",
                "verbose_name_plural": "密钥指纹",
            },
        ),
        migrations.CreateModel(
            name="LookupKeys",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("current", models.CharField(max_length=32, verbose_name="当前查找密钥")),
                ("following", models.CharField(max_length=32, verbose_name="下一查找密钥")),
                ("changed_at", models.DateTimeField(verbose_name="变更时间")),
            ],
            options={
                "verbose_name": "查找密钥状态",
                "verbose_name_plural": "查找密钥状态",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="lookupkeys_one_row")],
            },
        ),
        migrations.CreateModel(
            name="ReadLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("reader_id", models.BigIntegerField(null=True, verbose_name="查看人编号")),
                ("reader_login", models.CharField(blank=True, max_length=150, verbose_name="查看人")),
                ("object_label", models.CharField(max_length=80, verbose_name="对象")),
                ("object_key", models.CharField(blank=True, max_length=120, verbose_name="对象编号")),
                ("row_key", models.UUIDField(null=True, verbose_name="行标识")),
                ("field", models.CharField(max_length=80, verbose_name="字段")),
                ("purpose", models.CharField(blank=True, max_length=200, verbose_name="用途")),
                ("work", models.CharField(blank=True, max_length=120, verbose_name="系统工作")),
                ("branch_code", models.CharField(blank=True, max_length=32, verbose_name="红十字会编码")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="来源地址")),
            ],
            options={
                "verbose_name": "敏感信息查看记录",
                "verbose_name_plural": "敏感信息查看记录",
                "indexes": [
                    models.Index(fields=["object_label", "object_key", "-id"], name="readlog_by_object"),
                    models.Index(fields=["reader_id", "-id"], name="readlog_by_reader"),
                    models.Index(fields=["branch_code", "-id"], name="readlog_by_branch"),
                    models.Index(fields=["at"], name="readlog_by_time"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reader_id__isnull", False), models.Q(("purpose", ""), _negated=True), ("work", "")
                            ),
                            models.Q(("reader_id__isnull", True), models.Q(("work", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="readlog_person_with_purpose_or_work",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("work", ""), _negated=True),
                        fields=("work", "object_label", "field"),
                        name="readlog_once_per_work",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            (SQL / "sealed.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "sealed.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
