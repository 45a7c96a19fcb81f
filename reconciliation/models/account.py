"""Where a branch keeps its money: bank accounts and accounts at payment platforms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from core.identifiers import normalise_account
from organizations.models import BranchLineage, BranchRowsQuerySet
from reconciliation.choices import DepositKind

MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class DepositAccount(SealedModel, BranchLineage):
    """An account of a branch at a bank or platform, in yuan. Its number is P3: sealed, the last four figures shown.

    `opening_balance` (yuan) is what it held at the beginning of `opened_on`, from which its statements go on; it may be
    negative for nobody's account of ours. Foreign currency has no account here: such gifts are recorded in yuan.
    """

    kind = models.CharField(_("类别"), max_length=10, choices=DepositKind)
    name = models.CharField(_("名称"), max_length=60)
    institution = models.CharField(_("开户行或平台"), max_length=80)
    account_number = SealedTextField(_("账号"), logical="reconciliation.account.number", lookup=normalise_account)
    account_number_digest = LookupDigestField(db_index=False)
    account_number_digest_next = LookupDigestField(db_index=False)
    tail = models.CharField(_("尾号"), max_length=4)
    currency = models.CharField(_("币种"), max_length=3, default="CNY")
    opened_on = models.DateField(_("起始日期"))
    opening_balance = models.DecimalField(_("起始余额"), **MONEY)
    closed_on = models.DateField(_("停用日期"), null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("建立人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("建立时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("存款账户")
        verbose_name_plural = _("存款账户")
        constraints = [
            *unique_lookup("account_number", name="deposit_number_once"),
            models.UniqueConstraint(fields=["branch", "name"], name="deposit_name_once"),
            models.CheckConstraint(condition=Q(kind__in=DepositKind.values), name="deposit_kind_known"),
            models.CheckConstraint(condition=Q(currency="CNY"), name="deposit_in_yuan"),
            models.CheckConstraint(condition=Q(opening_balance__gte=0), name="deposit_opening_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.tail}）" if self.tail else self.name
