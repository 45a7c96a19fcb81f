"""Lists of transfers for the desk, and what waits for a person."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from core.clock import today
from core.money import ZERO_YUAN
from organizations.choices import Right
from spending.choices import EDITABLE_TRANSFER, ENDED_TRANSFER, IN_TRANSIT, TransferStatus
from spending.models import Transfer, TransferEvent

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
# The lists of the desk, by the name in the address.
TRANSFER_TABS: dict[str, Any] = {
    "all": _("全部"),
    "drafts": _("草稿和退回"),
    "approve": _("待我审核"),
    "receive": _("待本会签收"),
    "confirm": _("待我确认签收"),
    "transit": _("在途"),
    "overdue": _("逾期未到"),
    "ended": _("已办结"),
}
_ENDS = ("branch", "to_branch", "fund", "to_fund")


@dataclass(frozen=True)
class TransferCounts:
    """How many transfers lie in each list of a person; sums in yuan of what is under way and overdue."""

    by_tab: dict[str, int]
    in_transit: Decimal
    overdue: Decimal

    @property
    def waiting(self) -> int:
        """What waits for this person's own hand."""
        return sum(self.by_tab[name] for name in ("approve", "receive", "confirm"))


def transfer_counts(person: User, day: datetime.date | None = None) -> TransferCounts:
    """Count a person's lists; three queries (within a request that remembered the grants)."""
    day = day or today()
    under_way, late = Q(status__in=IN_TRANSIT), Q(status__in=IN_TRANSIT, expected_on__lt=day)
    seen = Transfer.objects.visible_to(person, Right.VIEW_SPENDING).aggregate(
        all=Count("pk"),
        drafts=Count("pk", filter=Q(status__in=EDITABLE_TRANSFER)),
        transit=Count("pk", filter=under_way),
        overdue=Count("pk", filter=late),
        ended=Count("pk", filter=Q(status__in=ENDED_TRANSFER)),
        transit_sum=Sum("amount", filter=under_way),
        overdue_sum=Sum("amount", filter=late),
    )
    received = Transfer.objects.visible_to(person, Right.RECEIVE_TRANSFERS).aggregate(
        receive=Count("pk", filter=Q(status=TransferStatus.SENT)),
        confirm=Count("pk", filter=Q(status=TransferStatus.COUNTED) & ~Q(counted_by=person.pk)),
    )
    sums = seen.pop("transit_sum") or ZERO_YUAN, seen.pop("overdue_sum") or ZERO_YUAN
    counts = {**seen, **received, "approve": _rows(person, "approve", day).count()}
    return TransferCounts({name: counts[name] for name in TRANSFER_TABS}, *sums)


def transfers_for(person: User, tab: str, *, before: int | None = None, limit: int = PAGE_SIZE) -> list[Transfer]:
    """A page of one list of a person, newest first, what is late first where it is late; one query.

    One more than `limit` is returned where there is a next page.
    """
    rows = _rows(person, tab, today()).select_related(*_ENDS)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: limit + 1])


def stream_transfers(person: User, tab: str) -> Iterator[Transfer]:
    """A whole list of a person, newest first, for a file; memory stays flat."""
    yield from _rows(person, tab, today()).select_related(*_ENDS).order_by("-pk").iterator(chunk_size=500)


def _rows(person: User, tab: str, day: datetime.date) -> QuerySet[Transfer]:
    """The transfers of one list; a name that is none gives all that the person sees."""
    transfers = Transfer.objects
    if tab == "approve":
        waiting = transfers.visible_to(person, Right.APPROVE_SPENDING).filter(status=TransferStatus.SUBMITTED)
        return waiting.exclude(maker_ids__contains=[person.pk])
    if tab == "receive":
        return transfers.visible_to(person, Right.RECEIVE_TRANSFERS).filter(status=TransferStatus.SENT)
    if tab == "confirm":
        counted = transfers.visible_to(person, Right.RECEIVE_TRANSFERS).filter(status=TransferStatus.COUNTED)
        return counted.exclude(counted_by=person.pk)
    seen = transfers.visible_to(person, Right.VIEW_SPENDING)
    if tab == "overdue":
        return seen.overdue(day)
    statuses = {"drafts": EDITABLE_TRANSFER, "transit": IN_TRANSIT, "ended": ENDED_TRANSFER}.get(tab)
    return seen.filter(status__in=statuses) if statuses else seen


def transfer_history(transfer: Transfer) -> list[TransferEvent]:
    """The steps of a transfer that the reader was let into, oldest first; one query."""
    return list(transfer.events.select_related("actor").order_by("pk"))
