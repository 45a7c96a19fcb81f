"""Short messages and codes for telephones."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    """Short messages and codes for telephones."""

    dependencies = [
        ("core", "0005_key_rotation"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("purpose", models.CharField(max_length=40, verbose_name="用途")),
                ("phone", models.BinaryField(null=True, verbose_name="手机号")),
                ("phone_digest", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("phone_digest_next", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("code_digest", models.CharField(max_length=64, verbose_name="验证码摘要")),
                ("created_at", models.DateTimeField(verbose_name="建立时间")),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                ("attempt_count", models.PositiveSmallIntegerField(default=0, verbose_name="尝试次数")),
                ("used_at", models.DateTimeField(null=True, verbose_name="使用时间")),
            ],
            options={
                "verbose_name": "手机验证码",
                "verbose_name_plural": "手机验证码",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="行标识")),
                ("purpose", models.CharField(max_length=40, verbose_name="用途")),
                ("phone", models.BinaryField(null=True, verbose_name="手机号")),
                ("text", models.BinaryField(null=True, verbose_name="内容")),
                ("created_at", models.DateTimeField(verbose_name="建立时间")),
                ("give_up_at", models.DateTimeField(verbose_name="最迟发送时间")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="发送时间")),
                ("failure", models.CharField(blank=True, max_length=80, verbose_name="未发送的原因")),
            ],
            options={
                "verbose_name": "短消息",
                "verbose_name_plural": "短消息",
                "indexes": [
                    models.Index(
                        condition=models.Q(("failure", ""), ("sent_at", None)),
                        fields=["created_at"],
                        name="message_waiting",
                    )
                ],
            },
        ),
    ]
