"""Changing statements, their lines and the monthly sheets."""
