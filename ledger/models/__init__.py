"""The ledger's tables, one subject a file."""

from ledger.models.accounts import Account, AccountBalance, AxisSegment
from ledger.models.entries import Entry, Movement, PostingGroup
from ledger.models.funds import Fund
from ledger.models.units import Unit, UnitConversion

__all__ = [
    "Account",
    "AccountBalance",
    "AxisSegment",
    "Entry",
    "Fund",
    "Movement",
    "PostingGroup",
    "Unit",
    "UnitConversion",
]
