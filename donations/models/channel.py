"""Ways to give: the accounts and addresses at which a branch takes gifts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from donations.choices import ChannelKind, TermsStatus
from organizations.models import BranchLineage, BranchRowsQuerySet


class GivingChannel(BranchLineage):
    """One way to give (捐赠方式) of a branch: written by one person, put in force by another.

    A forged account is the worst attack on such a page. So nothing but a draft changes (trigger), a new account is a
    new row that `replaces` the old, whoever wrote it does not approve it (CHECK in sql/campaign.sql), and what is in
    force has a public record in the log, whose digest the page shows.
    """

    kind = models.CharField(_("方式"), max_length=10, choices=ChannelKind)
    title = models.CharField(_("名称"), max_length=80)
    steps = models.TextField(_("办理说明"), max_length=1000, blank=True)
    payee = models.CharField(_("户名"), max_length=120, blank=True)
    account_number = models.CharField(_("账号"), max_length=40, blank=True)
    bank_name = models.CharField(_("开户行"), max_length=120, blank=True)
    swift = models.CharField("SWIFT", max_length=11, blank=True)
    currency = models.CharField(_("币种"), max_length=3, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    postcode = models.CharField(_("邮政编码"), max_length=6, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    url = models.URLField(_("网址"), max_length=300, blank=True)
    remark_hint = models.CharField(_("附言写法"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)
    status = models.CharField(_("状态"), max_length=10, choices=TermsStatus, default=TermsStatus.DRAFT)
    replaces = models.ForeignKey(
        "self", verbose_name=_("替换"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
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
    record_sha256 = models.CharField(_("公开记录摘要"), max_length=64, blank=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("捐赠方式")
        verbose_name_plural = _("捐赠方式")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=TermsStatus.values), name="givingchannel_status_known"),
            models.CheckConstraint(condition=Q(kind__in=ChannelKind.values), name="givingchannel_kind_known"),
            models.CheckConstraint(
                condition=~Q(status__in=[TermsStatus.IN_FORCE, TermsStatus.ENDED])
                | (Q(approved_by__isnull=False, in_force_at__isnull=False) & ~Q(record_sha256="")),
                name="givingchannel_in_force_was_approved",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[ChannelKind.BANK, ChannelKind.FOREIGN])
                | (~Q(payee="") & ~Q(account_number="") & ~Q(bank_name="")),
                name="givingchannel_account_complete",
            ),
            models.UniqueConstraint(
                fields=["branch", "account_number"],
                condition=Q(status=TermsStatus.IN_FORCE) & ~Q(account_number=""),
                name="givingchannel_account_once",
            ),
        ]
        indexes = [models.Index(fields=["branch", "status"], name="givingchannel_by_branch")]

    def __str__(self) -> str:
        return self.title
