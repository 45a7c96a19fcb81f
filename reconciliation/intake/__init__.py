"""Statements of banks and platforms, read into lines: pure functions, no database.

Readers of files, cells and words are those of donation lists (`donations.intake`); what differs is that every line
counts here, money that goes out too, that balances must meet, and that nothing of a line is kept in clear.
See docs/reconciliation.md.
"""

from reconciliation.intake.balances import BalanceFacts, balance_facts
from reconciliation.intake.layouts import FIELD_LABELS, LAYOUTS, StatementColumns, guess_columns
from reconciliation.intake.reading import ParsedStatement, read_statement_file, statement_head
from reconciliation.intake.rows import ParsedLine

__all__ = [
    "FIELD_LABELS",
    "LAYOUTS",
    "BalanceFacts",
    "ParsedLine",
    "ParsedStatement",
    "StatementColumns",
    "balance_facts",
    "guess_columns",
    "read_statement_file",
    "statement_head",
]
