"""Drafts of the counter."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Drafts of the counter."""

    dependencies = [
        ("donations", "0005_rows_may_go_after_their_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CounterDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("content", models.BinaryField(null=True, verbose_name="内容")),
                ("edit_count", models.PositiveIntegerField(default=0, verbose_name="保存次数")),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
            ],
            options={
                "verbose_name": "录入草稿",
                "verbose_name_plural": "录入草稿",
            },
        ),
    ]
