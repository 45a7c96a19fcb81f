"""Public pages of training."""
