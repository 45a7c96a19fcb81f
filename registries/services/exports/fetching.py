"""Fetching the file of an export, a few times and each time logged; ending it when its time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.errors import NotAllowed, NotFound
from core.files import reveal_stored
from core.models import StoredFile
from core.retention.rules import destroy_file
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.papers import MOST_DOWNLOADS, ExportStatus
from registries.errors import WrongState
from registries.models import Export
from registries.services.exports.asking import require_requester
from registries.services.exports.moving import lock_export, move_export, note_export

if TYPE_CHECKING:
    from accounts.models import User


def download_export(*, export_id: int, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open the file for who asked for it, at most MOST_DOWNLOADS times, each one logged before it opens.

    Locks the export; not in a transaction. Raises NotAllowed for anybody else, WrongState, NotFound.
    """
    with transaction.atomic():
        export = lock_export(export_id)
        require(actor, Right.EXPORT_REGISTRANTS, export.branch)
        if export.requested_by_id != actor.pk:
            raise NotAllowed("not_yours", _("只有申请人自己能下载；需要的请另行申请。"))
        require_requester(export)
        if export.status != ExportStatus.READY or export.file is None or export.expires_at is None:
            raise WrongState("export_not_ready", _("这份导出没有可以下载的文件。"))
        if export.expires_at <= now():
            raise WrongState("export_expired", _("这份导出已到期，不能再下载；仍需要的请重新申请。"))
        if export.download_count >= MOST_DOWNLOADS:
            raise WrongState(
                "export_used_up", _("这份导出已下载 %(n)d 次，不能再下载。") % {"n": export.download_count}
            )
        export.download_count += 1
        export.save(update_fields=["download_count"])
        note_export(export, export.status, "downloaded", actor=actor)
    purpose = f"{export.number} {export.purpose}"[:200]
    try:
        return export.file, reveal_stored(export.file, reader=actor, purpose=purpose, branch_code=export.branch.code)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error


def end_export(*, export_id: int, actor: User) -> Export:
    """Destroy the file before its time, as who asked or who may approve. Locks it. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        export = lock_export(export_id)
        if export.requested_by_id != actor.pk:
            require(actor, Right.APPROVE_EXPORTS, export.branch)
        _end(export, actor)
    return export


def end_exports() -> int:
    """Destroy the files whose time is over; return how many. The body of beat's task; may run often."""
    due = Export.objects.unscoped("whose time is over").filter(status=ExportStatus.READY, expires_at__lte=now())
    count = 0
    for key in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            export = lock_export(key)
            if export.status == ExportStatus.READY:
                _end(export, None)
                count += 1
    return count


def _end(export: Export, actor: User | None) -> None:
    move_export(export, ExportStatus.ENDED, verb="ended", actor=actor)
    key = export.file_id
    # Also by date, so that what a crash leaves behind goes the next night.
    StoredFile.objects.filter(pk=key).update(purge_on=today())
    transaction.on_commit(lambda: destroy_file(key))
