"""Changes of the ledger, one subject a file."""

from ledger.services.accounts import money_holding, open_holding, open_transit, open_world_accounts, world_account
from ledger.services.bulk import PostedBlock, post_prepared
from ledger.services.drafts import EntryDraft, MovementDraft
from ledger.services.posting import post_entry
from ledger.services.reversal import reverse_entry

__all__ = [
    "EntryDraft",
    "MovementDraft",
    "PostedBlock",
    "money_holding",
    "open_holding",
    "open_transit",
    "open_world_accounts",
    "post_entry",
    "post_prepared",
    "reverse_entry",
    "world_account",
]
