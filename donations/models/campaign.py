"""Public appeals with their filed plans."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from donations.choices import CampaignFileKind, CampaignStatus
from organizations.models import BranchLineage, BranchRowsQuerySet


class Campaign(BranchLineage):
    """A public appeal (募捐活动) with what 慈善法 Art. 24 asks of its plan; it rests on funds of its branch.

    `starts_on` and `ends_on` are both days of the period. `event_on` is the day of the emergency: no gift of an earlier
    day belongs to it. Nothing of the plan changes once it was submitted (trigger); `filing_number` may come later, once
    (慈善法 Art. 73: within ten days in an emergency). Everybody who wrote or submitted it stands in `maker_ids`, and
    whoever approves is none of them (CHECK in sql/campaign.sql). `responsible_name` is P2: public with `name_agreed`.
    """

    slug = models.SlugField(_("网址名"), max_length=60, unique=True, db_index=False)
    name = models.CharField(_("名称"), max_length=80)
    aim = models.TextField(_("募捐目的"), max_length=2000)
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("截止日期"))
    area = models.ForeignKey(
        "organizations.Division", verbose_name=_("募捐地域"), on_delete=models.PROTECT, related_name="+"
    )
    filed_elsewhere = models.CharField(_("异地备案"), max_length=120, blank=True)
    responsible_office = models.CharField(_("负责人职务"), max_length=80)
    responsible_name = models.CharField(_("负责人姓名"), max_length=60)
    name_agreed = models.BooleanField(_("负责人同意公开姓名"), default=False)
    office_address = models.CharField(_("办公地址"), max_length=200)
    contact = models.CharField(_("联系方式"), max_length=120)
    beneficiary = models.CharField(_("受益人"), max_length=200)
    use = models.CharField(_("款物用途"), max_length=200)
    cost_plan = models.CharField(_("募捐成本"), max_length=500)
    fee_rate = models.DecimalField(_("管理费率"), max_digits=5, decimal_places=4, default=0)
    rest_plan = models.CharField(_("剩余财产处理"), max_length=500)
    goal = models.DecimalField(_("募捐目标"), max_digits=14, decimal_places=2, null=True)
    filing_number = models.CharField(_("备案编号"), max_length=60, blank=True)
    filed_on = models.DateField(_("备案日期"), null=True)
    certificate_number = models.CharField(_("公开募捐资格证书号"), max_length=60)
    partners = models.JSONField(_("合作方"), default=list)
    platforms = models.JSONField(_("指定平台"), default=list)
    is_emergency = models.BooleanField(_("应急募捐"), default=False)
    event_name = models.CharField(_("突发事件"), max_length=80, blank=True)
    event_on = models.DateField(_("事件日期"), null=True)
    status = models.CharField(_("状态"), max_length=10, choices=CampaignStatus, default=CampaignStatus.DRAFT)
    maker_ids = ArrayField(models.BigIntegerField(), verbose_name=_("经手人编号"), default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("制单人"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("建立时间"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("开放时间"), null=True)
    closed_on = models.DateField(_("截止办理日期"), null=True)
    successor = models.ForeignKey(
        "ledger.Fund", verbose_name=_("后续资金池"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    rest_account = models.TextField(_("结项说明"), max_length=2000, blank=True)
    settlement_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("结项提出人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("结项审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(_("结项时间"), null=True)
    edit_count = models.PositiveIntegerField(_("修改次数"), default=0)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("募捐活动")
        verbose_name_plural = _("募捐活动")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CampaignStatus.values), name="campaign_status_known"),
            models.CheckConstraint(condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"), name="campaign_slug_plain"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(goal__isnull=True) | Q(goal__gt=0), name="campaign_goal_positive"),
            models.CheckConstraint(condition=Q(fee_rate__gte=0, fee_rate__lt=1), name="campaign_fee_rate_is_a_share"),
            models.CheckConstraint(
                condition=Q(is_emergency=False, event_name="", event_on=None)
                | (Q(is_emergency=True, event_on__isnull=False) & ~Q(event_name="")),
                name="campaign_emergency_names_its_event",
            ),
            models.CheckConstraint(
                condition=Q(filing_number="", filed_on=None) | (~Q(filing_number="") & Q(filed_on__isnull=False)),
                name="campaign_filed_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[CampaignStatus.DRAFT, CampaignStatus.SUBMITTED, CampaignStatus.CANCELLED])
                | Q(approved_by__isnull=False, opened_at__isnull=False),
                name="campaign_open_was_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[CampaignStatus.CLOSED, CampaignStatus.SETTLING, CampaignStatus.SETTLED])
                | Q(closed_on__isnull=False, successor__isnull=False),
                name="campaign_closed_names_its_successor",
            ),
            models.CheckConstraint(
                condition=~Q(status=CampaignStatus.SETTLED)
                | (
                    Q(settled_by__isnull=False, settled_at__isnull=False, settlement_by__isnull=False)
                    & ~Q(rest_account="")
                    & ~Q(settled_by=F("settlement_by"))
                ),
                name="campaign_settled_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-starts_on"], name="campaign_by_status"),
            models.Index(fields=["branch", "-id"], name="campaign_by_branch"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_responsible(self) -> str:
        """Who answers for it as everybody may read it: the office, and the name where its holder agreed."""
        return f"{self.responsible_office} {self.responsible_name}" if self.name_agreed else self.responsible_office

    def is_over(self, on: datetime.date) -> bool:
        """Whether its period has passed on a day."""
        return on > self.ends_on


class CampaignFund(models.Model):
    """A fund that a campaign rests on; a fund rests on one campaign at most."""

    campaign = models.ForeignKey(
        Campaign, verbose_name=_("募捐活动"), on_delete=models.PROTECT, related_name="campaign_funds"
    )
    fund = models.OneToOneField(
        "ledger.Fund", verbose_name=_("资金池"), on_delete=models.PROTECT, related_name="campaign_fund"
    )
    is_main = models.BooleanField(_("主资金池"), default=False)

    class Meta:
        verbose_name = _("活动资金池")
        verbose_name_plural = _("活动资金池")
        constraints = [
            models.UniqueConstraint(fields=["campaign"], condition=Q(is_main=True), name="campaignfund_one_main")
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.fund_id}"


class CampaignChannel(models.Model):
    """A way to give that a campaign's plan names, with its account; it stands with the plan (trigger)."""

    campaign = models.ForeignKey(
        Campaign, verbose_name=_("募捐活动"), on_delete=models.PROTECT, related_name="campaign_channels"
    )
    channel = models.ForeignKey(
        "donations.GivingChannel",
        verbose_name=_("捐赠方式"),
        on_delete=models.PROTECT,
        related_name="campaign_channels",
    )

    class Meta:
        verbose_name = _("活动捐赠方式")
        verbose_name_plural = _("活动捐赠方式")
        constraints = [models.UniqueConstraint(fields=["campaign", "channel"], name="campaignchannel_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.channel_id}"


class CampaignFile(models.Model):
    """A document of a campaign; a released one stays released. Append-only but for its release (trigger)."""

    campaign = models.ForeignKey(Campaign, verbose_name=_("募捐活动"), on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(_("类别"), max_length=12, choices=CampaignFileKind)
    title = models.CharField(_("标题"), max_length=120)
    file = models.ForeignKey("core.StoredFile", verbose_name=_("文件"), on_delete=models.PROTECT, related_name="+")
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("上传人"), on_delete=models.PROTECT, related_name="+"
    )
    kept_at = models.DateTimeField(_("上传时间"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("公开人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(_("公开时间"), null=True)

    class Meta:
        verbose_name = _("活动文件")
        verbose_name_plural = _("活动文件")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CampaignFileKind.values), name="campaignfile_kind_known"),
            models.CheckConstraint(
                condition=Q(released_by=None, released_at=None)
                | (Q(released_by__isnull=False, released_at__isnull=False) & ~Q(released_by=F("kept_by"))),
                name="campaignfile_released_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.title
