"""The tables of spending, one subject a file."""

from spending.models.transfer import Transfer, TransferEvent

__all__ = ["Transfer", "TransferEvent"]
