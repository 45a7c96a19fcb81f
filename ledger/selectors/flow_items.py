"""Which line of receipts and use a movement belongs to, seen from the fund at one of its ends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ledger.choices import RECEIPT_ITEMS, EntryKind, FlowItem, WorldParty

_TRANSFERS = (EntryKind.TRANSFER_OUT, EntryKind.TRANSFER_IN, EntryKind.TRANSFER_BACK)


@dataclass(frozen=True)
class End:
    """A movement of money seen from one of its ends.

    `kind` is the entry's kind, for a reversal that of the entry it takes back. `party` is the outside at the other end,
    `relation` where the other end's branch stands ("own", "above", "below"), both empty where they do not apply.
    `taken_out`: a gift's own unspent part left, also where that is taken back.
    """

    is_inflow: bool
    kind: str
    is_reversal: bool
    party: str
    taken_out: bool
    relation: str


def flow_item(end: End) -> tuple[str, int]:
    """The line, and +1 or -1: what the quantity adds to it. Raises ValueError for a way that no line knows."""
    item = _refund(end) or (_reversed(end) if end.is_reversal else _plain(end))
    return item, effect_of(item) * (1 if end.is_inflow else -1)


def effect_of(item: str) -> int:
    """+1 for a line that adds to what is held, -1 for one that takes from it."""
    return 1 if item in RECEIPT_ITEMS else -1


def held_change(amounts: dict[str, Decimal]) -> Decimal:
    """What lines together add to what is held."""
    return sum((effect_of(item) * amount for item, amount in amounts.items()), Decimal(0))


def _refund(end: End) -> str:
    """A refund out of the gift's own part is less received; any other is an advance, a use. Back and forth alike."""
    if end.kind != EntryKind.REFUND:
        return ""
    return FlowItem.REFUNDED if end.taken_out else FlowItem.ADVANCED


def _reversed(end: End) -> str:
    # What comes back in was once an outflow, and the other way round.
    if not end.is_inflow:
        return FlowItem.GIFT_REVERSED if end.kind in (EntryKind.GIFT, EntryKind.GOODS_GIFT) else FlowItem.IN_REVERSED
    passed = end.kind in (*_TRANSFERS, EntryKind.CHANGE_OF_USE) and not end.party
    return FlowItem.PASSED_REVERSED if passed else FlowItem.USE_REVERSED


def _plain(end: End) -> str:
    if end.party:
        return _from_outside(end) if end.is_inflow else _to_outside(end)
    if end.kind == EntryKind.CHANGE_OF_USE:
        return FlowItem.CHANGED_IN if end.is_inflow else FlowItem.CHANGED_OUT
    if end.kind in _TRANSFERS and end.relation == "own":
        return FlowItem.SUCCEEDED_IN if end.is_inflow else FlowItem.SUCCEEDED_OUT
    if end.kind in _TRANSFERS and end.relation == "above":
        return FlowItem.FROM_ABOVE if end.is_inflow else FlowItem.TO_ABOVE
    if end.kind in _TRANSFERS and end.relation == "below":
        return FlowItem.FROM_BELOW if end.is_inflow else FlowItem.TO_BELOW
    raise ValueError(f"no line of receipts and use for {end}")


def _from_outside(end: End) -> str:
    if end.party == WorldParty.GIVERS:
        return FlowItem.GIFT
    if end.party == WorldParty.OPENING:
        return FlowItem.OPENING
    raise ValueError(f"no line of receipts and use for {end}")


def _to_outside(end: End) -> str:
    found = {
        WorldParty.SUPPLIERS: FlowItem.PURCHASE,
        WorldParty.BENEFICIARIES: FlowItem.AID_PEOPLE,
        WorldParty.BODIES: FlowItem.AID_UNITS,
        WorldParty.FEES: FlowItem.FEE,
        WorldParty.LOSSES: FlowItem.WRITTEN_OFF,
    }.get(WorldParty(end.party))
    if found is None:
        raise ValueError(f"no line of receipts and use for {end}")
    return found
