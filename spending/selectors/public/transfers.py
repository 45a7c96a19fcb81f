"""Transfers as everybody may read them: numbers and both associations; and their sums across a border."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Q

from spending.choices import SEEN_BY_RECEIVER
from spending.models import Transfer


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
