"""What the desk's pages of funds show."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from ledger.models import Fund, Movement, OpeningBatch
from ledger.selectors.balances import FundBalance, fund_balances
from organizations.models import Branch

LATEST = 20


@dataclass(frozen=True)
class FundPage:
    """A fund, what it holds, and its latest movements (4 queries)."""

    balance: FundBalance
    latest: list[Movement]


def fund_page(fund: Fund) -> FundPage:
    """What the page of a fund shows; the latest movements first."""
    (balance,) = fund_balances([fund])
    latest = (
        Movement.objects.filter(Q(source__fund=fund) | Q(destination__fund=fund))
        .select_related("entry", "unit", "source__fund", "destination__fund")
        .order_by("-pk")[:LATEST]
    )
    return FundPage(balance=balance, latest=list(latest))


def openings_of(branches: QuerySet[Branch]) -> QuerySet[OpeningBatch]:
    """The batches of opening balances of these branches, newest first."""
    batches: QuerySet[OpeningBatch] = OpeningBatch.objects.unscoped("narrowed to the branches given")
    return batches.filter(branch__in=branches).select_related("branch", "made_by").order_by("-pk")
