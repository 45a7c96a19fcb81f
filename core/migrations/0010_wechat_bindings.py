"""Telephones bound to WeChat accounts, with consent."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    """Telephones bound to WeChat accounts, with consent."""

    dependencies = [
        ("core", "0009_message_values"),
    ]

    operations = [
        migrations.CreateModel(
            name="WechatBinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("phone", models.BinaryField(null=True, verbose_name="手机号")),
                ("phone_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("phone_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("openid", models.BinaryField(null=True, verbose_name="微信账号")),
                ("consent_version", models.CharField(max_length=20, verbose_name="同意书版本")),
                ("bound_at", models.DateTimeField(verbose_name="绑定时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="解绑时间")),
            ],
            options={
                "verbose_name": "微信绑定",
                "verbose_name_plural": "微信绑定",
                "constraints": [
                    models.UniqueConstraint(fields=("phone_digest",), name="wechatbinding_phone_once"),
                    models.UniqueConstraint(fields=("phone_digest_next",), name="wechatbinding_phone_once_next"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            ("openid__isnull", False),
                            ("phone__isnull", False),
                        )
                        | models.Q(
                            ("ended_at__isnull", False),
                            ("openid__isnull", True),
                            ("phone__isnull", True),
                        ),
                        name="wechatbinding_emptied_when_ended",
                    ),
                ],
            },
        ),
    ]
