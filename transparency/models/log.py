"""The order of public records."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LogLeaf(models.Model):
    """The place of one public record in the log: indexes from 0 without gap, given once by the sequencer. Append-only."""

    index = models.BigIntegerField(_("序号"), primary_key=True)
    record = models.OneToOneField("core.PublicRecord", verbose_name=_("公开记录"), on_delete=models.PROTECT, related_name="leaf")
    sequenced_at = models.DateTimeField(_("排序时间"))

    class Meta:
        verbose_name = _("公开日志项")
        verbose_name_plural = _("公开日志项")
        constraints = [models.CheckConstraint(condition=models.Q(index__gte=0), name="logleaf_index_not_negative")]

    def __str__(self) -> str:
        return str(self.index)
