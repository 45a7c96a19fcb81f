"""Changes of use: what was given for one use goes to another, by the giver's word or after a public notice."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from donations.choices import NOTICE_DAYS, ChangeStatus
from ledger.choices import UseBasis
from organizations.models import BranchLineage, BranchRowsQuerySet


class ChangeOfUse(BranchLineage):
    """A change of use (变更用途) of `amount` yuan between two funds of a branch.

    By the giver's consent (`consent_file`, `consent_on`) or, where the giver cannot be reached, after a notice that has
    stood for 60 full days (`notice_on`: the day it was published) without an unanswered objection. `public_note` shows
    wherever the change shows. Only a draft changes (trigger); two people (CHECK in sql/campaign.sql).
    """

    number = models.CharField(_("变更编号"), max_length=40, unique=True, db_collation="C")
    source = models.ForeignKey(
        "ledger.Fund", verbose_name=_("原资金池"), on_delete=models.PROTECT, related_name="changes_out"
    )
    target = models.ForeignKey(
        "ledger.Fund", verbose_name=_("变更后的资金池"), on_delete=models.PROTECT, related_name="changes_in"
    )
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    basis = models.CharField(_("依据"), max_length=16, choices=UseBasis)
    reason = models.CharField(_("内部理由"), max_length=500)
    public_note = models.CharField(_("变更说明"), max_length=500)
    consent_file = models.ForeignKey(
        "core.StoredFile", verbose_name=_("同意书"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    consent_on = models.DateField(_("同意日期"), null=True)
    notice_on = models.DateField(_("公示开始日期"), null=True)
    status = models.CharField(_("状态"), max_length=10, choices=ChangeStatus, default=ChangeStatus.DRAFT)
    maker_ids = ArrayField(models.BigIntegerField(), verbose_name=_("经手人编号"), default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("制单人"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("建立时间"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    entry = models.OneToOneField(
        "ledger.Entry", verbose_name=_("记账单"), null=True, on_delete=models.PROTECT, related_name="change_of_use"
    )

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("变更用途")
        verbose_name_plural = _("变更用途")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ChangeStatus.values), name="changeofuse_status_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="changeofuse_amount_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="changeofuse_two_funds"),
            models.CheckConstraint(
                condition=Q(basis__in=[UseBasis.CONSENT, UseBasis.NOTICE]), name="changeofuse_basis_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=ChangeStatus.POSTED)
                | (
                    Q(approved_by__isnull=False, entry__isnull=False)
                    & (
                        Q(basis=UseBasis.CONSENT, consent_file__isnull=False, consent_on__isnull=False)
                        | Q(basis=UseBasis.NOTICE, notice_on__isnull=False)
                    )
                ),
                name="changeofuse_posted_on_its_basis",
            ),
            models.CheckConstraint(
                condition=~Q(status=ChangeStatus.NOTICE) | Q(notice_on__isnull=False),
                name="changeofuse_notice_has_its_day",
            ),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="changeofuse_by_branch")]

    def __str__(self) -> str:
        return self.number

    @property
    def notice_until(self) -> datetime.date | None:
        """The last of the 60 full days after the day of publication."""
        return None if self.notice_on is None else self.notice_on + datetime.timedelta(days=NOTICE_DAYS)


class Objection(models.Model):
    """An objection to a notice; its answer is public, who raised it is not. Its text may name people: desk only."""

    change = models.ForeignKey(
        ChangeOfUse, verbose_name=_("变更用途"), on_delete=models.PROTECT, related_name="objections"
    )
    received_on = models.DateField(_("收到日期"))
    text = models.CharField(_("异议内容"), max_length=500)
    answer = models.CharField(_("公开答复"), max_length=500, blank=True)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("答复人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True)

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="objection_answered_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.received_on}"
