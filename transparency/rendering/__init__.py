"""Setting reports: pure functions from a frozen snapshot and its rows to HTML, PDF, CSV and volumes.

Nothing in here reads the database, the clock or the network. docs/reports.md describes the way.
"""
