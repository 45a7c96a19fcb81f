"""Files of certificates that were printed before the portal."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def branch_column(label, *, null):
    """One of the four columns of a row's lineage."""
    return models.ForeignKey(
        db_index=False,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="organizations.branch",
        verbose_name=label,
    )


def person_column(label, *, null):
    """Somebody who did something."""
    return models.ForeignKey(
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=label,
    )


def file_column(label, *, null):
    """A stored file."""
    return models.ForeignKey(
        db_index=False,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="core.storedfile",
        verbose_name=label,
    )


class Migration(migrations.Migration):
    """Files of certificates that were printed before the portal."""

    dependencies = [
        ("training", "0005_expiry_reminders"),
        ("core", "0005_key_rotation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="LegacyImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="标识")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("reading", "校验中"),
                            ("ready", "待复核"),
                            ("writing", "写入中"),
                            ("done", "已写入"),
                            ("unreadable", "无法读取"),
                            ("dropped", "已作废"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("file_sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("row_count", models.PositiveIntegerField(default=0, verbose_name="行数")),
                ("good_count", models.PositiveIntegerField(default=0, verbose_name="可导入")),
                ("bad_count", models.PositiveIntegerField(default=0, verbose_name="有问题")),
                ("error", models.CharField(blank=True, max_length=1000, verbose_name="原因")),
                ("created_at", models.DateTimeField(verbose_name="上传时间")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="复核时间")),
                ("branch", branch_column("红十字会", null=False)),
                ("city", branch_column("所属市会", null=True)),
                ("county", branch_column("所属县会", null=True)),
                ("province", branch_column("所属省会", null=True)),
                ("confirmed_by", person_column("复核人", null=True)),
                ("created_by", person_column("上传人", null=False)),
                ("file", file_column("文件", null=False)),
                ("problem_file", file_column("问题清单", null=True)),
            ],
            options={
                "verbose_name": "历史证书导入",
                "verbose_name_plural": "历史证书导入",
                "indexes": [models.Index(fields=["branch", "-id"], name="legacyimport_by_branch")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["reading", "ready", "writing", "done", "unreadable", "dropped"])
                        ),
                        name="legacyimport_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["dropped", "unreadable"]), _negated=True),
                        fields=("file_sha256",),
                        name="legacyimport_file_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("created_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="legacyimport_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["writing", "done"]), _negated=True),
                            ("confirmed_by__isnull", False),
                            _connector="OR",
                        ),
                        name="legacyimport_written_once_confirmed",
                    ),
                ],
            },
        ),
    ]
