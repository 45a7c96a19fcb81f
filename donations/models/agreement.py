"""Agreements with givers, and letters of large gifts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from donations.choices import DonorKind, NameChoice, TermsStatus
from organizations.models import BranchLineage, BranchRowsQuerySet


class Agreement(BranchLineage):
    """An agreement with a giver (捐赠协议; 慈善法 Art. 39): a fund is opened by it, with its purpose and fee rate.

    `amount` in yuan, what was promised; `fee_rate` 0-1, 0 unless agreed, public. `giver_name` is P2 for a natural
    person and leaves the house only as `display_name`. Only a draft changes (trigger); whoever wrote it does not put it
    in force (CHECK in sql/campaign.sql).
    """

    number = models.CharField(_("协议编号"), max_length=40, unique=True, db_collation="C")
    giver_name = models.CharField(_("捐赠人"), max_length=200)
    giver_kind = models.CharField(_("捐赠人类别"), max_length=12, choices=DonorKind)
    name_choice = models.CharField(_("公开方式"), max_length=12, choices=NameChoice, default=NameChoice.MASKED)
    display_name = models.CharField(_("公开名称"), max_length=200)
    title = models.CharField(_("项目名称"), max_length=80)
    amount = models.DecimalField(_("约定金额"), max_digits=14, decimal_places=2)
    fee_rate = models.DecimalField(_("管理费率"), max_digits=5, decimal_places=4, default=0)
    purpose = models.CharField(_("限定用途"), max_length=200)
    beneficiary = models.CharField(_("受益人"), max_length=200, blank=True)
    starts_on = models.DateField(_("生效日期"))
    ends_on = models.DateField(_("终止日期"), null=True)
    document = models.ForeignKey(
        "core.StoredFile", verbose_name=_("协议文本"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    fund = models.OneToOneField(
        "ledger.Fund", verbose_name=_("资金池"), null=True, on_delete=models.PROTECT, related_name="agreement"
    )
    status = models.CharField(_("状态"), max_length=10, choices=TermsStatus, default=TermsStatus.DRAFT)
    maker_ids = ArrayField(models.BigIntegerField(), verbose_name=_("经手人编号"), default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("制单人"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("建立时间"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    in_force_at = models.DateTimeField(_("启用时间"), null=True)
    ended_at = models.DateTimeField(_("停用时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("捐赠协议")
        verbose_name_plural = _("捐赠协议")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=TermsStatus.values), name="agreement_status_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="agreement_amount_positive"),
            models.CheckConstraint(condition=Q(fee_rate__gte=0, fee_rate__lt=1), name="agreement_fee_rate_is_a_share"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="agreement_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[TermsStatus.IN_FORCE, TermsStatus.ENDED])
                | Q(approved_by__isnull=False, in_force_at__isnull=False, fund__isnull=False, document__isnull=False),
                name="agreement_in_force_was_approved",
            ),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="agreement_by_branch")]

    def __str__(self) -> str:
        return self.number


class GiftLetter(models.Model):
    """The giver's letter (捐赠函) for a large gift, with its row of a batch (资金捐赠指南: from one million yuan)."""

    batch = models.ForeignKey(
        "donations.Batch", verbose_name=_("批次"), on_delete=models.PROTECT, related_name="letters"
    )
    row_number = models.IntegerField(_("行号"))
    file = models.ForeignKey("core.StoredFile", verbose_name=_("文件"), on_delete=models.PROTECT, related_name="+")
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("上传人"), on_delete=models.PROTECT, related_name="+"
    )
    kept_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("捐赠函")
        verbose_name_plural = _("捐赠函")
        constraints = [models.UniqueConstraint(fields=["batch", "row_number"], name="giftletter_once_per_row")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.row_number}"
