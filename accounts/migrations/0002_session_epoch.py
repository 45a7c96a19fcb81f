"""The number that ends all sessions of a person when it is raised."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_tables")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_epoch",
            field=models.PositiveIntegerField(default=0, verbose_name="会话批次"),
        ),
    ]
