"""Pages of training for everybody."""
