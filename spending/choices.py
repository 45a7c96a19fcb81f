"""Literal tables of transfers and payments."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TransferStatus(models.TextChoices):
    """States of a transfer; from SENT on it stands in the books of both branches."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回修改")
    CANCELLED = "cancelled", _("已作废")
    SENT = "sent", _("在途")
    COUNTED = "counted", _("签收待确认")
    RECEIVED = "received", _("已全额签收")
    RECEIVED_IN_PART = "received_in_part", _("未全额签收")
    SENT_BACK = "sent_back", _("已退还")


# The one table of moves; services/moving.py has the one mover. COUNTED goes back to SENT where the second person of the
# receiving branch does not confirm what the first one recorded.
TRANSFER_TRANSITIONS: dict[str, frozenset[str]] = {
    TransferStatus.DRAFT: frozenset({TransferStatus.SUBMITTED, TransferStatus.CANCELLED}),
    TransferStatus.SUBMITTED: frozenset({TransferStatus.DRAFT, TransferStatus.RETURNED, TransferStatus.SENT}),
    TransferStatus.RETURNED: frozenset({TransferStatus.SUBMITTED, TransferStatus.CANCELLED}),
    TransferStatus.CANCELLED: frozenset(),
    TransferStatus.SENT: frozenset({TransferStatus.COUNTED}),
    TransferStatus.COUNTED: frozenset(
        {
            TransferStatus.SENT,
            TransferStatus.RECEIVED,
            TransferStatus.RECEIVED_IN_PART,
            TransferStatus.SENT_BACK,
        }
    ),
    TransferStatus.RECEIVED: frozenset(),
    TransferStatus.RECEIVED_IN_PART: frozenset(),
    TransferStatus.SENT_BACK: frozenset(),
}
EDITABLE_TRANSFER: frozenset[str] = frozenset({TransferStatus.DRAFT, TransferStatus.RETURNED})
IN_TRANSIT: frozenset[str] = frozenset({TransferStatus.SENT, TransferStatus.COUNTED})
# What has an end: nothing of such a transfer ever changes (trigger).
ENDED_TRANSFER: frozenset[str] = frozenset(
    {TransferStatus.RECEIVED, TransferStatus.RECEIVED_IN_PART, TransferStatus.SENT_BACK}
)
# What the receiving branch sees: it learns of a transfer when the money has left.
SEEN_BY_RECEIVER: frozenset[str] = IN_TRANSIT | ENDED_TRANSFER

# The letter before the serial of a number (docs/numbers.md).
TRANSFER_LETTER = "T"
