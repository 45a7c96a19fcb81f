"""Accounts: what a branch holds, what is under way, and the outside."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.choices import AccountKind, WorldParty

# Positions on an account's axes: up to 10^18 units with three decimals.
POSITION: dict[str, Any] = {"max_digits": 24, "decimal_places": 3}


class Account(models.Model):
    """Where value lies: a holding `(branch, fund, unit, site)`, the transit account of one transfer, or the outside."""

    kind = models.CharField(_("类别"), max_length=8, choices=AccountKind)
    party = models.CharField(_("外部方"), max_length=16, choices=WorldParty, blank=True)
    unit = models.ForeignKey("ledger.Unit", verbose_name=_("计量对象"), on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), null=True, on_delete=models.PROTECT, related_name="accounts"
    )
    fund = models.ForeignKey(
        "ledger.Fund", verbose_name=_("资金池"), null=True, on_delete=models.PROTECT, related_name="accounts"
    )
    site = models.ForeignKey(
        "organizations.Site", verbose_name=_("仓库"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    transfer_key = models.CharField(_("拨付标识"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("账户")
        verbose_name_plural = _("账户")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind=AccountKind.WORLD,
                    party__in=WorldParty.values,
                    branch=None,
                    fund=None,
                    site=None,
                    transfer_key="",
                )
                | Q(kind=AccountKind.HOLDING, party="", branch__isnull=False, fund__isnull=False, transfer_key="")
                | (
                    Q(kind=AccountKind.TRANSIT, party="", branch__isnull=False, fund__isnull=False, site=None)
                    & ~Q(transfer_key="")
                ),
                name="account_kind_has_its_columns",
            ),
            models.UniqueConstraint(
                fields=["party", "unit"], condition=Q(kind=AccountKind.WORLD), name="account_world_once"
            ),
            models.UniqueConstraint(
                fields=["branch", "fund", "unit", "site"],
                condition=Q(kind=AccountKind.HOLDING),
                nulls_distinct=False,
                name="account_holding_once",
            ),
            models.UniqueConstraint(
                fields=["transfer_key", "unit", "fund"],
                condition=Q(kind=AccountKind.TRANSIT),
                name="account_transit_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.party or self.fund_id} {self.unit_id}"


class AccountBalance(models.Model):
    """The ends of an account's two axes; kept by a trigger on movements alone, its row is the account's lock.

    balance = inflow_tail - outflow_tail - removed_total, never negative (CHECK).
    """

    account = models.OneToOneField(
        Account, verbose_name=_("账户"), primary_key=True, on_delete=models.PROTECT, related_name="balance"
    )
    inflow_tail = models.DecimalField(_("流入轴末端"), **POSITION, default=0)
    outflow_tail = models.DecimalField(_("流出轴末端"), **POSITION, default=0)
    removed_total = models.DecimalField(_("抽出合计"), **POSITION, default=0)

    class Meta:
        verbose_name = _("账户余额")
        verbose_name_plural = _("账户余额")
        constraints = [
            models.CheckConstraint(
                condition=Q(inflow_tail__gte=F("outflow_tail") + F("removed_total")),
                name="accountbalance_never_negative",
            ),
            models.CheckConstraint(
                condition=Q(outflow_tail__gte=0, removed_total__gte=0), name="accountbalance_tails_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}"
