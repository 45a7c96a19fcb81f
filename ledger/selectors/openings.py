"""Opening balances as they stand: what was approved, less what was reversed."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q, Sum

from core.money import ZERO_YUAN, yuan
from ledger.choices import EntryKind, OpeningStatus
from ledger.models import CNY, Entry, Movement, OpeningBatch
from organizations.models import Branch, rows_of


def openings_total(branch: Branch | None) -> Decimal:
    """The opening balances in yuan of a branch with all below, or of all; two queries, three for a town.

    Reads the lines of the files and the few entries that reverse anything, never the movements of gifts.
    """
    inside = Q() if branch is None else rows_of(branch, with_below=True)
    batches = OpeningBatch.objects.unscoped("public sums").filter(inside, status=OpeningStatus.POSTED)
    opened = batches.filter(lines__unit__code=CNY).aggregate(total=Sum("lines__quantity"))["total"]
    reversals = Entry.objects.unscoped("public sums").filter(
        inside, reverses__isnull=False, reverses__kind=EntryKind.OPENING
    )
    undone = Movement.objects.filter(entry__in=reversals.order_by(), unit__code=CNY).aggregate(total=Sum("quantity"))
    return yuan(opened or ZERO_YUAN) - yuan(undone["total"] or ZERO_YUAN)


def openings_posted() -> Decimal:
    """The same of all branches as the books say, also what no file brought; reads all entries, for checks (1 query)."""
    found = Movement.objects.filter(unit__code=CNY).aggregate(
        opened=Sum("quantity", filter=Q(entry__kind=EntryKind.OPENING)),
        undone=Sum("quantity", filter=Q(entry__reverses__kind=EntryKind.OPENING)),
    )
    return yuan(found["opened"] or ZERO_YUAN) - yuan(found["undone"] or ZERO_YUAN)
