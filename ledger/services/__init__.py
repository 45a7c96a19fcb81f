"""Changes of the ledger, one subject a file."""

from ledger.services.accounts import money_holding, open_holding, open_transit, open_world_accounts, world_account
from ledger.services.bulk import PostedBlock, post_prepared
from ledger.services.drafts import EntryDraft, MovementDraft
from ledger.services.funds import FundTerms, close_fund, ensure_default_fund, open_fund
from ledger.services.opening import (
    approve_opening,
    drop_opening,
    return_opening,
    stage_opening,
    submit_opening,
)
from ledger.services.posting import post_entry
from ledger.services.reversal import reverse_entry

__all__ = [
    "EntryDraft",
    "FundTerms",
    "MovementDraft",
    "PostedBlock",
    "approve_opening",
    "close_fund",
    "drop_opening",
    "ensure_default_fund",
    "money_holding",
    "open_fund",
    "open_holding",
    "open_transit",
    "open_world_accounts",
    "post_entry",
    "post_prepared",
    "return_opening",
    "reverse_entry",
    "stage_opening",
    "submit_opening",
    "world_account",
]
