"""The read log: who read which sensitive value, and what for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReadLog(models.Model):
    """One person read one sealed value, or one job worked with the values of one field (PIPL Arts. 51, 56).

    Append-only by trigger; the same trigger lets rows go that are older than three years, which Art. 56 asks for
    at least. `reader_id` is null for the system's own work, which `work` then names. No foreign key upward and no
    value: `object_key` is the key that staff know, `row_key` the UUID that the value is bound to.
    """

    at = models.DateTimeField(_("时间"))
    reader_id = models.BigIntegerField(_("查看人编号"), null=True)
    reader_login = models.CharField(_("查看人"), max_length=150, blank=True)
    object_label = models.CharField(_("对象"), max_length=80)
    object_key = models.CharField(_("对象编号"), max_length=120, blank=True)
    row_key = models.UUIDField(_("行标识"), null=True)
    field = models.CharField(_("字段"), max_length=80)
    purpose = models.CharField(_("用途"), max_length=200, blank=True)
    work = models.CharField(_("系统工作"), max_length=120, blank=True)
    branch_code = models.CharField(_("红十字会编码"), max_length=32, blank=True)
    address = models.GenericIPAddressField(_("来源地址"), null=True)

    class Meta:
        verbose_name = _("敏感信息查看记录")
        verbose_name_plural = _("敏感信息查看记录")
        constraints = [
            models.CheckConstraint(
                condition=(Q(reader_id__isnull=False) & ~Q(purpose="") & Q(work=""))
                | (Q(reader_id__isnull=True) & ~Q(work="")),
                name="readlog_person_with_purpose_or_work",
            ),
            models.UniqueConstraint(
                fields=["work", "object_label", "field"], condition=~Q(work=""), name="readlog_once_per_work"
            ),
        ]
        indexes = [
            models.Index(fields=["object_label", "object_key", "-id"], name="readlog_by_object"),
            models.Index(fields=["reader_id", "-id"], name="readlog_by_reader"),
            models.Index(fields=["branch_code", "-id"], name="readlog_by_branch"),
            models.Index(fields=["at"], name="readlog_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.reader_login or self.work} {self.object_label}.{self.field}"
