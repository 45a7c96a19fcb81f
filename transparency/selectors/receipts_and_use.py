"""Receipts and use in a stretch of the log: the ledger's figures, and each movement that is no gift as a row."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from donations.selectors.public.entries import change_notes, correction_notes, gift_numbers
from donations.selectors.reporting import change_numbers, taken_back_numbers
from ledger.choices import EntryKind, FlowItem, WorldParty
from ledger.selectors.windows import MovedMoney, WindowFigures, moved_money, under_way, window_figures
from organizations.models import Branch
from spending.selectors.public import (
    PublicPayment,
    PublicTransfer,
    payment_numbers,
    payments_by_entry,
    reversal_notes,
    transfers_by_entry,
)

# The entries that have their place before the end of a window: each once, as a gift or as an entry.
PLACED = """
    SELECT p.object_id AS entry_id, l.index AS place
      FROM transparency_logleaf l
      JOIN core_publicrecord p ON p.id = l.record_id
     WHERE l.index < %(log_to)s AND p.kind IN ('gift', 'entry')
"""


def receipts_and_use(
    branch: Branch, *, with_below: bool, log_from: int, log_to: int, funds: Collection[int] | None = None
) -> WindowFigures:
    """The figures of the records in `[log_from, log_to)`, of a branch or of some funds, in yuan (`window_figures`)."""
    return window_figures(
        branch, with_below=with_below, placed=PLACED, values={"log_to": log_to}, first=log_from, inside_of=funds
    )


class UseRow(NamedTuple):
    """A movement of money with what the lines of work say of it in public. Nobody is named but organisations."""

    moved: MovedMoney
    number: str
    label: str
    purpose: str
    area: str
    party: str
    helped: str
    helped_shown: int | None
    state: str
    note: str


def use_rows(
    entry_ids: list[int], branch: Branch, *, with_below: bool, log_to: int, funds: Collection[int] | None = None
) -> Iterator[UseRow]:
    """The movements of these entries that touch a branch, or funds, in their order; eleven queries in all."""
    moved = moved_money(entry_ids, branch, with_below=with_below, inside_of=funds)
    if not moved:
        return
    known = _known(moved, log_to)
    for one in moved:
        yield _row(one, known)


class _Known(NamedTuple):
    payments: dict[str, PublicPayment]
    transfers: dict[int, PublicTransfer]
    numbers: dict[int, str]
    notes: dict[int, str]
    on_the_way: dict[int, Decimal]


def _known(moved: list[MovedMoney], log_to: int) -> _Known:
    own = {one.entry_id for one in moved}
    named = own | {one.reverses_id for one in moved if one.reverses_id is not None}
    transit = {one.transit_id for one in moved if one.transit_id is not None}
    transfers = transfers_by_entry(named)
    return _Known(
        payments=payments_by_entry(own),
        transfers=transfers,
        numbers={
            **gift_numbers(named),
            **taken_back_numbers(named),
            **change_numbers(named),
            **{entry_id: transfer.number for entry_id, transfer in transfers.items()},
            **payment_numbers(named),
        },
        notes={**correction_notes(own), **change_notes(own), **reversal_notes(own)},
        on_the_way=under_way(transit, placed=PLACED, values={"log_to": log_to}),
    )


def _row(one: MovedMoney, known: _Known) -> UseRow:
    payment = known.payments.get(one.entry_number)
    origin = one.reverses_id if one.reverses_id is not None else one.entry_id
    return UseRow(
        moved=one,
        number=known.numbers.get(origin, one.entry_number),
        label=_label(one),
        purpose=payment.purpose_label if payment else "",
        area=(payment.area_name or "") if payment else "",
        party=payment.payee if payment else _party(one, known.transfers.get(origin)),
        helped=payment.helped_text if payment else "",
        helped_shown=payment.helped if payment else None,
        state=_state(one, known),
        note=known.notes.get(one.entry_id, ""),
    )


def _label(one: MovedMoney) -> str:
    if one.is_reversal:
        return _("冲销：%(kind)s") % {"kind": EntryKind(one.kind).label}
    if one.party == WorldParty.LOSSES and one.kind == EntryKind.TRANSFER_IN:
        return _("在途损失核销")
    if one.item in (FlowItem.PURCHASE, FlowItem.AID_PEOPLE, FlowItem.AID_UNITS, FlowItem.ADVANCED):
        return str(FlowItem(one.item).label)
    return str(EntryKind(one.kind).label)


def _party(one: MovedMoney, transfer: PublicTransfer | None) -> str:
    """Where it went, or came from: associations, a fund, or what kind of outside."""
    if transfer is not None:
        return _("%(source)s → %(destination)s") % {
            "source": transfer.branch_name,
            "destination": transfer.to_branch_name,
        }
    if one.party:
        return str(WorldParty(one.party).label)
    return one.destination_fund or ""


def _state(one: MovedMoney, known: _Known) -> str:
    """What became of a transfer by the end of the window."""
    if one.is_reversal:
        return _("更正")
    if one.transit_id is not None:
        return _("在途") if known.on_the_way.get(one.transit_id) else _("已办结")
    if one.party == WorldParty.LOSSES:
        return _("损失")
    if one.kind == EntryKind.TRANSFER_IN:
        return _("已签收")
    return _("已退回") if one.kind == EntryKind.TRANSFER_BACK else ""
