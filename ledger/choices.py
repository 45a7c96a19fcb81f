"""Literal tables of the ledger."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    """What a unit counts."""

    MONEY = "money", _("资金")
    GOODS = "goods", _("物资")


class AccountKind(models.TextChoices):
    """Holdings and transit accounts have positions and a balance; world accounts, the outside, have none."""

    HOLDING = "holding", _("结存")
    TRANSIT = "transit", _("在途")
    WORLD = "world", _("外部")


class WorldParty(models.TextChoices):
    """Whom a world account stands for."""

    GIVERS = "givers", _("捐赠人")
    SUPPLIERS = "suppliers", _("供应方")
    BENEFICIARIES = "beneficiaries", _("受助方")
    BODIES = "bodies", _("其他单位")
    FEES = "fees", _("费用")
    LOSSES = "losses", _("损耗")
    OPENING = "opening", _("期初")


class EntryKind(models.TextChoices):
    """What an entry records; the value is stored and stands in public records, so it is never renamed."""

    OPENING = "opening", _("期初余额")
    GIFT = "gift", _("接受捐赠")
    GOODS_GIFT = "goods_gift", _("接受物资捐赠")
    TRANSFER_OUT = "transfer_out", _("拨付")
    TRANSFER_IN = "transfer_in", _("收到拨付")
    TRANSFER_BACK = "transfer_back", _("拨付退回")
    PURCHASE = "purchase", _("采购")
    AID = "aid", _("资助")
    HANDOUT = "handout", _("发放")
    FEE = "fee", _("管理费")
    REFUND = "refund", _("退还捐赠")
    CHANGE_OF_USE = "change_of_use", _("变更用途")
    WRITE_OFF = "write_off", _("核销")
    REVERSAL = "reversal", _("冲销")


class UseBasis(models.TextChoices):
    """By what right value may leave the use it was given for."""

    CONSENT = "consent", _("捐赠人书面同意")
    NOTICE = "notice", _("公示满六十日无异议")
    CLOSING = "closing", _("项目终止，按协议或章程处理")


class FlowItem(models.TextChoices):
    """A line of receipts and use; the value stands in published figures, so it is never renamed."""

    GIFT = "gift", _("捐赠收入")
    GIFT_REVERSED = "gift_reversed", _("减：冲销捐赠")
    REFUNDED = "refunded", _("减：退还捐赠")
    OPENING = "opening", _("期初建账")
    FROM_ABOVE = "from_above", _("收到上级拨付")
    FROM_BELOW = "from_below", _("收到下级拨付")
    CHANGED_IN = "changed_in", _("变更用途转入")
    SUCCEEDED_IN = "succeeded_in", _("接续资金转入")
    IN_REVERSED = "in_reversed", _("减：冲销其他收入")
    PURCHASE = "purchase", _("采购")
    AID_PEOPLE = "aid_people", _("资助个人")
    AID_UNITS = "aid_units", _("资助单位")
    FEE = "fee", _("管理费")
    ADVANCED = "advanced", _("垫付退还捐赠")
    WRITTEN_OFF = "written_off", _("核销")
    USE_REVERSED = "use_reversed", _("减：冲销支出")
    TO_BELOW = "to_below", _("拨付下级")
    TO_ABOVE = "to_above", _("拨付上级")
    CHANGED_OUT = "changed_out", _("变更用途转出")
    SUCCEEDED_OUT = "succeeded_out", _("转入接续资金")
    PASSED_REVERSED = "passed_reversed", _("减：冲销拨付和转出")


# Which lines add to what is held, which are final use, and which pass it on to another fund.
RECEIPT_ITEMS: tuple[str, ...] = (
    FlowItem.GIFT, FlowItem.GIFT_REVERSED, FlowItem.REFUNDED, FlowItem.OPENING, FlowItem.FROM_ABOVE,
    FlowItem.FROM_BELOW, FlowItem.CHANGED_IN, FlowItem.SUCCEEDED_IN, FlowItem.IN_REVERSED,
)  # fmt: skip
USE_ITEMS: tuple[str, ...] = (
    FlowItem.PURCHASE, FlowItem.AID_PEOPLE, FlowItem.AID_UNITS, FlowItem.FEE, FlowItem.ADVANCED, FlowItem.WRITTEN_OFF,
    FlowItem.USE_REVERSED,
)  # fmt: skip
PASSED_ITEMS: tuple[str, ...] = (
    FlowItem.TO_BELOW, FlowItem.TO_ABOVE, FlowItem.CHANGED_OUT, FlowItem.SUCCEEDED_OUT, FlowItem.PASSED_REVERSED,
)  # fmt: skip


class TrailWay(models.TextChoices):
    """How a step of a trail came about."""

    ARRIVED = "arrived", _("收到")
    LEFT = "left", _("转出")
    TAKEN_OUT = "taken_out", _("抽出")
    CAME_BACK = "came_back", _("退回")
    BOUGHT = "bought", _("购得物资")
    RESTS = "rests", _("结存")


class TrailStage(models.TextChoices):
    """What a step of a trail means to a giver."""

    BOOKED = "booked", _("入账")
    SENT = "sent", _("拨付")
    ACCEPTED = "accepted", _("签收")
    MOVED = "moved", _("变更用途")
    USED = "used", _("使用")
    BOUGHT = "bought", _("购得物资")
    CAME_BACK = "came_back", _("退回")
    REFUNDED = "refunded", _("退还或冲销")


class OpeningStatus(models.TextChoices):
    """States of a file of opening balances."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回")
    POSTED = "posted", _("已入账")
    DROPPED = "dropped", _("已作废")


