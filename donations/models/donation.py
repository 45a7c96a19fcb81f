"""Posted gifts."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from donations.choices import DonorKind, GiftKind, NameChoice, Purpose
from organizations.models import BranchLineage, BranchRowsQuerySet


class DonationQuerySet(BranchRowsQuerySet):
    """Chainable filters over gifts."""

    def for_public_display(self) -> Self:
        """The only door for public pages, API and open data: all gifts, by their displayed names only."""
        return self.defer("donor_name", "remark")._mark("public")


class Donation(BranchLineage):
    """A posted gift. All but the way its giver's name is shown is append-only by trigger.

    `donor_name` is P2 for a natural person and leaves the house only as `display_name`, which follows `name_choice`.
    `display_bigrams` serves the public search: it holds nothing that is not displayed.
    """

    number = models.CharField(_("捐赠编号"), max_length=40, db_collation="C")
    entry = models.OneToOneField(
        "ledger.Entry", verbose_name=_("记账单"), on_delete=models.PROTECT, related_name="donation"
    )
    batch = models.ForeignKey(
        "donations.Batch",
        verbose_name=_("批次"),
        on_delete=models.PROTECT,
        related_name="donations",
        db_index=False,
    )
    row_number = models.IntegerField(_("行号"))
    kind = models.CharField(_("类别"), max_length=8, choices=GiftKind, default=GiftKind.MONEY)
    received_on = models.DateField(_("捐赠日期"))
    posted_at = models.DateTimeField(_("入账时间"))
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    fund = models.ForeignKey(
        "ledger.Fund", verbose_name=_("资金池"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    purpose = models.CharField(_("意向"), max_length=24, choices=Purpose)
    donor_name = models.CharField(_("捐赠人"), max_length=200)
    donor_kind = models.CharField(_("捐赠人类别"), max_length=12, choices=DonorKind)
    name_choice = models.CharField(_("公开方式"), max_length=12, choices=NameChoice)
    display_name = models.CharField(_("公开名称"), max_length=200)
    display_bigrams = ArrayField(models.TextField(), verbose_name=_("公开名称检索"), default=list)
    remark = models.CharField(_("备注"), max_length=500, blank=True)
    channel = models.CharField(_("渠道"), max_length=60, blank=True)
    reference = models.CharField(_("流水号"), max_length=80, blank=True)
    voucher = models.ForeignKey(
        "core.StoredFile", verbose_name=_("凭证"), null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    content_key = models.BinaryField(_("内容摘要"), max_length=16)
    loose_key = models.BinaryField(_("宽松摘要"), max_length=16)
    is_recorded_for = models.BooleanField(_("代录"), default=False)

    objects = DonationQuerySet.as_manager()

    class Meta:
        verbose_name = _("捐赠")
        verbose_name_plural = _("捐赠")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="donation_amount_positive",
                violation_error_message=_("捐赠金额必须大于零。"),
            ),
            models.CheckConstraint(condition=Q(kind__in=GiftKind.values), name="donation_kind_known"),
            models.CheckConstraint(condition=Q(donor_kind__in=DonorKind.values), name="donation_donor_kind_known"),
            models.CheckConstraint(condition=Q(name_choice__in=NameChoice.values), name="donation_name_choice_known"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="donation_purpose_known"),
            # Constraints, not `unique=True`: that would add an index for LIKE, which a file of gifts pays for.
            models.UniqueConstraint(fields=["number"], name="donation_number_once"),
            models.UniqueConstraint(fields=["batch", "row_number"], name="donation_row_once"),
        ]
        indexes = [
            models.Index(fields=["-received_on", "-id"], name="donation_by_day"),
            models.Index(
                fields=["city", "-received_on", "-id"], name="donation_city_by_day", condition=Q(city__isnull=False)
            ),
            models.Index(
                fields=["county", "-received_on", "-id"],
                name="donation_county_by_day",
                condition=Q(county__isnull=False),
            ),
            models.Index(fields=["branch", "-received_on", "-id"], name="donation_branch_by_day"),
            models.Index(fields=["amount", "-received_on", "-id"], name="donation_by_amount"),
            models.Index(fields=["loose_key"], name="donation_loose"),
            GinIndex(fields=["display_bigrams"], name="donation_bigrams"),
        ]

    def __str__(self) -> str:
        return self.number


class DailyTotal(BranchLineage):
    """Count and sum (yuan) of gifts by branch, fund, purpose-free kind and day of receipt, reversals taken off.

    Kept in the transaction that posts or reverses, under the fund account's lock, so that totals of a list need no sum
    over a million rows; `donations.checks` compares it with the rows.
    """

    fund = models.ForeignKey(
        "ledger.Fund", verbose_name=_("资金池"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(_("类别"), max_length=8, choices=GiftKind)
    received_on = models.DateField(_("捐赠日期"))
    gift_count = models.IntegerField(_("笔数"))
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("每日合计")
        verbose_name_plural = _("每日合计")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "province", "city", "county", "fund", "kind", "received_on"],
                nulls_distinct=False,
                name="dailytotal_once",
            ),
            models.CheckConstraint(condition=Q(gift_count__gte=0, amount__gte=0), name="dailytotal_not_negative"),
        ]
        indexes = [
            models.Index(fields=["received_on"], name="dailytotal_by_day"),
            models.Index(
                fields=["city", "received_on"], include=["gift_count", "amount"], name="dailytotal_city_by_day"
            ),
            models.Index(
                fields=["county", "received_on"], include=["gift_count", "amount"], name="dailytotal_county_by_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.received_on}"
