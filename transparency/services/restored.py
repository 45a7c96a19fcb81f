"""The order of public records after a restore: carried over to the new server, and held until it forks nothing."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import DomainError
from core.models import RestoreMark
from transparency.models import LogHead


def statements() -> list[str]:
    """Return the SQL that a restore adds to its transaction (`settings.RESTORE_STATEMENTS`).

    Transaction ids begin anew in another server. Records that have their place are moved below every id, the others to
    the restoring transaction, and so is the head: the sequencer goes on behind it, in the order of the records.
    """
    return [
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE core_publicrecord DISABLE TRIGGER publicrecord_guard_row",
        "UPDATE core_publicrecord r SET xid = CASE"
        " WHEN EXISTS (SELECT FROM transparency_logleaf l WHERE l.record_id = r.id) THEN '3'::xid8"
        " ELSE pg_current_xact_id() END",
        "ALTER TABLE core_publicrecord ENABLE TRIGGER publicrecord_guard_row",
        "UPDATE transparency_loghead SET seen_xid = pg_current_xact_id()::text::bigint",
    ]


def order_is_held() -> bool:
    """Whether the portal came back from a backup and nobody has said yet how far the log was known outside."""
    return RestoreMark.objects.filter(cleared_at__isnull=True).exists()


def resume_order(*, known_size: int, by: str) -> int:
    """Let records have their places again, when nothing beyond the restored log was ever known outside.

    `known_size` is the largest log size that stands anywhere outside: in published reports, in copies, with
    supervisors. Locks the log's head. Raises DomainError `log_would_fork` where it is more than the restored log
    holds, `not_held`.
    """
    with transaction.atomic():
        head = LogHead.objects.select_for_update().get(pk=1)
        marks = RestoreMark.objects.select_for_update().filter(cleared_at__isnull=True)
        if not marks:
            raise DomainError("not_held", _("公开日志没有停着，不用恢复。"))
        if known_size > head.size:
            message = _(
                "外面已知的公开日志有 %(known)d 条，恢复出来的只有 %(size)d 条：继续写会与已公开的内容分叉。"
                "请用更晚的备份再恢复一次，或先把缺少的记录补回来。"
            )
            raise DomainError("log_would_fork", message % {"known": known_size, "size": head.size})
        marks.update(cleared_at=now(), cleared_by=by)
        record_audit(
            "transparency.log.resumed",
            actor=None,
            object_label="transparency.loghead",
            object_key=str(head.size),
            reason=f"{by}: {known_size}",
        )
    return head.size
