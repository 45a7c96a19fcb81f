"""The desk for gifts: bringing in lists, the counter, batches and their rows, approvals, posted gifts."""
