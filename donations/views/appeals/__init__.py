"""Desk pages of campaigns, ways to give, agreements and changes of use."""
