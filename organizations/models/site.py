"""Sites (阵地) of a branch: offices, counters, warehouses."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.choices import SiteKind


class Site(models.Model):
    """A place that a branch runs; a warehouse holds goods in the ledger."""

    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="sites"
    )
    kind = models.CharField(_("类别"), max_length=12, choices=SiteKind)
    name = models.CharField(_("名称"), max_length=80)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    valid_from = models.DateField(_("启用日期"))
    valid_to = models.DateField(_("停用日期"), null=True)

    class Meta:
        verbose_name = _("阵地")
        verbose_name_plural = _("阵地")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=SiteKind.values), name="site_kind_known"),
            models.UniqueConstraint(fields=["branch", "name"], name="site_name_once_per_branch"),
        ]

    def __str__(self) -> str:
        return self.name
