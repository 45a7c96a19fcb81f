"""The tables of spending, one subject a file."""

from spending.models.approval import Approval, ApprovalBand
from spending.models.beneficiary import Beneficiary
from spending.models.document import PaymentDocument
from spending.models.payment import Payment, PaymentEvent, PaymentQuerySet
from spending.models.reversal import Reversal
from spending.models.transfer import Transfer, TransferEvent

__all__ = [
    "Approval",
    "ApprovalBand",
    "Beneficiary",
    "Payment",
    "PaymentDocument",
    "PaymentEvent",
    "PaymentQuerySet",
    "Reversal",
    "Transfer",
    "TransferEvent",
]
