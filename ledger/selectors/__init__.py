"""Reading the ledger: funds, balances, figures, trails. Nothing here writes."""
