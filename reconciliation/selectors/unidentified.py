"""Posted gifts of givers whom the bank did not name: where a pool of gifts to be claimed takes them from.

This is the one place that knows them. A pool (in `donations/`) keeps ids and looks; what the line says stays sealed
here and is opened by `payer_of_gift` alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db.models import QuerySet

from core.sealed import open_for_work
from donations.choices import DonorKind
from organizations.models import Branch
from reconciliation.choices import LineOutcome
from reconciliation.models import StatementLine


@dataclass(frozen=True)
class LinePayer:
    """What the line of a gift says of its payer (P3); either may be empty. Never logged, never kept in clear."""

    name: str
    account_tail: str


def unidentified_gift_ids(branch: Branch) -> list[int]:
    """The ids of posted gifts of anonymous givers in a branch that came from lines of statements. One query."""
    return list(_lines(branch).values_list("gift_id", flat=True).order_by("gift_id"))


def payer_of_gift(branch: Branch, gift_id: int, *, work: str) -> LinePayer | None:
    """What the line of such a gift says of its payer, for work that compares it; one row of the read log for the work.

    None where the gift came from no line, or is not of this branch.
    """
    line = _lines(branch).filter(gift_id=gift_id).first()
    if line is None:
        return None
    told = json.loads(open_for_work(line, "details", work=work) or "{}")
    tail = str(told.get("account", ""))[-4:]
    return LinePayer(str(told.get("payer", "")), tail if tail.isdigit() else "")


def _lines(branch: Branch) -> QuerySet[StatementLine]:
    return StatementLine.objects.filter(
        account__branch=branch, outcome=LineOutcome.GIFT, gift__donor_kind=DonorKind.ANONYMOUS
    )
