"""Batches of gifts that come from lines of a bank's or platform's statement, one row for each line."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import today
from core.copying import copy_rows
from core.errors import DomainError
from donations.choices import BatchKind, BatchStatus, Purpose
from donations.display import anonymous_name
from donations.intake import RowContext, read_row
from donations.models import Batch
from donations.selectors.campaigns import appeal_terms
from donations.services.batches import new_batch
from donations.services.duplicates import mark_duplicates
from donations.services.staging import COLUMNS, Appeal, staged_columns
from ledger.models import Fund
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

# What the batch says it was read from; such a batch has no file of its own to read again.
LAYOUT_KEY = "statement-lines"


@dataclass(frozen=True, slots=True)
class StatementGift:
    """A gift as a line tells it; amount in yuan. An empty `donor` is a giver whom the bank does not name."""

    donor: str
    received_on: datetime.date
    amount: Decimal
    remark: str = ""
    channel: str = ""
    reference: str = ""


def open_statement_batch(*, fund: Fund, gifts: Sequence[StatementGift], actor: User) -> Batch:
    """Make a batch in DRAFT with one row for each gift, in order from row 1, by the same checks as a list's rows.

    One transaction. The batch declares count and sum of the lines, so it cannot be submitted with another sum. Nothing
    of a line is kept beside the fields of the row. Raises NotAllowed without the right to enter gifts, DomainError.
    """
    require(actor, Right.ENTER_GIFTS, fund.branch)
    if not gifts:
        raise DomainError("no_lines_for_batch", _("没有可以生成捐赠批次的收入行。"))
    total = sum((gift.amount for gift in gifts), Decimal("0.00"))
    with transaction.atomic():
        batch = new_batch(
            branch=fund.branch,
            fund=fund,
            kind=BatchKind.FILE,
            status=BatchStatus.DRAFT,
            actor=actor,
            layout_key=LAYOUT_KEY,
            declared_count=len(gifts),
            declared_total=total,
            found_count=len(gifts),
            found_total=total,
        )
        appeal = Appeal(appeal_terms(fund.pk), fund.branch.division_id)
        purpose = Purpose.OTHER_RESTRICTED if fund.is_restricted else Purpose.GENERAL
        copy_rows("donations_stagedgift", COLUMNS, _staged(batch.pk, gifts, purpose, appeal))
        mark_duplicates(batch)
    return batch


def _staged(batch_id: int, gifts: Sequence[StatementGift], purpose: str, appeal: Appeal) -> Iterator[tuple[Any, ...]]:
    context = RowContext(today=today())
    for number, gift in enumerate(gifts, start=1):
        cells: dict[str, Any] = {
            "donor": gift.donor or anonymous_name(),
            "amount": str(gift.amount),
            "received_on": gift.received_on,
            "remark": gift.remark[:500],
            "channel": gift.channel,
            "reference": gift.reference,
        }
        row = read_row(cells, row_number=number, context=context)
        # What the line said lies sealed with the line; here it would lie in clear.
        yield (batch_id, *staged_columns(replace(row, raw=None), purpose=purpose, appeal=appeal))
