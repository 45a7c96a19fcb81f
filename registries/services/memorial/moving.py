"""The one mover of everything that has a state in remembrance: looks the step up, saves it, writes it down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from registries.choices.memorial import (
    BOOKING_TRANSITIONS,
    HALF_DAY_TRANSITIONS,
    MESSAGE_TRANSITIONS,
    OCCASION_TRANSITIONS,
    PAGE_TRANSITIONS,
    OccasionKind,
)
from registries.errors import WrongState
from registries.models import MemorialBooking, MemorialMessage, MemorialOccasion, MemorialPage, MemorialStep

if TYPE_CHECKING:
    from accounts.models import User

Movable = MemorialOccasion | MemorialBooking | MemorialPage | MemorialMessage

_TABLES: dict[type[Any], tuple[str, Mapping[str, frozenset[str]]]] = {
    MemorialOccasion: ("occasion", OCCASION_TRANSITIONS),
    MemorialBooking: ("booking", BOOKING_TRANSITIONS),
    MemorialPage: ("page", PAGE_TRANSITIONS),
    MemorialMessage: ("message", MESSAGE_TRANSITIONS),
}


def move(
    row: Movable, to_status: str, *, verb: str, actor: User | None = None, reason: str = "", **changes: Any
) -> None:
    """Move a locked row to a state, with `changes` of its columns. Raises WrongState where no such step is."""
    _name, table = _TABLES[type(row)]
    if isinstance(row, MemorialOccasion) and row.kind == OccasionKind.VISIT:
        table = HALF_DAY_TRANSITIONS
    if to_status not in table[row.status]:
        raise WrongState(
            "memorial_wrong_state",
            _("现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。") % {"now": row.get_status_display()},
        )
    from_status, row.status = row.status, to_status
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *changes])
    note(row, from_status, verb=verb, actor=actor, reason=reason)


def note(row: Movable, from_status: str, *, verb: str, actor: User | None = None, reason: str = "") -> None:
    """Write a step down; where somebody of the staff did it, in the audit trail too.

    A visitor's step is in no audit row: that would keep the address it came from.
    """
    name, _table = _TABLES[type(row)]
    MemorialStep.objects.create(
        **{name: row}, from_status=from_status, to_status=row.status, verb=verb, reason=reason, actor=actor, at=now()
    )
    if actor is not None:
        record_audit(f"registries.memorial_{name}.{verb}", actor=actor, obj=row, branch_code=row.branch.code)
