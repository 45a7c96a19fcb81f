"""That the database came back from a backup, until the public log is known not to be forked by that."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RestoreMark(models.Model):
    """One restore; while it is open no public record gets its place.

    Records that were published after the backup may be known outside, and others in their places would be a second
    history (docs/log.md).
    """

    backup_id = models.UUIDField(_("备份标识"))
    backup_made_at = models.DateTimeField(_("备份时间"))
    restored_at = models.DateTimeField(_("恢复时间"))
    cleared_at = models.DateTimeField(_("解除时间"), null=True)
    cleared_by = models.CharField(_("解除人"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("恢复标记")
        verbose_name_plural = _("恢复标记")
        constraints = [
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | ~Q(cleared_by=""), name="restoremark_cleared_by_somebody"
            )
        ]

    def __str__(self) -> str:
        return f"{self.restored_at:%Y-%m-%d %H:%M}"


class LostNumber(models.Model):
    """A number that stands in the public log while its row is gone: posted after the backup that was restored.

    It is never given again (docs/numbers.md), and counts as given where numbers are checked to have no gap. `index` is
    the place of its record in the log. Append-only.
    """

    number = models.CharField(_("编号"), max_length=60, db_collation="C", primary_key=True)
    series = models.CharField(_("序列"), max_length=60, db_collation="C", db_index=True)
    serial = models.BigIntegerField(_("流水号"))
    index = models.BigIntegerField(_("日志序号"))
    noted_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("丢失的编号")
        verbose_name_plural = _("丢失的编号")

    def __str__(self) -> str:
        return self.number
