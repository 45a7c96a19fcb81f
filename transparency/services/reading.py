"""Reading that is itself written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.audit import record_audit
from organizations.choices import Right
from organizations.permissions import require_anywhere

if TYPE_CHECKING:
    from accounts.models import User


def note_trail_exported(*, what: str, actor: User) -> None:
    """Write to the trail that somebody took the trail away as a file; `what` names the filters. Raises NotAllowed."""
    require_anywhere(actor, Right.VIEW_AUDIT)
    record_audit(
        "transparency.trail.exported", actor=actor, object_label="core.auditevent", object_key="csv", reason=what
    )
