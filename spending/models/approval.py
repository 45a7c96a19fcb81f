"""Approvals of payments, and the bands of amounts that say how many are needed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from spending.choices import Seat


class ApprovalBand(models.Model):
    """What a branch asks from an amount (yuan) on, in place of `choices.DEFAULT_BANDS`; kept when replaced."""

    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+"
    )
    from_amount = models.DecimalField(_("金额起点"), max_digits=14, decimal_places=2)
    approvers = models.PositiveSmallIntegerField(_("须审核人数"))
    needs_leader = models.BooleanField(_("须负责人审批"))
    needs_decision = models.BooleanField(_("须集体决策依据"))
    payer_apart = models.BooleanField(_("付款人须另一人"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("设定人"), on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField(_("设定时间"))
    replaced_at = models.DateTimeField(_("被替换时间"), null=True)

    class Meta:
        verbose_name = _("审批权限")
        verbose_name_plural = _("审批权限")
        constraints = [
            models.CheckConstraint(
                condition=Q(from_amount__gte=0, approvers__gte=1, approvers__lte=5), name="approvalband_asks_somebody"
            ),
            models.UniqueConstraint(
                fields=["branch", "from_amount"], condition=Q(replaced_at=None), name="approvalband_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.from_amount}"


class Approval(models.Model):
    """One person's approval of a payment in one round, in one seat. Append-only by trigger."""

    payment = models.ForeignKey(
        "spending.Payment", verbose_name=_("支出单"), on_delete=models.PROTECT, related_name="approvals"
    )
    round = models.PositiveSmallIntegerField(_("提交次数"))
    seat = models.CharField(_("身份"), max_length=8, choices=Seat)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审批人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("支出审批")
        verbose_name_plural = _("支出审批")
        constraints = [
            models.CheckConstraint(condition=Q(seat__in=Seat.values), name="approval_seat_known"),
            models.UniqueConstraint(fields=["payment", "round", "person"], name="approval_once_a_person"),
            models.UniqueConstraint(
                fields=["payment", "round"], condition=Q(seat=Seat.LEADER), name="approval_one_leader"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.seat}"
