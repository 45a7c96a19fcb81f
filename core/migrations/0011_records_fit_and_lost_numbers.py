"""A public record fits into an entry bundle; numbers whose rows were lost with a restore."""

from django.db import migrations, models
from django.db.models.lookups import LessThanOrEqual


class Migration(migrations.Migration):
    """A public record fits into an entry bundle; numbers whose rows were lost with a restore."""

    dependencies = [
        ("core", "0010_wechat_bindings"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="publicrecord",
            constraint=models.CheckConstraint(
                condition=LessThanOrEqual(
                    models.Func(models.F("record"), function="octet_length", output_field=models.IntegerField()), 65535
                ),
                name="publicrecord_fits_a_bundle",
            ),
        ),
        migrations.CreateModel(
            name="LostNumber",
            fields=[
                (
                    "number",
                    models.CharField(
                        db_collation="C", max_length=60, primary_key=True, serialize=False, verbose_name="编号"
                    ),
                ),
                ("series", models.CharField(db_collation="C", db_index=True, max_length=60, verbose_name="序列")),
                ("serial", models.BigIntegerField(verbose_name="流水号")),
                ("index", models.BigIntegerField(verbose_name="日志序号")),
                ("noted_at", models.DateTimeField(verbose_name="登记时间")),
            ],
            options={
                "verbose_name": "丢失的编号",
                "verbose_name_plural": "丢失的编号",
            },
        ),
        migrations.RunSQL(
            "SELECT core_make_append_only('core_lostnumber')",
            reverse_sql="DROP TRIGGER append_only_row ON core_lostnumber; DROP TRIGGER append_only_all ON core_lostnumber",
        ),
    ]
