"""Opening balances as staged: a file of lines that a second person approves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.choices import OpeningStatus
from organizations.models import BranchLineage, BranchRowsQuerySet


class OpeningBatch(BranchLineage):
    """A file of opening balances (期初余额) of one branch; its lines are posted as one group once approved.

    `sha256` is that of the file's bytes. The approver is another person than the maker (CHECK).
    """

    file_name = models.CharField(_("文件名"), max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    status = models.CharField(_("状态"), max_length=12, choices=OpeningStatus, default=OpeningStatus.DRAFT)
    line_count = models.IntegerField(_("行数"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("制单人"), on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("建立时间"))
    group = models.OneToOneField(
        "ledger.PostingGroup", verbose_name=_("记账批"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("期初余额批次")
        verbose_name_plural = _("期初余额批次")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OpeningStatus.values), name="openingbatch_status_known"),
            models.CheckConstraint(condition=Q(line_count__gt=0), name="openingbatch_has_lines"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
                name="openingbatch_maker_is_not_approver",
            ),
            models.CheckConstraint(
                condition=Q(status=OpeningStatus.POSTED, approved_by__isnull=False, group__isnull=False)
                | (~Q(status=OpeningStatus.POSTED) & Q(group=None)),
                name="openingbatch_posted_has_its_group",
            ),
            models.UniqueConstraint(
                fields=["branch", "sha256"],
                condition=~Q(status=OpeningStatus.DROPPED),
                name="openingbatch_same_file_once",
            ),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="openingbatch_by_branch")]

    def __str__(self) -> str:
        return f"{self.file_name} {self.status}"


class OpeningLine(models.Model):
    """One balance of a file: what a fund held of one unit (in one warehouse, for goods) at the end of a day."""

    batch = models.ForeignKey(
        OpeningBatch, verbose_name=_("批次"), on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    row_number = models.IntegerField(_("行号"))
    fund = models.ForeignKey(
        "ledger.Fund", verbose_name=_("资金池"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "ledger.Unit", verbose_name=_("计量对象"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    site = models.ForeignKey(
        "organizations.Site",
        verbose_name=_("仓库"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    quantity = models.DecimalField(_("数量"), max_digits=18, decimal_places=3)
    dated_on = models.DateField(_("截至日期"))
    document = models.CharField(_("依据"), max_length=120)

    class Meta:
        verbose_name = _("期初余额行")
        verbose_name_plural = _("期初余额行")
        constraints = [
            models.UniqueConstraint(fields=["batch", "row_number"], name="openingline_row_once"),
            models.UniqueConstraint(
                fields=["batch", "fund", "unit", "site"], name="openingline_account_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="openingline_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.row_number}"


class OpeningEvent(models.Model):
    """Who moved a batch of opening balances from which state to which, when and why. Append-only by trigger."""

    batch = models.ForeignKey(OpeningBatch, verbose_name=_("批次"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, choices=OpeningStatus, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=OpeningStatus)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("期初余额状态记录")
        verbose_name_plural = _("期初余额状态记录")

    def __str__(self) -> str:
        return f"{self.batch_id} {self.from_status} → {self.to_status}"
