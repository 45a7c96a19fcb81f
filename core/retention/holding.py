"""Placing and lifting holds."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.models import RetentionHold
from core.retention.terms import hold_kinds


def place_hold(*, object_label: str, object_key: str, reason: str, actor: Any) -> RetentionHold:
    """Keep an object beyond its time.

    Raises DomainError without a reason or where there is no such object, Conflict where it is held already.
    """
    kind = hold_kinds().get(object_label)
    if kind is None or not kind.exists(object_key):
        message = _("没有找到要暂缓销毁的对象，请核对编号。")
        raise DomainError("hold_object_missing", message, {"object_key": message})
    if len(reason.strip()) < 2:
        raise DomainError("reason_missing", _("请写明暂缓销毁的理由。"), {"reason": _("请写明理由，至少两个字")})
    with transaction.atomic():
        hold, is_new = RetentionHold.objects.get_or_create(
            object_label=object_label,
            object_key=object_key,
            lifted_at=None,
            defaults={
                "reason": reason.strip()[:200],
                "placed_by_id": actor.pk,
                "placed_by_login": actor.login,
                "placed_at": now(),
            },
        )
        if not is_new:
            raise Conflict("already_held", _("这一项已经暂缓销毁。"))
        record_audit("core.hold.placed", actor=actor, object_label=object_label, object_key=object_key, reason=reason)
    return hold


def lift_hold(*, hold_id: int, actor: Any) -> RetentionHold:
    """Let an object go its way again. Raises NotFound where no such hold is open."""
    with transaction.atomic():
        hold = RetentionHold.objects.select_for_update().filter(pk=hold_id, lifted_at__isnull=True).first()
        if hold is None:
            raise NotFound("hold_not_open", _("没有这一项暂缓销毁，或它已经解除。"))
        hold.lifted_at, hold.lifted_by_login = now(), actor.login
        hold.save(update_fields=["lifted_at", "lifted_by_login"])
        record_audit(
            "core.hold.lifted",
            actor=actor,
            object_label=hold.object_label,
            object_key=hold.object_key,
            reason=hold.reason,
        )
    return hold
