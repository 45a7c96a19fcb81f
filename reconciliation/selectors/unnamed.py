"""Lines that became gifts of givers whom the bank did not name."""

from __future__ import annotations

from django.db.models import QuerySet

from donations.choices import DonorKind, NameChoice
from reconciliation.choices import LineOutcome
from reconciliation.models import Statement, StatementLine


def unnamed_lines(statement: Statement) -> QuerySet[StatementLine]:
    """The lines of a statement whose gifts have no giver and do not wait for one yet, in order.

    Whoever asked not to be named is no unknown giver.
    """
    lines = statement.lines.filter(outcome=LineOutcome.GIFT, gift__donor_kind=DonorKind.ANONYMOUS)
    return lines.exclude(gift__name_choice=NameChoice.ANONYMOUS).filter(gift__unidentified=None).order_by("seq")
