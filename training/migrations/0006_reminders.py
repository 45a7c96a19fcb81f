"""When a participant was reminded of the first lesson."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0004_absences")]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="reminded_at",
            field=models.DateTimeField(null=True, verbose_name="提醒时间"),
        ),
    ]
