"""Tiles of the public log, signed checkpoints, cosignatures, keys."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Tiles of the public log, signed checkpoints, cosignatures, keys."""

    dependencies = [
        ("transparency", "0005_monthly_receipts_and_use"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogCheckpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="长度")),
                ("root", models.BinaryField(max_length=32, verbose_name="根")),
                ("note", models.TextField(verbose_name="签名的检查点")),
                ("signed_at", models.DateTimeField(db_index=True, verbose_name="签名时间")),
            ],
            options={
                "verbose_name": "检查点",
                "verbose_name_plural": "检查点",
            },
        ),
        migrations.CreateModel(
            name="LogCosignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="见证方")),
                ("line", models.CharField(max_length=600, verbose_name="签名行")),
                ("cosigned_at", models.DateTimeField(verbose_name="见证时间")),
                ("added_at", models.DateTimeField(verbose_name="收到时间")),
            ],
            options={
                "verbose_name": "见证签名",
                "verbose_name_plural": "见证签名",
            },
        ),
        migrations.CreateModel(
            name="LogKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verifier", models.CharField(max_length=400, unique=True, verbose_name="公钥")),
                ("first_size", models.BigIntegerField(verbose_name="从此长度起")),
                ("added_at", models.DateTimeField(verbose_name="启用时间")),
            ],
            options={
                "verbose_name": "日志公钥",
                "verbose_name_plural": "日志公钥",
            },
        ),
        migrations.CreateModel(
            name="LogTile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField(verbose_name="层")),
                ("index", models.BigIntegerField(verbose_name="序号")),
                ("hashes", models.BinaryField(verbose_name="哈希")),
            ],
            options={
                "verbose_name": "公开日志瓦片",
                "verbose_name_plural": "公开日志瓦片",
            },
        ),
        migrations.AddField(
            model_name="loghead",
            name="tiled",
            field=models.BigIntegerField(default=0, verbose_name="已入树"),
        ),
        migrations.AddConstraint(
            model_name="loghead",
            constraint=models.CheckConstraint(
                condition=models.Q(("tiled__gte", 0), ("tiled__lte", models.F("size"))),
                name="loghead_tiles_what_has_its_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="logcheckpoint",
            constraint=models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="logcheckpoint_has_leaves"),
        ),
        migrations.AddField(
            model_name="logcosignature",
            name="checkpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cosignatures",
                to="transparency.logcheckpoint",
                verbose_name="检查点",
            ),
        ),
        migrations.AddConstraint(
            model_name="logtile",
            constraint=models.UniqueConstraint(fields=("level", "index"), name="logtile_once"),
        ),
        migrations.AddConstraint(
            model_name="logtile",
            constraint=models.CheckConstraint(condition=models.Q(("index__gte", 0)), name="logtile_index_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="logcosignature",
            constraint=models.UniqueConstraint(fields=("checkpoint", "line"), name="logcosignature_once"),
        ),
        migrations.RunSQL(
            (SQL / "public_log.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "public_log.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
