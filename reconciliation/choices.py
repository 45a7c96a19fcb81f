"""Literal tables of statements, their lines and the monthly sheets."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DepositKind(models.TextChoices):
    """Where a branch keeps money."""

    BANK = "bank", _("银行账户")
    ALIPAY = "alipay", _("支付宝账户")
    WECHAT = "wechat", _("微信支付账户")
    PLATFORM = "platform", _("其他平台账户")


class StatementStatus(models.TextChoices):
    """States of a statement; from OPEN on its lines count."""

    READING = "reading", _("读取中")
    UNREADABLE = "unreadable", _("未能读取")
    DRAFT = "draft", _("待核对余额")
    OPEN = "in_work", _("对账中")
    SETTLED = "settled", _("已办结")
    DROPPED = "dropped", _("已作废")


# The one table of moves; services/moving.py has the one mover.
STATEMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    StatementStatus.READING: frozenset({StatementStatus.UNREADABLE, StatementStatus.DRAFT, StatementStatus.OPEN}),
    StatementStatus.UNREADABLE: frozenset({StatementStatus.READING, StatementStatus.DROPPED}),
    StatementStatus.DRAFT: frozenset({StatementStatus.OPEN, StatementStatus.READING, StatementStatus.DROPPED}),
    StatementStatus.OPEN: frozenset({StatementStatus.SETTLED, StatementStatus.DROPPED}),
    StatementStatus.SETTLED: frozenset({StatementStatus.OPEN}),
    StatementStatus.DROPPED: frozenset(),
}
# Statements whose lines count in balances and sheets.
COUNTING: tuple[str, ...] = (StatementStatus.OPEN, StatementStatus.SETTLED)


class BalanceSource(models.TextChoices):
    """Where opening and closing balance of a statement come from."""

    NONE = "", _("没有")
    FILE = "file", _("文件")
    TYPED = "typed", _("手工填写")


class Direction(models.TextChoices):
    """What a line did to the account's balance."""

    IN = "in", _("收")
    OUT = "out", _("支")
    NONE = "none", _("不影响余额")


class LineKind(models.TextChoices):
    """What a line is."""

    GIFT = "gift", _("捐赠")
    INTEREST = "interest", _("利息")
    FEE = "fee", _("手续费")
    OWN_TRANSFER = "own_transfer", _("本会账户互转")
    REFUND_IN = "refund_in", _("退回收款")
    REFUND_OUT = "refund_out", _("退还捐赠")
    PAYMENT = "payment", _("支出和拨付")
    TRANSFER_IN = "transfer_in", _("收到拨付")
    SETTLEMENT = "settlement", _("平台结算")
    REVERSAL = "reversal", _("银行冲正")
    NEUTRAL = "neutral", _("不计收支")
    OTHER = "other", _("其他")


# What a kind may be by what the line did. A line that did nothing to the balance is no gift and no payment.
KINDS_OF_DIRECTION: dict[str, tuple[str, ...]] = {
    Direction.IN: (
        LineKind.INTEREST,
        LineKind.OWN_TRANSFER,
        LineKind.REFUND_IN,
        LineKind.TRANSFER_IN,
        LineKind.SETTLEMENT,
        LineKind.REVERSAL,
        LineKind.OTHER,
    ),
    Direction.OUT: (
        LineKind.FEE,
        LineKind.OWN_TRANSFER,
        LineKind.REFUND_OUT,
        LineKind.PAYMENT,
        LineKind.REVERSAL,
        LineKind.OTHER,
    ),
    Direction.NONE: (LineKind.NEUTRAL, LineKind.OWN_TRANSFER, LineKind.REFUND_IN, LineKind.OTHER),
}
# What the words of a line settle well enough to be decided in one go, and the reason that is then recorded.
BULK_REASONS: dict[str, object] = {
    LineKind.INTEREST: _("按摘要识别为银行利息"),
    LineKind.FEE: _("按摘要识别为手续费"),
    LineKind.OWN_TRANSFER: _("按摘要和对方识别为本会账户之间的互转"),
    LineKind.NEUTRAL: _("平台标明不计收支，没有影响余额"),
    LineKind.SETTLEMENT: _("按摘要识别为平台结算"),
}


class LineOutcome(models.TextChoices):
    """What became of a line."""

    OPEN = "open", _("未处理")
    IN_BATCH = "in_batch", _("在捐赠批次中")
    GIFT = "gift", _("已对应捐赠")
    BATCH = "batch", _("已对应整批捐赠")
    ENTRY = "entry", _("已对应记账单")
    OTHER = "other", _("不是捐赠，已说明")


# A decision is taken back to OPEN, with a reason; never from one decision straight to another.
OUTCOME_TRANSITIONS: dict[str, frozenset[str]] = {
    LineOutcome.OPEN: frozenset(
        {LineOutcome.IN_BATCH, LineOutcome.GIFT, LineOutcome.BATCH, LineOutcome.ENTRY, LineOutcome.OTHER}
    ),
    LineOutcome.IN_BATCH: frozenset({LineOutcome.GIFT, LineOutcome.OPEN}),
    LineOutcome.GIFT: frozenset({LineOutcome.OPEN}),
    LineOutcome.BATCH: frozenset({LineOutcome.OPEN}),
    LineOutcome.ENTRY: frozenset({LineOutcome.OPEN}),
    LineOutcome.OTHER: frozenset({LineOutcome.OPEN}),
}
# What the books answer for.
ANSWERED: tuple[str, ...] = (LineOutcome.GIFT, LineOutcome.BATCH, LineOutcome.ENTRY)
UNDECIDED: tuple[str, ...] = (LineOutcome.OPEN, LineOutcome.IN_BATCH)


class SheetStatus(models.TextChoices):
    """States of a monthly reconciliation sheet; CONFIRMED figures are frozen."""

    SUBMITTED = "submitted", _("待确认")
    RETURNED = "returned", _("已退回")
    CONFIRMED = "approved", _("已确认")


SHEET_TRANSITIONS: dict[str, frozenset[str]] = {
    SheetStatus.SUBMITTED: frozenset({SheetStatus.CONFIRMED, SheetStatus.RETURNED}),
    SheetStatus.RETURNED: frozenset({SheetStatus.SUBMITTED}),
    SheetStatus.CONFIRMED: frozenset({SheetStatus.RETURNED}),
}

# The letter before the serial of a statement's number (docs/numbers.md).
STATEMENT_LETTER = "S"
# Days between a line and its gift or entry that still make a pair by amount.
NEAR_DAYS = 3
