"""Verifying the books: all checks that the settings name, and what came out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from core.audit import record_audit

logger = logging.getLogger(__name__)

# Dotted paths of functions `() -> {check: offending rows}`; each app of money adds its own in settings.VERIFY_CHECKS.
DEFAULT_CHECKS = ("ledger.checks.all_checks",)


def verify_books() -> dict[str, list[dict[str, Any]]]:
    """Run every check of `settings.VERIFY_CHECKS` and return check name → offending rows; writes nothing."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in getattr(settings, "VERIFY_CHECKS", DEFAULT_CHECKS):
        run: Callable[[], dict[str, list[dict[str, Any]]]] = import_string(path)
        found |= run()
    return found


def verify_books_and_record() -> list[str]:
    """Verify, write the result to the audit trail and the log, and return the names of the checks that failed."""
    found = verify_books()
    failed = sorted(name for name, rows in found.items() if rows)
    record_audit(
        "ledger.books.verified" if not failed else "ledger.books.found_wrong",
        actor=None,
        object_label="ledger.entry",
        object_key="all",
        reason=", ".join(failed),
    )
    if failed:
        logger.error("verify_ledger: %d of %d checks failed: %s", len(failed), len(found), ", ".join(failed))
    else:
        logger.info("verify_ledger: %d checks passed", len(found))
    return failed
