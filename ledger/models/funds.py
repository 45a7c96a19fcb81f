"""Funds: the pools a branch keeps apart."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class Fund(models.Model):
    """A pool of a branch, unrestricted or restricted by purpose, area, beneficiary or project.

    `fee_rate` (0-1) is the management fee that the agreement allows, 0 unless agreed. A closed fund takes no inflow and
    names its successor for late gifts, interest and returns.
    """

    code = models.CharField(_("编码"), max_length=40, unique=True)
    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="funds"
    )
    name = models.CharField(_("名称"), max_length=80)
    is_restricted = models.BooleanField(_("定向"), default=False)
    purpose = models.CharField(_("限定用途"), max_length=200, blank=True)
    area = models.ForeignKey(
        "organizations.Division", verbose_name=_("限定地区"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    beneficiary = models.CharField(_("限定受益人群"), max_length=200, blank=True)
    project = models.CharField(_("限定项目"), max_length=200, blank=True)
    fee_rate = models.DecimalField(_("管理费率"), max_digits=5, decimal_places=4, default=Decimal("0"))
    opened_on = models.DateField(_("设立日期"))
    closed_on = models.DateField(_("关闭日期"), null=True)
    successor = models.ForeignKey(
        "self", verbose_name=_("后续资金池"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    is_default = models.BooleanField(_("默认资金池"), default=False)

    class Meta:
        verbose_name = _("资金池")
        verbose_name_plural = _("资金池")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(fee_rate__gte=0, fee_rate__lt=1), name="fund_fee_rate_is_a_share"
            ),
            models.CheckConstraint(
                condition=models.Q(is_restricted=False, purpose="", area=None, beneficiary="", project="")
                | (
                    models.Q(is_restricted=True)
                    & (
                        ~models.Q(purpose="")
                        | models.Q(area__isnull=False)
                        | ~models.Q(beneficiary="")
                        | ~models.Q(project="")
                    )
                ),
                name="fund_restricted_names_its_restriction",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True) | models.Q(successor__isnull=False),
                name="fund_closed_names_its_successor",
            ),
            models.CheckConstraint(condition=~models.Q(successor=models.F("id")), name="fund_successor_is_another"),
            models.UniqueConstraint(fields=["branch", "name"], name="fund_name_once_per_branch"),
            models.UniqueConstraint(
                fields=["branch"], condition=models.Q(is_default=True), name="fund_one_default_per_branch"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether the fund still takes inflows."""
        return self.closed_on is None
