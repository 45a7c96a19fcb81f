"""The copy of the log off the machine, and the daily checkpoint with whom it was sent to."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The copy of the log off the machine, and the daily checkpoint with whom it was sent to."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("transparency", "0009_report_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogMirror",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("directory", models.CharField(max_length=400, verbose_name="目录")),
                ("size", models.BigIntegerField(default=0, verbose_name="已复制长度")),
                ("copied_at", models.DateTimeField(null=True, verbose_name="复制时间")),
                ("problem", models.CharField(blank=True, max_length=500, verbose_name="问题")),
                ("problem_at", models.DateTimeField(null=True, verbose_name="问题时间")),
            ],
            options={
                "verbose_name": "日志副本",
                "verbose_name_plural": "日志副本",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="logmirror_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="DailyCheckpoint",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                ("chosen_at", models.DateTimeField(verbose_name="选定时间")),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days",
                        to="transparency.logcheckpoint",
                        verbose_name="检查点",
                    ),
                ),
            ],
            options={
                "verbose_name": "每日检查点",
                "verbose_name_plural": "每日检查点",
            },
        ),
        migrations.CreateModel(
            name="CheckpointDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt_count", models.PositiveSmallIntegerField(default=0, verbose_name="尝试次数")),
                ("try_after", models.DateTimeField(null=True, verbose_name="下次尝试时间")),
                ("failure", models.CharField(blank=True, max_length=120, verbose_name="未送达的原因")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="发送时间")),
                (
                    "daily",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="transparency.dailycheckpoint",
                        verbose_name="每日检查点",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="监事",
                    ),
                ),
            ],
            options={
                "verbose_name": "检查点送达",
                "verbose_name_plural": "检查点送达",
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at", None)), fields=["try_after"], name="checkpointdelivery_waiting"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("daily", "person"), name="checkpointdelivery_once")],
            },
        ),
        migrations.RunSQL(
            "SELECT core_make_append_only('transparency_dailycheckpoint')",
            reverse_sql="DROP TRIGGER append_only_row ON transparency_dailycheckpoint;"
            " DROP TRIGGER append_only_all ON transparency_dailycheckpoint",
        ),
    ]