# The one table of moves of an opening batch; services/opening.py has the one mover.
OPENING_TRANSITIONS: dict[str, frozenset[str]] = {
    OpeningStatus.DRAFT: frozenset({OpeningStatus.SUBMITTED, OpeningStatus.DROPPED}),
    OpeningStatus.SUBMITTED: frozenset({OpeningStatus.RETURNED, OpeningStatus.POSTED}),
    OpeningStatus.RETURNED: frozenset({OpeningStatus.SUBMITTED, OpeningStatus.DROPPED}),
    OpeningStatus.POSTED: frozenset(),
    OpeningStatus.DROPPED: frozenset(),
}

# The letter before the serial of an entry's number (docs/numbers.md).
ENTRY_LETTER = "E"

# From where to where the movements of each kind may lead: ((account kind, party), (account kind, party)) pairs, the
# party only for world accounts. A movement outside this table is refused before it reaches the database.
_HOLDING = (AccountKind.HOLDING, "")
_TRANSIT = (AccountKind.TRANSIT, "")


def _world(party: str) -> tuple[str, str]:
    return (AccountKind.WORLD, party)


ALLOWED_WAYS: dict[str, frozenset[tuple[tuple[str, str], tuple[str, str]]]] = {
    EntryKind.OPENING: frozenset({(_world(WorldParty.OPENING), _HOLDING)}),
    EntryKind.GIFT: frozenset({(_world(WorldParty.GIVERS), _HOLDING)}),
    EntryKind.GOODS_GIFT: frozenset({(_world(WorldParty.GIVERS), _HOLDING)}),
    EntryKind.TRANSFER_OUT: frozenset({(_HOLDING, _TRANSIT)}),
    EntryKind.TRANSFER_IN: frozenset({(_TRANSIT, _HOLDING), (_TRANSIT, _world(WorldParty.LOSSES))}),
    EntryKind.TRANSFER_BACK: frozenset({(_TRANSIT, _HOLDING)}),
    EntryKind.PURCHASE: frozenset({(_HOLDING, _world(WorldParty.SUPPLIERS)), (_world(WorldParty.SUPPLIERS), _HOLDING)}),
    EntryKind.AID: frozenset({(_HOLDING, _world(WorldParty.BENEFICIARIES)), (_HOLDING, _world(WorldParty.BODIES))}),
    EntryKind.HANDOUT: frozenset({(_HOLDING, _world(WorldParty.BENEFICIARIES)), (_HOLDING, _world(WorldParty.BODIES))}),
    EntryKind.FEE: frozenset({(_HOLDING, _world(WorldParty.FEES))}),
    EntryKind.REFUND: frozenset({(_HOLDING, _world(WorldParty.GIVERS))}),
    EntryKind.CHANGE_OF_USE: frozenset({(_HOLDING, _HOLDING)}),
    EntryKind.WRITE_OFF: frozenset({(_HOLDING, _world(WorldParty.LOSSES))}),
}
