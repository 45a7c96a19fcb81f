"""How long data is kept: sealed files, what was destroyed, what is held."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """How long data is kept: sealed files, what was destroyed, what is held."""

    dependencies = [
        ("core", "0006_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_label", models.CharField(max_length=80, verbose_name="对象种类")),
                ("object_key", models.CharField(max_length=120, verbose_name="对象编号")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                ("placed_by_id", models.BigIntegerField(verbose_name="登记人编号")),
                ("placed_by_login", models.CharField(max_length=150, verbose_name="登记人")),
                ("placed_at", models.DateTimeField(verbose_name="登记时间")),
                ("lifted_by_login", models.CharField(blank=True, max_length=150, verbose_name="解除人")),
                ("lifted_at", models.DateTimeField(null=True, verbose_name="解除时间")),
            ],
            options={
                "verbose_name": "暂缓销毁",
                "verbose_name_plural": "暂缓销毁",
            },
        ),
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(verbose_name="完成时间")),
                ("is_dry", models.BooleanField(verbose_name="只查看")),
                ("results", models.JSONField(default=list, verbose_name="结果")),
            ],
            options={
                "verbose_name": "到期销毁记录",
                "verbose_name_plural": "到期销毁记录",
            },
        ),
        migrations.AddField(
            model_name="storedfile",
            name="destroyed_at",
            field=models.DateTimeField(null=True, verbose_name="销毁时间"),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="sealed_key",
            field=models.BinaryField(null=True, verbose_name="密封的文件密钥"),
        ),
        migrations.AddIndex(
            model_name="storedfile",
            index=models.Index(
                condition=models.Q(("destroyed_at__isnull", True), ("purge_on__isnull", False)),
                fields=["purge_on"],
                name="storedfile_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("destroyed_at__isnull", True),
                    models.Q(("name", ""), ("sealed_key__isnull", True)),
                    _connector="OR",
                ),
                name="storedfile_destroyed_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionhold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("object_label", "object_key"),
                name="retentionhold_once_per_object",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="retentionhold_has_reason"
            ),
        ),
        migrations.RunSQL(
            "SELECT core_make_append_only('core_retentionrun')",
            reverse_sql="DROP TRIGGER append_only_row ON core_retentionrun; DROP TRIGGER append_only_all ON core_retentionrun",
        ),
    ]
