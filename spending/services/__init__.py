"""Changes of transfers and payments, one subject a file."""
