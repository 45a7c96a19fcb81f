"""Payments (支出): money that leaves a fund for its use."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import SealedModel, SealedTextField
from organizations.models import BranchLineage, BranchRowsQuerySet
from spending.choices import (
    EDITABLE_PAYMENT,
    PUBLIC_PAYMENT,
    PayeeKind,
    PaymentKind,
    PaymentStatus,
    SpendingPurpose,
)

MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class PaymentQuerySet(BranchRowsQuerySet):
    """Payments, for a person or for everybody."""

    def for_public_display(self) -> Self:
        """What was paid, reversed payments too: they stay, with their note."""
        return self.filter(status__in=PUBLIC_PAYMENT)._mark("public")


class Payment(SealedModel, BranchLineage):
    """Money (yuan) paid out of a fund: a purchase, aid to people or a unit, a fee.

    `maker_ids` has everybody who made, changed or submitted it; who approves or (where `payer_apart`) pays is none of
    them. `approvers_needed`, `needs_leader`, `payer_apart` are the band's demands at submission; `round` counts
    submissions, approvals count in their round. A natural person who is paid, and any account, lie sealed (P3).
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=PaymentStatus)
    kind = models.CharField(_("种类"), max_length=12, choices=PaymentKind)
    fund = models.ForeignKey("ledger.Fund", verbose_name=_("资金池"), on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("金额"), **MONEY)
    purpose = models.CharField(_("用途"), max_length=20, choices=SpendingPurpose)
    use = models.CharField(_("事由"), max_length=300)
    area = models.ForeignKey(
        "organizations.Division", verbose_name=_("使用地区"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    helped_count = models.PositiveIntegerField(_("受助人数"), default=0)
    payee_kind = models.CharField(_("收款方类别"), max_length=14, choices=PayeeKind)
    payee_name = models.CharField(_("收款单位"), max_length=120, blank=True)
    payee_person = SealedTextField(_("个人收款人"), logical="spending.payment.payee_person", null=True)
    payee_account = SealedTextField(_("收款账号"), logical="spending.payment.payee_account", null=True)
    decision = models.CharField(_("集体决策依据"), max_length=120, blank=True)
    authority = models.CharField(_("代录依据"), max_length=200, blank=True)
    maker_ids = ArrayField(models.BigIntegerField(), verbose_name=_("经手人编号"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("制单人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("制单时间"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("提交人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    round = models.PositiveSmallIntegerField(_("提交次数"), default=0)
    approvers_needed = models.PositiveSmallIntegerField(_("须审核人数"), default=0)
    needs_leader = models.BooleanField(_("须负责人审批"), default=False)
    payer_apart = models.BooleanField(_("付款人须另一人"), default=False)
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("付款人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    paid_on = models.DateField(_("付款日期"), null=True)
    paid_at = models.DateTimeField(_("入账时间"), null=True)
    bank_reference = models.CharField(_("银行流水号"), max_length=80, blank=True)
    entry = models.OneToOneField(
        "ledger.Entry", verbose_name=_("记账单"), null=True, on_delete=models.PROTECT, related_name="payment"
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("支出单")
        verbose_name_plural = _("支出单")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PaymentStatus.values), name="payment_status_known"),
            models.CheckConstraint(condition=Q(kind__in=PaymentKind.values), name="payment_kind_known"),
            models.CheckConstraint(condition=Q(purpose__in=SpendingPurpose.values), name="payment_purpose_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=(Q(payee_kind=PayeeKind.ORGANISATION, payee_person=None) & ~Q(payee_name=""))
                | Q(payee_kind=PayeeKind.PERSON, payee_name="")
                | Q(payee_kind=PayeeKind.LIST, payee_name="", payee_person=None),
                name="payment_payee_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "paid", "reversed"])
                | Q(submitted_by__isnull=False, approved_by__isnull=False, approved_at__isnull=False),
                name="payment_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["paid", "reversed"])
                | Q(paid_by__isnull=False, paid_on__isnull=False, paid_at__isnull=False, entry__isnull=False),
                name="payment_paid_has_entry",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="payment_by_branch"),
            models.Index(fields=["status", "-id"], name="payment_by_status"),
            models.Index(fields=["fund", "status"], name="payment_by_fund"),
            *(
                models.Index(
                    fields=[column, "-paid_on", "-id"],
                    name=f"payment_paid_by_{name}",
                    condition=Q(status__in=PUBLIC_PAYMENT),
                )
                for column, name in (
                    ("branch", "branch"),
                    ("province", "prov"),
                    ("city", "city"),
                    ("county", "county"),
                )
            ),
            models.Index(
                fields=["-paid_on", "-id"], name="payment_paid_in_order", condition=Q(status__in=PUBLIC_PAYMENT)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_editable(self) -> bool:
        """Whether it may be changed now."""
        return self.status in EDITABLE_PAYMENT

    @property
    def is_posted(self) -> bool:
        """Whether it stands in the books."""
        return self.status in PUBLIC_PAYMENT


class PaymentEvent(models.Model):
    """One step of a payment: who moved it from where to where, when and why. Append-only by trigger."""

    payment = models.ForeignKey(Payment, verbose_name=_("支出单"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=PaymentStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("支出经过")
        verbose_name_plural = _("支出经过")

    def __str__(self) -> str:
        return f"{self.payment_id} {self.from_status} → {self.to_status}"
