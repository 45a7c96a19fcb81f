"""Lines of statements, what was decided of each, and the batches they went into."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from reconciliation.choices import Direction, LineKind, LineOutcome
from reconciliation.models.account import MONEY


def as_written(text: str) -> str:
    """The text of a line as it is looked up: nothing about it is written in two ways."""
    return text


class StatementLine(SealedModel):
    """One line of a statement; reached only through its statement. Yuan; what it says stands for ever (trigger).

    `seq` counts in the order of time, `row_number` is the row of the file. `details` is P3: a JSON object of payer name
    and account, remark, reference and all that tells the line from others; its digests hold that no account has one
    line twice, whatever files it came in (equal lines of one file have an ordinal). `payer_shown` is the masked name.
    `gift`, `entry` and `batch` are unique: none of them answers for two lines. A whole batch answers for what was paid
    in as one sum: the cash of a counter, or what a platform settled.
    """

    statement = models.ForeignKey(
        "reconciliation.Statement",
        verbose_name=_("流水"),
        on_delete=models.PROTECT,
        related_name="lines",
        db_index=False,
    )
    account = models.ForeignKey(
        "reconciliation.DepositAccount",
        verbose_name=_("存款账户"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    seq = models.IntegerField(_("序号"))
    row_number = models.IntegerField(_("文件行号"))
    occurred_on = models.DateField(_("日期"))
    direction = models.CharField(_("收支"), max_length=4, choices=Direction)
    amount = models.DecimalField(_("金额"), **MONEY)
    fee_amount = models.DecimalField(_("其中手续费"), **MONEY, default=Decimal(0))
    balance_after = models.DecimalField(_("余额"), **MONEY, null=True)
    proposed_kind = models.CharField(_("识别为"), max_length=12, choices=LineKind)
    kind = models.CharField(_("类别"), max_length=12, choices=LineKind, blank=True)
    outcome = models.CharField(_("处理结果"), max_length=8, choices=LineOutcome, default=LineOutcome.OPEN)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    gift = models.OneToOneField(
        "donations.Donation", verbose_name=_("对应捐赠"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    entry = models.OneToOneField(
        "ledger.Entry", verbose_name=_("对应记账单"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    batch = models.ForeignKey(
        "donations.Batch",
        verbose_name=_("对应批次"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    details = SealedTextField(_("对方和附言"), logical="reconciliation.line.details", lookup=as_written)
    details_digest = LookupDigestField(db_index=False)
    details_digest_next = LookupDigestField(db_index=False)
    payer_shown = models.CharField(_("对方（掩码）"), max_length=200, blank=True)
    payer_tail = models.CharField(_("对方账号尾号"), max_length=4, blank=True)

    class Meta:
        verbose_name = _("流水明细")
        verbose_name_plural = _("流水明细")
        constraints = [
            *unique_lookup("details", "account", name="statementline_once"),
            models.UniqueConstraint(fields=["statement", "seq"], name="statementline_seq_once"),
            models.UniqueConstraint(
                fields=["batch"], condition=Q(batch__isnull=False), name="statementline_batch_once"
            ),
            models.CheckConstraint(condition=Q(outcome__in=LineOutcome.values), name="statementline_outcome_known"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="statementline_direction_known"),
            models.CheckConstraint(condition=Q(kind="") | Q(kind__in=LineKind.values), name="statementline_kind_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="statementline_amount_positive"),
            models.CheckConstraint(
                condition=Q(
                    outcome=LineOutcome.GIFT,
                    gift__isnull=False,
                    entry__isnull=False,
                    batch=None,
                    direction=Direction.IN,
                )
                | Q(outcome=LineOutcome.BATCH, gift=None, entry=None, batch__isnull=False, direction=Direction.IN)
                | Q(outcome=LineOutcome.ENTRY, gift=None, entry__isnull=False, batch=None)
                | (Q(outcome=LineOutcome.OTHER, gift=None, entry=None, batch=None) & ~Q(reason="") & ~Q(kind=""))
                | Q(outcome__in=[LineOutcome.OPEN, LineOutcome.IN_BATCH], gift=None, entry=None, batch=None),
                name="statementline_outcome_fits",
            ),
        ]
        indexes = [
            models.Index(fields=["statement", "outcome", "seq"], name="statementline_by_outcome"),
            models.Index(fields=["account", "occurred_on"], name="statementline_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.seq}"

    @property
    def signed(self) -> Decimal:
        """What the line did to the balance, in yuan."""
        if self.direction == Direction.NONE:
            return Decimal("0.00")
        return self.amount if self.direction == Direction.IN else -self.amount


class LineEvent(models.Model):
    """What was decided of a line, by whom, when and why; a decision taken back is a row too. Append-only by trigger."""

    line = models.ForeignKey(StatementLine, verbose_name=_("明细"), on_delete=models.PROTECT, related_name="events")
    from_outcome = models.CharField(_("原结果"), max_length=8)
    to_outcome = models.CharField(_("新结果"), max_length=8, choices=LineOutcome)
    kind = models.CharField(_("类别"), max_length=12, blank=True)
    target = models.CharField(_("对应"), max_length=60, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("明细处理记录")
        verbose_name_plural = _("明细处理记录")

    def __str__(self) -> str:
        return f"{self.line_id} {self.from_outcome} → {self.to_outcome}"


class LineGift(models.Model):
    """A line that went into a batch of gifts as one of its rows; once the batch is posted, the gift settles it."""

    line = models.ForeignKey(StatementLine, verbose_name=_("明细"), on_delete=models.PROTECT, related_name="batches")
    batch = models.ForeignKey(
        "donations.Batch", verbose_name=_("批次"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    row_number = models.IntegerField(_("行号"))
    is_active = models.BooleanField(_("有效"), default=True)

    class Meta:
        verbose_name = _("明细入批")
        verbose_name_plural = _("明细入批")
        constraints = [
            models.UniqueConstraint(fields=["batch", "row_number"], name="linegift_row_once"),
            models.UniqueConstraint(fields=["line"], condition=Q(is_active=True), name="linegift_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} → {self.batch_id}/{self.row_number}"
