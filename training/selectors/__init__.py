"""What pages of training read."""
