"""Private files, stored by their SHA-256."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A file kept outside the web root under the SHA-256 of its bytes; handed out by a view that checks the person."""

    class DataClass(models.TextChoices):
        """Classes of personal data (docs/personal-data.md)."""

        PUBLIC = "P0", _("公开")
        INTERNAL = "P1", _("内部")
        PERSONAL = "P2", _("个人信息")
        SENSITIVE = "P3", _("敏感个人信息")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.BigIntegerField(_("字节数"))
    name = models.CharField(_("原文件名"), max_length=255)
    content_type = models.CharField(_("类型"), max_length=120)
    data_class = models.CharField(_("数据分级"), max_length=2, choices=DataClass)
    purge_on = models.DateField(_("应销毁日期"), null=True)
    created_by_id = models.BigIntegerField(_("上传人编号"), null=True)
    created_at = models.DateTimeField(_("存入时间"))

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="storedfile_sha256_is_hex"
            ),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="storedfile_size_not_negative"),
            models.CheckConstraint(
                condition=models.Q(data_class__in=["P0", "P1", "P2", "P3"]), name="storedfile_data_class_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
