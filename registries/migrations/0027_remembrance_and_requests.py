"""Registering on site can be asked for."""

from django.db import migrations, models
from django.db.models import Q

KINDS = ["on_site", "talk", "sample", "home_visit", "call_back"]


class Migration(migrations.Migration):
    """Registering on site can be asked for."""

    dependencies = [("registries", "0022_national_of_a_year")]
    operations = [
        migrations.RemoveConstraint("request", "request_kind_known"),
        migrations.AlterField(
            "request",
            "kind",
            models.CharField(
                choices=[
                    ("on_site", "预约到现场登记"),
                    ("talk", "预约宣讲"),
                    ("sample", "预约采样"),
                    ("home_visit", "预约上门登记"),
                    ("call_back", "请给我回电"),
                ],
                max_length=12,
                verbose_name="事项",
            ),
        ),
        migrations.AddConstraint(
            "request", models.CheckConstraint(condition=Q(kind__in=KINDS), name="request_kind_known")
        ),
    ]
