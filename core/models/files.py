"""Private files, stored by their SHA-256."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import SealedField


class StoredFile(models.Model):
    """A file kept outside the web root under the SHA-256 of its bytes; handed out by a view that checks the person.

    Sensitive ones (P3) are sealed on disk, each with a key of its own, which lies sealed in `sealed_key`; they are
    opened by `core.files.reveal_stored` and `open_stored_for_work` alone. When the time of a file is over its bytes,
    its name and its key are destroyed; the row stays and says when.
    """

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
    sealed_key = SealedField(_("密封的文件密钥"), logical="core.storedfile.key", row_field="id", null=True)
    purge_on = models.DateField(_("应销毁日期"), null=True)
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)
    created_by_id = models.BigIntegerField(_("上传人编号"), null=True)
    created_at = models.DateTimeField(_("存入时间"))

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="storedfile_sha256_is_hex"),
            models.CheckConstraint(condition=Q(size__gte=0), name="storedfile_size_not_negative"),
            models.CheckConstraint(
                condition=Q(data_class__in=["P0", "P1", "P2", "P3"]), name="storedfile_data_class_known"
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True) | Q(sealed_key__isnull=True, name=""),
                name="storedfile_destroyed_is_empty",
            ),
        ]
        indexes = [
            models.Index(
                fields=["purge_on"],
                name="storedfile_due",
                condition=Q(destroyed_at__isnull=True, purge_on__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.pk)

    @property
    def is_sealed(self) -> bool:
        """Whether the bytes lie sealed on disk."""
        return self.sealed_key is not None
