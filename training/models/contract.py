"""Contracts of services (政府购买服务): what was bought, for how much, what was delivered and accepted."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from training.choices import ContractStatus, ContractUnit

MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class ServiceContract(BranchLineage):
    """A contract by which a public body buys training of a branch: `quantity` units for `price` (yuan) in all.

    `held_for` says whose people they are, where it does. Sessions and mass lessons name it. What was accepted is
    written down once, with the paper that says so.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=ContractStatus)
    buyer = models.CharField(_("购买单位"), max_length=120)
    held_for = models.ForeignKey(
        "training.Organisation",
        verbose_name=_("登记的学校或单位"),
        null=True,
        on_delete=models.PROTECT,
        related_name="contracts",
    )
    subject = models.CharField(_("服务内容"), max_length=200)
    document = models.CharField(_("合同文号"), max_length=80)
    price = models.DecimalField(_("合同金额"), **MONEY)
    quantity = models.PositiveIntegerField(_("约定数量"))
    unit = models.CharField(_("计量单位"), max_length=12, choices=ContractUnit)
    signed_on = models.DateField(_("签订日期"))
    starts_on = models.DateField(_("服务开始"))
    ends_on = models.DateField(_("服务结束"))
    accepted_quantity = models.PositiveIntegerField(_("验收数量"), null=True)
    accepted_on = models.DateField(_("验收日期"), null=True)
    acceptance = models.ForeignKey(
        "core.StoredFile", verbose_name=_("验收单"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason = models.CharField(_("终止原因"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("登记时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("购买服务合同")
        verbose_name_plural = _("购买服务合同")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ContractStatus.values), name="servicecontract_status_known"),
            models.CheckConstraint(condition=Q(unit__in=ContractUnit.values), name="servicecontract_unit_known"),
            models.CheckConstraint(condition=Q(price__gte=0, quantity__gt=0), name="servicecontract_sizes_sane"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="servicecontract_ends_after"),
            models.CheckConstraint(
                condition=~Q(status=ContractStatus.ACCEPTED)
                | Q(accepted_quantity__isnull=False, accepted_on__isnull=False, acceptance__isnull=False),
                name="servicecontract_accepted_with_its_paper",
            ),
            models.CheckConstraint(
                condition=~Q(status=ContractStatus.ENDED) | ~Q(end_reason=""), name="servicecontract_ended_says_why"
            ),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="servicecontract_by_branch")]

    def __str__(self) -> str:
        return self.number
