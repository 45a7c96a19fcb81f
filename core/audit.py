"""Writing the audit trail."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from core.clock import now
from core.copying import copy_rows
from core.models import AuditEvent

# The address of the request being served, set by core.middleware; empty in commands and workers.
request_address: ContextVar[str | None] = ContextVar("request_address", default=None)


def audit_of(
    verb: str,
    *,
    actor: Any,
    obj: Any = None,
    object_label: str = "",
    object_key: str = "",
    branch_code: str = "",
    changed_fields: Iterable[str] = (),
    reason: str = "",
) -> AuditEvent:
    """Make one row of the audit trail, for the caller to insert in its transaction.

    `verb` is `<app>.<object>.<past participle>`; `actor` a user or None for the system; `changed_fields` names fields
    and never values. `reason` is what a person typed as the reason and must not hold a giver's name.
    """
    if obj is not None:
        object_label = object_label or obj._meta.label_lower
        object_key = object_key or str(getattr(obj, "number", "") or obj.pk)
    return AuditEvent(
        at=now(),
        actor_id=getattr(actor, "pk", None),
        actor_login=getattr(actor, "login", "") or "",
        verb=verb,
        object_label=object_label,
        object_key=object_key,
        branch_code=branch_code,
        changed_fields=sorted(changed_fields),
        reason=reason[:500],
        address=request_address.get(),
    )


def record_audit(
    verb: str,
    *,
    actor: Any,
    obj: Any = None,
    object_label: str = "",
    object_key: str = "",
    branch_code: str = "",
    changed_fields: Iterable[str] = (),
    reason: str = "",
) -> AuditEvent:
    """Write one row of the audit trail, in the caller's transaction (see `audit_of`)."""
    event = audit_of(
        verb,
        actor=actor,
        obj=obj,
        object_label=object_label,
        object_key=object_key,
        branch_code=branch_code,
        changed_fields=changed_fields,
        reason=reason,
    )
    event.save(force_insert=True)
    return event


def record_audit_many(verb: str, *, actor: Any, objs: Iterable[Any], branch_code: str) -> None:
    """Write one row of the audit trail for each of many objects of a branch, by COPY, in the caller's transaction."""
    moment, address = now(), request_address.get()
    who = (getattr(actor, "pk", None), getattr(actor, "login", "") or "")
    copy_rows(
        AuditEvent._meta.db_table,
        (
            "at", "actor_id", "actor_login", "verb", "object_label", "object_key", "branch_code", "changed_fields",
            "reason", "address",
        ),
        (
            (moment, *who, verb, one._meta.label_lower, str(getattr(one, "number", "") or one.pk), branch_code, "{}",
             "", address)
            for one in objs
        ),
    )  # fmt: skip
