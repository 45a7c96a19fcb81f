"""Pages of the ledger at the desk."""
