"""What an amount asks for in a branch, and what of a fund is not promised yet."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum

from core.money import ZERO_YUAN
from ledger.models import Fund
from organizations.models import Branch
from spending.choices import DEFAULT_BANDS, Band, PaymentStatus
from spending.models import ApprovalBand, Payment


def bands_of(branch: Branch) -> tuple[Band, ...]:
    """The bands that hold in a branch, lowest first: its own, else those of its kind; one query."""
    own = ApprovalBand.objects.filter(branch=branch, replaced_at=None).order_by("from_amount")
    found = tuple(
        Band(one.from_amount, one.approvers, one.needs_leader, one.needs_decision, one.payer_apart) for one in own
    )
    # Below the county nobody keeps accounts of their own; a grass-roots branch is held to the county's bands.
    return found or DEFAULT_BANDS.get(branch.kind, DEFAULT_BANDS["county"])


def band_for(branch: Branch, amount: Decimal) -> Band:
    """The band in which an amount lies; one query."""
    bands = bands_of(branch)
    return [band for band in bands if band.from_amount <= amount][-1] if bands[0].from_amount <= amount else bands[0]


def promised(fund: Fund) -> Decimal:
    """What approved payments that are not paid yet will take out of a fund, in yuan; one query."""
    rows = Payment.objects.unscoped("the sum of one fund").filter(fund=fund, status=PaymentStatus.APPROVED)
    total = rows.aggregate(total=Sum("amount"))["total"]
    return total or ZERO_YUAN
