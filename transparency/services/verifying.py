"""Invariants of published figures, each a function that returns the offending rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transparency.selectors.standing import held_otherwise

CHECKS: dict[str, Callable[[], list[dict[str, Any]]]] = {"front_page_equals_ledger": held_otherwise}


def all_checks() -> dict[str, list[dict[str, Any]]]:
    """Each check and the rows that break it; empty lists where all is well."""
    return {name: check() for name, check in CHECKS.items()}
