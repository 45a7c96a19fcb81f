"""What is to be posted, before it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User
    from ledger.models import Account, Movement
    from organizations.models import Branch


@dataclass(frozen=True)
class MovementDraft:
    """A quantity (in the unit of both accounts) that is to go from one account to another.

    `answers` is the movement that sent what leaves a transit account. `takes_back` is the inflow whose own unspent part
    a refund takes out again. `value` is in yuan: for goods with evidence; in a purchase the line's share of the cost.
    """

    source: Account
    destination: Account
    quantity: Decimal
    answers: Movement | None = None
    takes_back: Movement | None = None
    value: Decimal | None = None


@dataclass(frozen=True)
class EntryDraft:
    """An entry that is to be posted.

    `branch` is the one whose books it stands in; `occurred_on` the day of the event; `document` what it rests on (never
    a natural person's name); `key` makes posting idempotent; `basis` is needed where value leaves the use it was
    given for.
    """

    branch: Branch
    kind: str
    occurred_on: date
    made_by: User
    approved_by: User
    document: str
    key: str
    movements: tuple[MovementDraft, ...]
    basis: str = ""
