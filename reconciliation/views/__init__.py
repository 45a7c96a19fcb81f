"""Pages of the desk for statements and reconciliation."""
