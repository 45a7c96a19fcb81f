"""What is known of gifts' fiscal receipts, and which gifts still wait for one."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet

from core.clock import SHANGHAI, today
from core.workdays import add_workdays
from donations.choices import ReceiptState
from donations.models import Correction, Donation, PaperPrint, Receipt
from organizations.choices import Right

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
# Older gifts were dealt with on paper before the portal knew receipts.
WITHIN_DAYS = 730


@dataclass(frozen=True)
class WaitingGift:
    """A gift without any receipt that stands, and the day by which it should have one (working days counted)."""

    gift: Donation
    due_on: datetime.date
    is_late: bool


@dataclass(frozen=True)
class WaitingPage:
    """A page of such gifts, the longest waiting first; `next` is the id to go on from, None on the last page."""

    rows: list[WaitingGift]
    next: int | None


def receipts_of(gift: Donation) -> list[Receipt]:
    """All receipts of a gift that the reader may see, the newest first; one query."""
    rows = Receipt.objects.unscoped("of a gift already in scope").filter(donation=gift)
    return list(rows.select_related("recorded_by", "cancelled_by").order_by("-pk"))


def papers_of(gift: Donation) -> dict[str, int]:
    """How often each paper of a gift was printed; one query."""
    found: dict[str, int] = {}
    rows = PaperPrint.objects.unscoped("of a gift already in scope").filter(donation=gift)
    for kind, copy_number in rows.values_list("kind", "copy_number"):
        found[kind] = max(found.get(kind, 0), copy_number)
    return found


def waiting_gifts(person: User, *, after: int = 0, limit: int = PAGE_SIZE) -> WaitingPage:
    """Gifts of the last two years in the person's branches without a receipt that stands; one query, by keyset.

    Due is the 10th working day after posting (setting RECEIPT_DUE_WORKDAYS); the law names no number of days.
    """
    found = list(_waiting(person).filter(pk__gt=after).order_by("pk")[: limit + 1])
    rows = [_with_due_day(gift) for gift in found[:limit]]
    return WaitingPage(rows, found[limit - 1].pk if len(found) > limit else None)


def reversed_with_receipt(person: User, limit: int = PAGE_SIZE) -> list[Receipt]:
    """Issued receipts of gifts that were reversed: they must be cancelled in the finance bureau's system; one query."""
    reversed_ = Correction.objects.unscoped("of receipts already in scope").filter(
        donation=OuterRef("donation"), is_current=True, taken_total=F("donation__amount")
    )
    rows: QuerySet[Receipt] = Receipt.objects.visible_to(person, Right.MANAGE_RECEIPTS)
    return list(
        rows.filter(Exists(reversed_), state=ReceiptState.ISSUED)
        .select_related("donation", "branch")
        .order_by("pk")[:limit]
    )


def receipt_states(gift_ids: Collection[int]) -> dict[int, str]:
    """The state of the receipt that stands of each of these gifts, by the gift's id; one query, none for no gifts."""
    if not gift_ids:
        return {}
    rows = Receipt.objects.unscoped("public: whether a receipt was issued, no number")
    return dict(
        rows.filter(donation_id__in=gift_ids).exclude(state=ReceiptState.CANCELLED).values_list("donation_id", "state")
    )


def gift_of_receipt(number: str, amount: Decimal, received_on: datetime.date) -> str:
    """The number of the gift whose issued receipt has this number, if sum and day are right too, else "".

    All must agree, so that a number alone tells nothing; a number under two codes with the same sum and day finds none.
    One query.
    """
    rows = Receipt.objects.unscoped("public look-up by number, sum and day").filter(
        number=number, state=ReceiptState.ISSUED, amount=amount, donation__received_on=received_on
    )
    found = list(rows.values_list("donation__number", flat=True)[:2])
    return found[0] if len(found) == 1 else ""


def _waiting(person: User) -> QuerySet[Donation]:
    since = today() - datetime.timedelta(days=WITHIN_DAYS)
    gifts: QuerySet[Donation] = Donation.objects.visible_to(person, Right.MANAGE_RECEIPTS)
    standing = Receipt.objects.unscoped("of gifts already in scope").filter(donation=OuterRef("pk"))
    reversed_ = Correction.objects.unscoped("of gifts already in scope").filter(
        donation=OuterRef("pk"), is_current=True, taken_total=F("donation__amount")
    )
    return (
        gifts.filter(received_on__gte=since)
        .exclude(Exists(standing.exclude(state=ReceiptState.CANCELLED)))
        .exclude(Exists(reversed_))
        .select_related("branch", "fund")
        .defer("donor_name", "remark")
    )


def _with_due_day(gift: Donation) -> WaitingGift:
    due = add_workdays(gift.posted_at.astimezone(SHANGHAI).date(), settings.RECEIPT_DUE_WORKDAYS).on
    return WaitingGift(gift, due, due < today())
