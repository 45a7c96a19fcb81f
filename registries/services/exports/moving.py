"""The one mover of exports: locks, looks the step up, saves, writes the event and the audit row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from registries.choices.papers import EXPORT_TRANSITIONS, ExportStatus
from registries.errors import WrongState
from registries.models import Export, ExportEvent

if TYPE_CHECKING:
    from accounts.models import User


def lock_export(export_id: int) -> Export:
    """One export with its branch and who asked, locked."""
    rows = Export.objects.unscoped("lock of one known export").select_related("branch", "requested_by", "file")
    found: Export = rows.select_for_update(of=("self",)).get(pk=export_id)
    return found


def move_export(
    export: Export, to_status: str, *, verb: str, actor: User | None, note: str = "", **fields: Any
) -> None:
    """Take one step of a locked export. Raises WrongState where the table does not have it."""
    if to_status not in EXPORT_TRANSITIONS[export.status]:
        raise WrongState(
            "export_wrong_state",
            _("导出 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
            % {"number": export.number, "now": ExportStatus(export.status).label},
        )
    from_status, export.status = export.status, to_status
    for name, value in fields.items():
        setattr(export, name, value)
    export.save(update_fields=["status", *fields])
    note_export(export, from_status, verb, actor=actor, note=note)


def note_export(export: Export, from_status: str, verb: str, *, actor: User | None, note: str = "") -> None:
    """Write down what was done with an export."""
    ExportEvent.objects.create(
        export=export, from_status=from_status, to_status=export.status, verb=verb, note=note, actor=actor, at=now()
    )
    record_audit(f"registries.export.{verb}", actor=actor, obj=export, branch_code=export.branch.code)
