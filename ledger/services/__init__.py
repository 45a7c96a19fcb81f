"""Changes of the ledger, one subject a file."""

from ledger.services.accounts import money_holding, open_holding, open_transit, open_world_accounts, world_account
from ledger.services.bulk import PostedBlock, post_prepared

__all__ = [
    "PostedBlock",
    "money_holding",
    "open_holding",
    "open_transit",
    "open_world_accounts",
    "post_prepared",
    "world_account",
]
