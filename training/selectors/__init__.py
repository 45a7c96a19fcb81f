"""Reading training, one subject a file."""
