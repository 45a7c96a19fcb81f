"""When a participant was reminded of the first lesson."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0006_legacy_imports")]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="reminded_at",
            field=models.DateTimeField(null=True, verbose_name="提醒时间"),
        ),
    ]
