"""Reading of training, one subject a file."""
