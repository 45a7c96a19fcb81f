"""Mappings of columns that were confirmed once and are remembered."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LayoutMapping(models.Model):
    """Which column of a layout means what, as confirmed for a branch; found again by the header's fingerprint."""

    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+"
    )
    fingerprint = models.CharField(_("表头指纹"), max_length=64)
    layout_key = models.CharField(_("版式"), max_length=40)
    mapping = models.JSONField(_("列对应"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("确认人"), on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("确认时间"))

    class Meta:
        verbose_name = _("版式对应")
        verbose_name_plural = _("版式对应")
        constraints = [models.UniqueConstraint(fields=["branch", "fingerprint"], name="layoutmapping_once")]

    def __str__(self) -> str:
        return self.layout_key
