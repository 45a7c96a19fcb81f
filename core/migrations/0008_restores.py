"""That the database came back from a backup."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """That the database came back from a backup."""

    dependencies = [
        ("core", "0007_retention"),
    ]

    operations = [
        migrations.CreateModel(
            name="RestoreMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("backup_id", models.UUIDField(verbose_name="备份标识")),
                ("backup_made_at", models.DateTimeField(verbose_name="备份时间")),
                ("restored_at", models.DateTimeField(verbose_name="恢复时间")),
                ("cleared_at", models.DateTimeField(null=True, verbose_name="解除时间")),
                ("cleared_by", models.CharField(blank=True, max_length=150, verbose_name="解除人")),
            ],
            options={
                "verbose_name": "恢复标记",
                "verbose_name_plural": "恢复标记",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cleared_at__isnull", True), models.Q(("cleared_by", ""), _negated=True), _connector="OR"
                        ),
                        name="restoremark_cleared_by_somebody",
                    )
                ],
            },
        ),
    ]
