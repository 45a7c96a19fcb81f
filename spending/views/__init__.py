"""The desk for transfers and payments."""
