"""A file to the national library is released by a second person, and fetched a few times."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A file to the national library is released by a second person, and fetched a few times."""

    dependencies = [
        ("core", "0011_records_fit_and_lost_numbers"),
        ("organizations", "0006_registry_heads"),
        ("registries", "0027_remembrance_and_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="exchangefile",
            name="exchangefile_status_known",
        ),
        migrations.AddField(
            model_name="exchangefile",
            name="download_count",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="已下载次数"),
        ),
        migrations.AddField(
            model_name="exchangefile",
            name="released_at",
            field=models.DateTimeField(null=True, verbose_name="批准时间"),
        ),
        migrations.AddField(
            model_name="exchangefile",
            name="released_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="批准人",
            ),
        ),
        migrations.AlterField(
            model_name="exchangefile",
            name="status",
            field=models.CharField(
                choices=[
                    ("asked", "待批准"),
                    ("making", "正在生成"),
                    ("ready", "可下载"),
                    ("empty", "没有可报送的人"),
                    ("checking", "正在核对"),
                    ("refused", "整份不收"),
                    ("checked", "待确认"),
                    ("applying", "正在办理"),
                    ("applied", "已办理"),
                    ("dropped", "已作废"),
                    ("expired", "已过期销毁"),
                ],
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.AlterField(
            model_name="exchangefileevent",
            name="to_status",
            field=models.CharField(
                choices=[
                    ("asked", "待批准"),
                    ("making", "正在生成"),
                    ("ready", "可下载"),
                    ("empty", "没有可报送的人"),
                    ("checking", "正在核对"),
                    ("refused", "整份不收"),
                    ("checked", "待确认"),
                    ("applying", "正在办理"),
                    ("applied", "已办理"),
                    ("dropped", "已作废"),
                    ("expired", "已过期销毁"),
                ],
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.RunSQL(
            (SQL / "released_files.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "released_files.reverse.sql").read_text(encoding="utf-8"),
        ),
        migrations.AddConstraint(
            model_name="exchangefile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "asked",
                            "making",
                            "ready",
                            "empty",
                            "checking",
                            "refused",
                            "checked",
                            "applying",
                            "applied",
                            "dropped",
                            "expired",
                        ],
                    )
                ),
                name="exchangefile_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchangefile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["making", "ready"]), _negated=True),
                    models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                    _connector="OR",
                ),
                name="exchangefile_made_once_released",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchangefile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("released_by__isnull", True),
                    models.Q(("released_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="exchangefile_maker_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchangefile",
            constraint=models.CheckConstraint(
                condition=models.Q(("download_count__lte", 3)), name="exchangefile_downloads_few"
            ),
        ),
    ]
