"""The ledger's tables, one subject a file."""

from ledger.models.accounts import Account, AccountBalance
from ledger.models.entries import Draw, Entry, Movement, PostingGroup
from ledger.models.funds import Fund
from ledger.models.opening import OpeningBatch, OpeningEvent, OpeningLine
from ledger.models.units import CNY, Unit, UnitConversion

__all__ = [
    "CNY",
    "Account",
    "AccountBalance",
    "Draw",
    "Entry",
    "Fund",
    "Movement",
    "OpeningBatch",
    "OpeningEvent",
    "OpeningLine",
    "PostingGroup",
    "Unit",
    "UnitConversion",
]
