"""Setting pages for paper: the one print font, and HTML as PDF."""
