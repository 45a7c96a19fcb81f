"""Staged gifts: rows of a batch before anything is posted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from donations.choices import DonorKind, DuplicateDecision, NameChoice, Purpose, RowLevel


class StagedGift(models.Model):
    """One row of a batch, as read and as corrected; reached only through its batch.

    `problems` is a list of {field, code, message, level}; `proposals` holds what the rules propose (giver, via,
    earmark, donor_kind) and a person decides. `content_key` is a digest of giver, amount and date,
    `loose_key` of giver and amount, by which gifts that may be the same are found.
    """

    batch = models.ForeignKey(
        "donations.Batch", verbose_name=_("批次"), on_delete=models.PROTECT, related_name="rows", db_index=False
    )
    row_number = models.IntegerField(_("行号"))
    donor = models.CharField(_("捐赠人"), max_length=200, blank=True)
    donor_kind = models.CharField(_("捐赠人类别"), max_length=12, choices=DonorKind)
    display_name = models.CharField(_("公开名称"), max_length=200, blank=True)
    name_choice = models.CharField(_("公开方式"), max_length=12, choices=NameChoice, default=NameChoice.MASKED)
    received_on = models.DateField(_("捐赠日期"), null=True)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2, null=True)
    fund = models.ForeignKey(
        "ledger.Fund", verbose_name=_("资金池"), null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    purpose = models.CharField(_("意向"), max_length=24, choices=Purpose, default=Purpose.GENERAL)
    remark = models.CharField(_("备注"), max_length=500, blank=True)
    channel = models.CharField(_("渠道"), max_length=60, blank=True)
    reference = models.CharField(_("流水号"), max_length=80, blank=True)
    voucher = models.ForeignKey(
        "core.StoredFile", verbose_name=_("凭证"), null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    level = models.CharField(_("核对结果"), max_length=8, choices=RowLevel)
    problems = models.JSONField(_("问题"), default=list)
    proposals = models.JSONField(_("建议"), default=dict)
    original = models.JSONField(_("原始内容"), default=list)
    content_key = models.BinaryField(_("内容摘要"), max_length=16, null=True)
    loose_key = models.BinaryField(_("宽松摘要"), max_length=16, null=True)
    duplicate_of = models.CharField(_("疑似重复"), max_length=120, blank=True)
    duplicate_decision = models.CharField(_("重复处理"), max_length=8, choices=DuplicateDecision, blank=True)
    excluded_reason = models.CharField(_("排除理由"), max_length=200, blank=True)
    edited_by_id = models.BigIntegerField(_("修改人编号"), null=True)
    edit_count = models.PositiveIntegerField(_("修改次数"), default=0)
    # The one-time key of the counter's form: a double click or the back button adds nothing twice.
    entry_key = models.UUIDField(_("录入表单编号"), null=True, unique=True)

    class Meta:
        verbose_name = _("待入账捐赠")
        verbose_name_plural = _("待入账捐赠")
        constraints = [
            models.UniqueConstraint(fields=["batch", "row_number"], name="stagedgift_row_once"),
            models.CheckConstraint(condition=Q(level__in=RowLevel.values), name="stagedgift_level_known"),
            models.CheckConstraint(condition=Q(donor_kind__in=DonorKind.values), name="stagedgift_donor_kind_known"),
            models.CheckConstraint(condition=Q(name_choice__in=NameChoice.values), name="stagedgift_name_choice_known"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="stagedgift_purpose_known"),
            models.CheckConstraint(
                condition=Q(level=RowLevel.ERROR) | Q(amount__gt=0, received_on__isnull=False),
                name="stagedgift_sound_or_error",
            ),
        ]
        indexes = [models.Index(fields=["loose_key"], name="stagedgift_loose")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.row_number}"

    @property
    def is_excluded(self) -> bool:
        """Whether a person took the row out, by reason or as a duplicate."""
        return bool(self.excluded_reason) or self.duplicate_decision == DuplicateDecision.DROP
