"""Carrying out the table of retention, and saying what was done."""

import logging
from dataclasses import asdict
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import Conflict
from core.models import RetentionRun
from core.retention.holds import open_holds
from core.retention.terms import Asked, Outcome, Term, all_terms

logger = logging.getLogger(__name__)
# Advisory lock of whoever destroys, and of whoever must not be disturbed by that (backups).
ONE_AT_A_TIME = 7_301_004


def carry_out(*, is_dry: bool, actor: Any = None) -> RetentionRun:
    """Destroy what is due by the table, rule by rule, or only look; returns the row that says what was done.

    A rule that fails does not keep the others from their work: it is counted and told in the row and the audit trail.
    One run at a time: Conflict where another is under way.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            raise Conflict("retention_running", _("到期销毁正在进行，请等它结束。"))
    try:
        started = now()
        asked = Asked(today(), is_dry, open_holds())
        results = [{"term": term.key, **asdict(_apply(term, asked))} for term in all_terms() if term.rule]
        return _record(started, is_dry, results, actor)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])


def _apply(term: Term, asked: Asked) -> Outcome:
    if term.rule is None:
        return Outcome()
    try:
        return term.rule(asked)
    except Exception as error:
        # Only the kind: a message of the database may repeat values.
        logger.error("retention %s failed: %s", term.key, type(error).__name__)
        return Outcome(failed=1)


def _record(started: Any, is_dry: bool, results: list[dict[str, Any]], actor: Any) -> RetentionRun:
    with transaction.atomic():
        run = RetentionRun.objects.create(started_at=started, finished_at=now(), is_dry=is_dry, results=results)
        if not is_dry:
            told = [
                f"{result['term']} {result['destroyed']}/{result['due']}"
                + (f" held {result['held']}" if result["held"] else "")
                + (f" failed {result['failed']}" if result["failed"] else "")
                for result in results
                if result["due"] or result["failed"]
            ]
            record_audit(
                "core.retention.carried_out",
                actor=actor,
                object_label="core.retentionrun",
                object_key=str(run.pk),
                reason="; ".join(told),
            )
    return run
