"""Every change of batches and gifts, one subject a file."""
