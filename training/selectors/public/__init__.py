"""What the public reads of training, one subject a file."""
