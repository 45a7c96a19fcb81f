"""How long personal data is kept, and its destruction afterwards (docs/personal-data.md)."""

from core.retention.holding import lift_hold, place_hold
from core.retention.holds import Holds, open_holds
from core.retention.running import carry_out
from core.retention.selectors import open_hold, retention_facts
from core.retention.terms import Asked, HoldKind, Outcome, Term, all_terms, hold_kinds

__all__ = [
    "Asked",
    "HoldKind",
    "Holds",
    "Outcome",
    "Term",
    "all_terms",
    "carry_out",
    "hold_kinds",
    "lift_hold",
    "open_hold",
    "open_holds",
    "place_hold",
    "retention_facts",
]
