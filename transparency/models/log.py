"""The order of public records."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LogHead(models.Model):
    """The one row of the log's head: how many records have their place, and up to which transaction all were taken.

    `seen_xid` is the oldest transaction that was still running at the last sequencing: whatever it and later ones write
    is still to come, whatever is older has its place. Its row is the sequencer's lock.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(_("长度"), default=0)
    seen_xid = models.BigIntegerField(_("已处理事务"), default=0)

    class Meta:
        verbose_name = _("公开日志头")
        verbose_name_plural = _("公开日志头")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="loghead_is_one_row")]

    def __str__(self) -> str:
        return str(self.size)


class LogLeaf(models.Model):
    """The place of one public record in the log: from 0 without gap, given once by the sequencer. Append-only."""

    index = models.BigIntegerField(_("序号"), primary_key=True)
    record = models.OneToOneField(
        "core.PublicRecord", verbose_name=_("公开记录"), on_delete=models.PROTECT, related_name="leaf"
    )
    sequenced_at = models.DateTimeField(_("排序时间"))

    class Meta:
        verbose_name = _("公开日志项")
        verbose_name_plural = _("公开日志项")
        constraints = [models.CheckConstraint(condition=models.Q(index__gte=0), name="logleaf_index_not_negative")]

    def __str__(self) -> str:
        return str(self.index)
