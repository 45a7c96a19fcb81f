"""Campaigns, ways to give, agreements, changes of use: one subject a file."""
