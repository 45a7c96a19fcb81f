"""Transfers as everybody may read them: numbers and both associations; and their sums across a border."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q, Sum

from core.money import ZERO_YUAN
from organizations.models import rows_of
from spending.choices import ENDED_TRANSFER, IN_TRANSIT, SEEN_BY_RECEIVER
from spending.models import Transfer
from spending.models.transfer import received_by

if TYPE_CHECKING:
    from organizations.models import Branch


class PublicTransfer(NamedTuple):
    """A transfer that has left: its number and whose money goes where."""

    number: str
    branch_name: str
    to_branch_name: str


def transfers_by_entry(entry_ids: Collection[int]) -> dict[int, PublicTransfer]:
    """The transfers that these entries sent, accepted or brought back; one query, none for no entries."""
    if not entry_ids:
        return {}
    wanted = list(entry_ids)
    rows = (
        Transfer.objects.unscoped("sent transfers are public: numbers and associations")
        .filter(Q(out_entry__in=wanted) | Q(in_entry__in=wanted) | Q(back_entry__in=wanted))
        .filter(status__in=SEEN_BY_RECEIVER)
        .values_list("out_entry_id", "in_entry_id", "back_entry_id", "number", "branch__name", "to_branch__name")
    )
    return {
        entry_id: PublicTransfer(*facts)
        for *entries, number, sender, receiver in rows
        for entry_id, facts in ((one, (number, sender, receiver)) for one in entries)
        if entry_id is not None
    }


class BorderTotals(NamedTuple):
    """What crossed the border of a branch with all below by transfers that stand, in yuan.

    `received` and `passed_on` were accepted; `lost` got lost on the way out of it; `in_transit` is under way and still
    belongs to it.
    """

    received: Decimal
    passed_on: Decimal
    lost: Decimal
    in_transit: Decimal


def border_totals(branch: Branch | None) -> BorderTotals:
    """The transfers across the border of a branch with all below; of all branches nothing crosses. One query.

    Two for a town. Reads transfers by the index of their sender's and receiver's lineage.
    """
    rows = Transfer.objects.unscoped("public sums").filter(status__in=SEEN_BY_RECEIVER)
    if branch is None:
        ours, theirs = Q(pk__isnull=False), Q(pk__isnull=True)
    else:
        ours, theirs = rows_of(branch, with_below=True), received_by(branch, with_below=True)
        rows = rows.filter(ours | theirs)
    ended = Q(status__in=ENDED_TRANSFER)
    crossing = Q(pk__isnull=True) if branch is None else Q(pk__isnull=False)
    found = rows.aggregate(
        received=Sum("accepted", filter=ended & crossing & theirs & ~ours),
        passed_on=Sum("accepted", filter=ended & crossing & ours & ~theirs),
        lost=Sum("lost", filter=ended & ours),
        in_transit=Sum("amount", filter=Q(status__in=IN_TRANSIT) & ours),
    )
    return BorderTotals(**{name: value or ZERO_YUAN for name, value in found.items()})
