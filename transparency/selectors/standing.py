"""What stands today: received, used and held, from totals and small tables; never a sum over gifts or movements."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.money import ZERO_YUAN
from donations.choices import GiftKind
from donations.selectors.public import GiftTotals, PublicGiftFilter, public_totals
from donations.selectors.reporting import advanced_total
from ledger.selectors.balances import money_held
from ledger.selectors.openings import openings_posted, openings_total
from organizations.models import Branch
from spending.selectors.public import (
    BorderTotals,
    PaymentTotals,
    PublicPaymentFilter,
    border_totals,
    payment_totals,
)


@dataclass(frozen=True)
class Standing:
    """Money of a branch with all below, or of all, in yuan; transfers inside do not count.

    What is held follows from the rows: openings + gifts + received from outside - used - passed on. It is what
    the ledger holds (`held_otherwise` names the difference where it is not).
    """

    gifts: GiftTotals
    openings: Decimal
    payments: PaymentTotals
    advanced: Decimal
    border: BorderTotals

    @property
    def used(self) -> Decimal:
        """Payments that stand, refunds advanced, losses on the way."""
        return self.payments.amount + self.advanced + self.border.lost

    @property
    def held(self) -> Decimal:
        """What is left, in hand and under way."""
        received = self.openings + self.gifts.amount + self.border.received
        return received - self.used - self.border.passed_on

    @property
    def in_transit(self) -> Decimal:
        """What of it is under way and not accepted yet."""
        return self.border.in_transit


def standing(branch: Branch | None = None) -> Standing:
    """The figures of a branch with all below, or of all; six queries, up to ten for a town.

    Gifts come from the daily totals; payments, transfers, corrections and lines of openings are read by their indexes.
    """
    gifts = public_totals(PublicGiftFilter(branch=branch, kind=GiftKind.MONEY))
    return Standing(
        gifts=gifts or GiftTotals(0, ZERO_YUAN),
        openings=openings_total(branch),
        payments=payment_totals(PublicPaymentFilter(branch=branch)),
        advanced=advanced_total(branch),
        border=border_totals(branch),
    )


def held_otherwise() -> list[dict[str, Any]]:
    """The difference between what the rows of all branches leave and what the ledger's accounts hold; none: it agrees.

    Eight queries, one over all entries; for the nightly verification. Openings are those of the books.
    """
    found = standing()
    made, held = found.held - found.openings + openings_posted(), money_held()
    return [] if made == held else [{"rows": str(made), "ledger": str(held), "difference": str(made - held)}]
