"""Batches: gifts that come in and are decided together."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from donations.choices import EDITABLE_BATCH, BatchKind, BatchStatus
from organizations.models import BranchLineage, BranchRowsQuerySet


class Batch(BranchLineage):
    """A file of gifts, or gifts typed at a counter, on their way through two persons' hands into the ledger.

    Everybody who made, changed or submitted it stands in `maker_ids`; the approver is none of them
    (CHECK batch_approver_is_no_maker in sql/donation.sql). One file
    lives once: its SHA-256 is unique among batches that were not cancelled.
    """

    number = models.CharField(_("批次号"), max_length=40, unique=True)
    kind = models.CharField(_("方式"), max_length=8, choices=BatchKind)
    status = models.CharField(_("状态"), max_length=12, choices=BatchStatus)
    file = models.ForeignKey(
        "core.StoredFile", verbose_name=_("文件"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    file_sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    layout_key = models.CharField(_("版式"), max_length=40, blank=True)
    fingerprint = models.CharField(_("表头指纹"), max_length=64, blank=True)
    format_hint = models.CharField(_("指定版式"), max_length=40, blank=True)
    mapping = models.JSONField(_("列对应"), default=dict)
    header = models.JSONField(_("表头"), default=list)
    unit_multiplier = models.DecimalField(_("金额单位倍数"), max_digits=8, decimal_places=0, default=1)
    fund = models.ForeignKey("ledger.Fund", verbose_name=_("资金池"), on_delete=models.PROTECT, related_name="+")
    default_on = models.DateField(_("默认日期"), null=True)
    declared_count = models.IntegerField(_("文件声明笔数"), null=True)
    declared_total = models.DecimalField(_("文件声明合计"), max_digits=16, decimal_places=2, null=True)
    found_count = models.IntegerField(_("读到笔数"), default=0)
    found_total = models.DecimalField(_("读到合计"), max_digits=16, decimal_places=2, default=0)
    maker_ids = ArrayField(models.BigIntegerField(), verbose_name=_("经手人编号"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("建立人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("建立时间"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("提交人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    posted_at = models.DateTimeField(_("入账时间"), null=True)
    group = models.OneToOneField(
        "ledger.PostingGroup", verbose_name=_("记账批"), null=True, on_delete=models.PROTECT, related_name="batch"
    )
    problems = models.JSONField(_("整份清单的问题"), default=list)
    error = models.CharField(_("读取错误"), max_length=500, blank=True)
    authority = models.CharField(_("代录依据"), max_length=200, blank=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("捐赠批次")
        verbose_name_plural = _("捐赠批次")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BatchStatus.values), name="batch_status_known"),
            models.CheckConstraint(condition=Q(kind__in=BatchKind.values), name="batch_kind_known"),
            models.CheckConstraint(
                condition=~Q(status=BatchStatus.POSTED)
                | Q(
                    approved_by__isnull=False, group__isnull=False, posted_at__isnull=False, submitted_by__isnull=False
                ),
                name="batch_posted_was_approved",
            ),
            models.UniqueConstraint(
                fields=["file_sha256"],
                condition=~Q(file_sha256="") & ~Q(status=BatchStatus.CANCELLED),
                name="batch_same_file_once",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="batch_by_branch"),
            models.Index(fields=["status", "-id"], name="batch_by_status"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_editable(self) -> bool:
        """Whether its rows may be changed now."""
        return self.status in EDITABLE_BATCH


class BatchEvent(models.Model):
    """One step of a batch: who moved it from where to where, when and why. Append-only by trigger."""

    batch = models.ForeignKey(Batch, verbose_name=_("批次"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=BatchStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("批次经过")
        verbose_name_plural = _("批次经过")

    def __str__(self) -> str:
        return f"{self.batch_id} {self.from_status} → {self.to_status}"
