"""A wish withdrawn in the national system while in force here, its number put right, more columns of exports."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).resolve().parent.parent / "sql"

COLUMNS = [
    ("name", "姓名"),
    ("document_kind", "证件类型"),
    ("document", "证件号码"),
    ("phone", "电话"),
    ("sex", "性别"),
    ("born_on", "出生日期"),
    ("address", "住址"),
    ("people", "民族"),
    ("education", "学历"),
    ("occupation", "职业"),
    ("signed_on", "签字日期"),
    ("stance", "意愿"),
    ("items", "捐献项目"),
    ("refused", "明确不捐的项目"),
    ("secrecy", "本人要求保密"),
    ("executor", "执行人"),
    ("executor_phone", "执行人电话"),
    ("reference", "全国系统登记号"),
]
REASONS = [
    ("typed_wrong", "录入时写错"),
    ("of_another", "填成了别人的登记号"),
    ("renumbered", "全国系统换发了登记号"),
]


class Migration(migrations.Migration):
    """A wish withdrawn in the national system while in force here, its number put right, more columns of exports."""

    dependencies = [("registries", "0022_national_of_a_year")]
    operations = [
        migrations.RemoveConstraint("export", "export_columns_known"),
        migrations.AlterField(
            "export",
            "columns",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=COLUMNS, max_length=16), size=None, verbose_name="字段"
            ),
        ),
        migrations.AddConstraint(
            "export",
            models.CheckConstraint(
                condition=Q(columns__contained_by=[value for value, _label in COLUMNS]) & ~Q(columns=[]),
                name="export_columns_known",
            ),
        ),
        migrations.RemoveConstraint("wish", "wish_withdrawn_there_was_there"),
        migrations.AddConstraint(
            "wish",
            models.CheckConstraint(
                condition=Q(withdrawn_there_on__isnull=True) | Q(is_known_there=True),
                name="wish_withdrawn_there_was_there",
            ),
        ),
        migrations.AddField(
            "wishevent",
            "reason",
            models.CharField(blank=True, choices=REASONS, default="", max_length=16, verbose_name="更正原因"),
        ),
        migrations.AddConstraint(
            "wishevent",
            models.CheckConstraint(
                condition=~Q(verb="reference_corrected") | Q(reason__in=[value for value, _label in REASONS]),
                name="wishevent_corrected_says_why",
            ),
        ),
        migrations.RunSQL(
            (SQL / "wishes_there.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "wishes_there.reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
