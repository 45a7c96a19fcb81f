"""Facts about funds."""

from decimal import Decimal

from django.db.models import QuerySet, Sum

from ledger.choices import AccountKind, EntryKind, WorldParty
from ledger.models import CNY, Fund, Movement, Unit
from organizations.models import Branch

# A chain of funds that handed over to each other is short; a longer one is a circle.
_LONGEST_CHAIN = 50


def unit_of_money() -> Unit:
    """Return the yuan (1 query)."""
    return Unit.objects.get(code=CNY)


def funds_of(branch: Branch) -> QuerySet[Fund]:
    """The funds of a branch, open ones first, in the order of their codes."""
    return Fund.objects.filter(branch=branch).select_related("branch", "area", "successor").order_by("closed_on", "pk")


def default_fund(branch: Branch) -> Fund | None:
    """The fund that takes what names no other, or None where the branch has none yet (1 query)."""
    return Fund.objects.filter(branch=branch, is_default=True).first()


def succeeds(fund: Fund, *, closed: Fund) -> bool:
    """Whether a closed fund hands over to `fund`, directly or through funds that were closed after it."""
    current: Fund | None = closed
    for _step in range(_LONGEST_CHAIN):
        current = current.successor if current is not None and not current.is_open else None
        if current is None or current.pk == fund.pk:
            return current is not None
    return False


def open_successor(fund: Fund) -> Fund:
    """The fund itself while it is open, else the first open one that it hands over to."""
    current = fund
    for _step in range(_LONGEST_CHAIN):
        if current.is_open or current.successor is None:
            return current
        current = current.successor
    return current


def gifts_received(fund: Fund) -> Decimal:
    """What givers gave to a fund in yuan, reversals and refunds taken off (2 sums over the fund's movements)."""
    given = _total(destination__fund=fund, source__party=WorldParty.GIVERS)
    returned = _total(source__fund=fund, destination__party=WorldParty.GIVERS, reverses__isnull=False)
    return given - returned


def fees_taken(fund: Fund) -> Decimal:
    """What was taken from a fund as management fees in yuan, what came back taken off."""
    taken = _total(
        source__fund=fund,
        source__kind=AccountKind.HOLDING,
        destination__party=WorldParty.FEES,
        entry__kind=EntryKind.FEE,
    )
    return taken - _total(destination__fund=fund, source__party=WorldParty.FEES)


def _total(**conditions: object) -> Decimal:
    total = Movement.objects.filter(unit__code=CNY, **conditions).aggregate(total=Sum("quantity"))["total"]
    return Decimal(total or 0)
