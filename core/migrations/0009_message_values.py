"""Short messages carry the values of their template, and wait longer between attempts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Short messages carry the values of their template, and wait longer between attempts."""

    dependencies = [
        ("core", "0008_restores"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="values",
            field=models.BinaryField(null=True, verbose_name="模板内容"),
        ),
        migrations.AddField(
            model_name="message",
            name="try_after",
            field=models.DateTimeField(null=True, verbose_name="下次尝试时间"),
        ),
    ]
